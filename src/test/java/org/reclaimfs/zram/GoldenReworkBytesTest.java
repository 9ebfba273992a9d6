package org.reclaimfs.zram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Effort;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.swap.HeapBytes;

/** Golden b6 sections B, D, E, E7 and F with the very pages of the capture. */
final class GoldenReworkBytesTest {
    private static final int PAGE = 4096;

    private final HeapBytes bytes = new HeapBytes();
    private final Memory ram = new Memory(256L << 20, 0, 1, 1, 1);
    private final ZramDevice device =
            new ZramDevice(0, ram, Costs.of(Costs.Profile.SERVER), Costs.Algorithm.LZO_RLE, () -> 0, () -> bytes);

    /** What diskw does; returns how many pages were taken. */
    private int diskw(String pattern, int from, int count, int seed) {
        GuestPages pages = new GuestPages(seed);
        int ok = 0;
        for (int i = from; i < from + count; i++) {
            ok += device.data().writePage(i, pages.page(pattern, i)) ? 1 : 0;
        }
        return ok;
    }

    private @Nullable Errno rework(Rework rework, SlotFilter filter) {
        rework.choose(filter, 0, device.disksizePages());
        rework.begin();
        Effort effort = new Effort();
        effort.begin(0);
        while (rework.step(effort, Long.MAX_VALUE)) {
            effort.begin(0);
        }
        return rework.error();
    }

    /** mm_stat: original, compressed, used, highest, same, huge, huge since. */
    private void expect(long orig, long compr, long used, long max, long same, long huge, long hugeSince) {
        assertThat(device.origDataBytes()).isEqualTo(orig);
        assertThat(device.comprDataBytes()).isCloseTo(compr, withPercentage(1));
        assertThat(device.memUsedTotalBytes()).isCloseTo(used, withPercentage(1));
        assertThat(device.memUsedMaxBytes()).isCloseTo(max, withPercentage(1));
        assertThat(new long[] {device.samePages(), device.hugePages(), device.hugePagesSince()})
                .containsExactly(same, huge, hugeSince);
        device.checkInvariants();
    }

    @Test
    void limit() {
        device.initialise(16384);
        device.setMemLimitPages(256);
        assertThat(diskw("random", 0, 1024, 9)).isEqualTo(256);
        expect(1048576, 1048576, 1048576, 1052672, 0, 256, 256);
        assertThat(device.failedWrites()).isEqualTo(768);
        assertThat(diskw("zero", 2000, 100, 1)).isEqualTo(100);
        device.setMemLimitPages(512);
        assertThat(diskw("random", 3000, 100, 3)).isEqualTo(100);
        device.setMemLimitPages(128);
        assertThat(diskw("compressible", 5000, 10, 3)).isZero();
        expect(1867776, 1458176, 1458176, 1474560, 100, 356, 356);
        assertThat(device.failedWrites()).isEqualTo(778);
        device.setMemLimitPages(0);
        assertThat(diskw("compressible", 5000, 10, 3)).isEqualTo(10);
        expect(1908736, 1468876, 1474560, 1474560, 100, 356, 356);
    }

    @Test
    void writeback() {
        device.setBacking("/dev/vda", new Disk("vda", 512L << 20, Disk.Profile.VIRTIO));
        device.initialise(16384);
        diskw("compressible", 0, 512, 1);
        diskw("random", 512, 512, 2);
        diskw("same", 1024, 64, 1);
        expect(4456448, 2644992, 2670592, 2670592, 64, 512, 512);
        assertThat(rework(new Writeback(device), SlotFilter.HUGE)).isNull();
        expect(4456448, 547840, 573440, 2670592, 64, 0, 512);
        GuestPages pages = new GuestPages(2);
        byte[] page = new byte[PAGE];
        for (int i = 512; i < 522; i++) {
            assertThat(device.data().readPage(i, page)).isTrue();
            assertThat(page).isEqualTo(pages.page("random", i));
        }
        assertThat(device.backingReads()).isEqualTo(10);
        device.markIdle();
        for (int i = 0; i < 100; i++) {
            device.data().readPage(i, page);
        }
        assertThat(rework(new Writeback(device), SlotFilter.IDLE)).isNull();
        expect(4456448, 107000, 114688, 2670592, 64, 0, 512);
        assertThat(device.backingPages()).isEqualTo(924);
    }

    @Test
    void writebackOfObjectsAsTheyAre() {
        device.settings.setCompressedWriteback(true);
        device.setBacking("/dev/vda", new Disk("vda", 512L << 20, Disk.Profile.VIRTIO));
        device.initialise(16384);
        diskw("compressible", 0, 200, 1);
        device.markIdle();
        assertThat(rework(new Writeback(device), SlotFilter.IDLE)).isNull();
        expect(819200, 0, 0, 229376, 0, 0, 0);
        GuestPages pages = new GuestPages(1);
        byte[] page = new byte[PAGE];
        for (int i = 0; i < 200; i++) {
            device.data().readPage(i, page);
            assertThat(page).isEqualTo(pages.page("compressible", i));
        }
        assertThat(device.backingReads()).isEqualTo(200);
    }

    @Test
    void recompression() {
        device.settings.setAlgorithm(1, Costs.Algorithm.ZSTD);
        device.settings.setAlgorithm(2, Costs.Algorithm.DEFLATE);
        device.initialise(16384);
        diskw("text", 0, 256, 1);
        diskw("half", 256, 256, 1);
        diskw("random", 512, 256, 1);
        expect(3145728, 1740783, 1818624, 1818624, 0, 256, 256);
        long before = device.comprDataBytes();
        rework(new Recompress(device, 1, 0, -1), SlotFilter.HUGE);
        rework(new Recompress(device, 1, 0, -1), SlotFilter.IDLE);
        device.markIdle();
        rework(new Recompress(device, 1, 2000, -1), SlotFilter.IDLE);
        assertThat(device.comprDataBytes()).as("none of these helps").isEqualTo(before);
        rework(new Recompress(device, 1, 0, 10), SlotFilter.IDLE);
        assertThat(before - device.comprDataBytes()).isCloseTo(3890, withPercentage(3));
        rework(new Recompress(device, 1, 0, -1), SlotFilter.IDLE);
        expect(3145728, 1640885, 1687552, 1818624, 0, 256, 256);
        long after = device.comprDataBytes();
        rework(new Recompress(device, 2, 0, -1), SlotFilter.ANY);
        assertThat(device.comprDataBytes()).isEqualTo(after);
    }

    @Test
    void rewritingAndDiscarding() {
        device.settings.setAlgorithm(0, Costs.Algorithm.DEFLATE);
        device.initialise(16384);
        int slot = 0;
        for (String pattern : new String[] {"zero", "same", "compressible", "half", "text", "random"}) {
            diskw(pattern, slot, 256, 7);
            slot += 256;
        }
        diskw("zero", 1280, 256, 1);
        expect(6291456, 898487, 995328, 2043904, 768, 0, 256);
        device.data().discardPages(0, 1024);
        expect(2097152, 75984, 110592, 2043904, 256, 0, 256);
        assertThat(device.notifyFree()).isEqualTo(1024);
    }
}
