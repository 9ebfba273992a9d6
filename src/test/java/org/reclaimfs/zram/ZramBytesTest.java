package org.reclaimfs.zram;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Effort;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.swap.HeapBytes;

/** A zram device against a plain array, whatever is done to it. */
final class ZramBytesTest {
    private static final int PAGE = 4096;
    private static final int PAGES = 700;
    private static final String[] PATTERNS = {"zero", "same", "compressible", "half", "text", "random"};

    private final HeapBytes bytes = new HeapBytes();
    private final Memory ram = new Memory(256L << 20, 0, 1, 1, 1);
    private final ZramDevice device =
            new ZramDevice(0, ram, Costs.of(Costs.Profile.SERVER), Costs.Algorithm.LZ4, () -> 0, () -> bytes);
    private final byte[][] wanted = new byte[PAGES][];

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void readsWhatWasWritten(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        device.setBacking("/dev/vda", new Disk("vda", 64L << 20, Disk.Profile.NVME));
        device.settings.setCompressedWriteback(random.nextBoolean());
        device.settings.setAlgorithm(0, Costs.Algorithm.LZO_RLE);
        device.settings.setAlgorithm(1, Costs.Algorithm.ZSTD);
        device.settings.setAlgorithm(2, Costs.Algorithm.DEFLATE);
        assertThat(device.setDisksize(PAGES)).isEqualTo(ZramDevice.Initialised.OK);
        long free = ram.freePages();
        GuestPages pages = new GuestPages((int) seed);
        for (int op = 0; op < 1500; op++) {
            int slot = random.nextInt(PAGES);
            int count = Math.min(PAGES - slot, 1 + random.nextInt(40));
            switch (random.nextInt(10)) {
                case 0 -> {
                    device.data().discardPages(slot, count);
                    Arrays.fill(wanted, slot, slot + count, null);
                }
                case 1 -> {
                    device.write(slot, Content.ratio(3, "model"), count, 0);
                    Arrays.fill(wanted, slot, slot + count, null);
                }
                case 2 -> rework(new Writeback(device), SlotFilter.ANY, slot, count);
                case 3 -> rework(new Recompress(device, 1 + random.nextInt(2), 0, -1), SlotFilter.ANY, slot, count);
                case 4 -> check(slot, count);
                default -> {
                    String pattern = PATTERNS[random.nextInt(PATTERNS.length)];
                    for (int i = slot; i < slot + count; i++) {
                        wanted[i] = pages.page(pattern, i);
                        assertThat(device.data().writePage(i, wanted[i])).isTrue();
                    }
                }
            }
            device.checkInvariants();
        }
        check(0, PAGES);
        device.data().discardPages(0, PAGES);
        assertThat(bytes.bytes()).as("bytes of no slot").isZero();
        assertThat(device.stats().comprDataBytes()).isZero();
        assertThat(ram.freePages()).as("RAM of no object").isEqualTo(free);
    }

    private void rework(Rework rework, SlotFilter filter, int slot, int count) {
        rework.choose(filter, slot, slot + count);
        rework.begin();
        Effort effort = new Effort();
        effort.begin(0);
        while (rework.step(effort, Long.MAX_VALUE)) {
            effort.begin(0);
        }
        assertThat(rework.error()).isNull();
    }

    private void check(int from, int count) {
        byte[] page = new byte[PAGE];
        for (int i = from; i < from + count; i++) {
            assertThat(device.data().readPage(i, page)).isTrue();
            assertThat(page).as("page %s", i).isEqualTo(wanted[i] == null ? new byte[PAGE] : wanted[i]);
        }
    }

    @Test
    void theLimitFailsAWriteAndEmptiesItsSlot() {
        assertThat(device.setDisksize(PAGES)).isEqualTo(ZramDevice.Initialised.OK);
        device.setMemLimitPages(2);
        GuestPages pages = new GuestPages(1);
        byte[] noise = pages.page("random", 0);
        assertThat(device.data().writePage(0, noise)).isTrue();
        assertThat(device.data().writePage(1, noise)).isTrue();
        assertThat(device.data().writePage(2, noise)).isFalse();
        assertThat(device.stats().failedWrites()).isEqualTo(1);
        assertThat(device.stats().memUsedMaxBytes())
                .as("the page too many was allocated")
                .isEqualTo(3 * PAGE);
        byte[] page = new byte[PAGE];
        assertThat(device.data().readPage(2, page)).isTrue();
        assertThat(page).isEqualTo(new byte[PAGE]);
        assertThat(device.data().writePage(2, new byte[PAGE]))
                .as("zeros need no memory")
                .isTrue();
        device.checkInvariants();
    }

    @Test
    void resetForgetsAllBytes() {
        assertThat(device.setDisksize(PAGES)).isEqualTo(ZramDevice.Initialised.OK);
        GuestPages pages = new GuestPages(1);
        for (int i = 0; i < 50; i++) {
            device.data().writePage(i, pages.page("half", i));
        }
        assertThat(bytes.bytes()).isPositive();
        device.reset();
        assertThat(bytes.bytes()).isZero();
        assertThat(device.data().written()).isFalse();
    }
}
