package org.reclaimfs.zram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Effort;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.swap.HeapBytes;

/** Golden b6 sections B to F with the very pages of the capture. */
final class GoldenReworkBytesTest {
    private static final int PAGE = 4096;

    private long nowNs;
    private final HeapBytes bytes = new HeapBytes();
    private final Memory ram = new Memory(256L << 20, 0, 1, 1, 1);
    private final ZramDevice device =
            new ZramDevice(0, ram, Costs.of(Costs.Profile.SERVER), Costs.Algorithm.LZO_RLE, () -> nowNs, () -> bytes);
    private final Disk disk = new Disk("vda", 512L << 20, Disk.Profile.VIRTIO);

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
        assertThat(device.stats().origDataBytes()).isEqualTo(orig);
        assertThat(device.stats().comprDataBytes()).isCloseTo(compr, withPercentage(1));
        assertThat(device.stats().memUsedTotalBytes()).isCloseTo(used, withPercentage(1));
        assertThat(device.stats().memUsedMaxBytes()).isCloseTo(max, withPercentage(1));
        assertThat(new long[] {
                    device.stats().samePages(),
                    device.stats().hugePages(),
                    device.stats().hugePagesSince()
                })
                .containsExactly(same, huge, hugeSince);
        device.checkInvariants();
    }

    /** The kernel's pool keeps holes where single objects were; ours is as compaction would leave it: up to a zspage smaller. */
    private void expectWithHoles(long orig, long compr, long used, long max) {
        assertThat(device.stats().origDataBytes()).isEqualTo(orig);
        assertThat(device.stats().comprDataBytes()).isCloseTo(compr, withPercentage(1));
        assertThat(device.stats().memUsedTotalBytes()).isBetween(used - 4 * PAGE, used);
        assertThat(device.stats().memUsedMaxBytes()).isCloseTo(max, withPercentage(1));
        device.checkInvariants();
    }

    @Test
    void limit() {
        device.setDisksize(16384);
        device.setMemLimitPages(256);
        assertThat(diskw("random", 0, 1024, 9)).isEqualTo(256);
        expect(1048576, 1048576, 1048576, 1052672, 0, 256, 256);
        assertThat(device.stats().failedWrites()).isEqualTo(768);
        assertThat(diskw("zero", 2000, 100, 1)).isEqualTo(100);
        device.setMemLimitPages(512);
        assertThat(diskw("random", 3000, 100, 3)).isEqualTo(100);
        device.setMemLimitPages(128);
        assertThat(diskw("compressible", 5000, 10, 3)).isZero();
        expect(1867776, 1458176, 1458176, 1474560, 100, 356, 356);
        assertThat(device.stats().failedWrites()).isEqualTo(778);
        device.setMemLimitPages(0);
        assertThat(diskw("compressible", 5000, 10, 3)).isEqualTo(10);
        expect(1908736, 1468876, 1474560, 1474560, 100, 356, 356);
    }

    @Test
    void writeback() {
        device.setBacking("/dev/vda", disk);
        device.setDisksize(16384);
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
        assertThat(device.stats().backingReads()).isEqualTo(10);
        device.markIdle();
        for (int i = 0; i < 100; i++) {
            device.data().readPage(i, page);
        }
        assertThat(rework(new Writeback(device), SlotFilter.IDLE)).isNull();
        expect(4456448, 107000, 114688, 2670592, 64, 0, 512);
        assertThat(device.stats().backingPages()).isEqualTo(924);
    }

    @Test
    void writebackOfObjectsAsTheyAre() {
        device.settings.setCompressedWriteback(true);
        device.setBacking("/dev/vda", disk);
        device.setDisksize(16384);
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
        assertThat(device.stats().backingReads()).isEqualTo(200);
    }

    @Test
    void recompression() {
        device.settings.setAlgorithm(1, Costs.Algorithm.ZSTD);
        device.settings.setAlgorithm(2, Costs.Algorithm.DEFLATE);
        device.setDisksize(16384);
        diskw("text", 0, 256, 1);
        diskw("half", 256, 256, 1);
        diskw("random", 512, 256, 1);
        expect(3145728, 1740783, 1818624, 1818624, 0, 256, 256);
        long before = device.stats().comprDataBytes();
        rework(new Recompress(device, 1, 0, -1), SlotFilter.HUGE);
        rework(new Recompress(device, 1, 0, -1), SlotFilter.IDLE);
        device.markIdle();
        rework(new Recompress(device, 1, 2000, -1), SlotFilter.IDLE);
        assertThat(device.stats().comprDataBytes()).as("none of these helps").isEqualTo(before);
        rework(new Recompress(device, 1, 0, 10), SlotFilter.IDLE);
        assertThat(before - device.stats().comprDataBytes()).isCloseTo(3890, withPercentage(3));
        rework(new Recompress(device, 1, 0, -1), SlotFilter.IDLE);
        expect(3145728, 1640885, 1687552, 1818624, 0, 256, 256);
        long after = device.stats().comprDataBytes();
        rework(new Recompress(device, 2, 0, -1), SlotFilter.ANY);
        assertThat(device.stats().comprDataBytes()).isEqualTo(after);
    }

    @Test
    void rewritingAndDiscarding() {
        device.settings.setAlgorithm(0, Costs.Algorithm.DEFLATE);
        device.setDisksize(16384);
        int slot = 0;
        for (String pattern : new String[] {"zero", "same", "compressible", "half", "text", "random"}) {
            diskw(pattern, slot, 256, 7);
            slot += 256;
        }
        diskw("zero", 1280, 256, 1);
        expect(6291456, 898487, 995328, 2043904, 768, 0, 256);
        device.data().discardPages(0, 1024);
        expect(2097152, 75984, 110592, 2043904, 256, 0, 256);
        assertThat(device.stats().notifyFree()).isEqualTo(1024);
    }

    /** bd_stat. */
    private void expectBacking(long pages, long reads, long writes) {
        assertThat(new long[] {
                    device.stats().backingPages(),
                    device.stats().backingReads(),
                    device.stats().backingWrites()
                })
                .containsExactly(pages, reads, writes);
    }

    /** What a node of the disk reads in a block. */
    private byte[] block(int block) {
        byte[] page = new byte[PAGE];
        assertThat(disk.data().readPage(block, page)).isTrue();
        return page;
    }

    @Test
    void readingWhatIsThereAndWhatIsNot() {
        device.setDisksize(16384);
        diskw("compressible", 1024, 10, 7);
        byte[] page = new byte[PAGE];
        for (int i = 0; i < 10; i++) {
            assertThat(device.data().readPage(8000 + i, page)).isTrue();
            assertThat(page).containsOnly(0);
            assertThat(device.data().readPage(1024 + i, page)).isTrue();
        }
        assertThat(device.counts().reads()).isEqualTo(20);
        assertThat(device.stats().failedReads()).isZero();
    }

    @Test
    void idleMarksByAge() {
        device.setBacking("/dev/vdb", disk);
        device.setDisksize(16384);
        diskw("compressible", 0, 100, 1);
        nowNs = 2_000_000_000L;
        diskw("compressible", 100, 100, 2);
        device.markIdle(1);
        assertThat(rework(new Writeback(device), SlotFilter.IDLE)).isNull();
        expectWithHoles(819200, 107000, 131072, 229376);
        expectBacking(100, 0, 100);
        // idle 0: nothing was used since, but the mark needs an age above it.
        device.markIdle(0);
        assertThat(rework(new Writeback(device), SlotFilter.IDLE)).isNull();
        expectBacking(100, 0, 100);
    }

    @Test
    void theWritebackLimit() {
        device.setBacking("/dev/vdb", disk);
        device.setDisksize(16384);
        diskw("random", 0, 200, 1);
        device.settings.setWritebackLimited(true);
        long[][] limits = {{50, 150, 50}, {0, 150, 50}, {10, 140, 60}};
        for (long[] limit : limits) {
            device.settings.setWritebackLimitPages(limit[0]);
            assertThat(rework(new Writeback(device), SlotFilter.HUGE)).isEqualTo(Errno.EIO);
            assertThat(device.settings.writebackLimitPages()).isZero();
            expect(819200, limit[1] * PAGE, limit[1] * PAGE, 819200, 0, limit[1], 200);
            expectBacking(limit[2], 0, limit[2]);
        }
        device.settings.setWritebackLimited(false);
        assertThat(rework(new Writeback(device), SlotFilter.HUGE)).isNull();
        expect(819200, 0, 0, 819200, 0, 0, 200);
        expectBacking(200, 0, 200);
    }

    private void writeBack(SlotFilter filter, long... ranges) {
        Writeback work = new Writeback(device);
        for (int i = 0; i < ranges.length; i += 2) {
            work.choose(filter, ranges[i], ranges[i + 1] + 1);
        }
        work.begin();
        Effort effort = new Effort();
        do {
            effort.begin(0);
        } while (work.step(effort, Long.MAX_VALUE));
        assertThat(work.error()).isNull();
    }

    @Test
    void singlePagesAndRanges() {
        device.setBacking("/dev/vdb", disk);
        device.setDisksize(16384);
        diskw("compressible", 0, 100, 1);
        writeBack(SlotFilter.ANY, 3, 3);
        expectWithHoles(409600, 105930, 114688, 114688);
        expectBacking(1, 0, 1);
        writeBack(SlotFilter.ANY, 10, 19);
        expectWithHoles(409600, 95230, 114688, 114688);
        expectBacking(11, 0, 11);
        writeBack(SlotFilter.ANY, 20, 29, 40, 40);
        expectWithHoles(409600, 83460, 98304, 114688);
        expectBacking(22, 0, 22);
        writeBack(SlotFilter.ANY, 3, 3, 5000, 5000);
        writeBack(SlotFilter.INCOMPRESSIBLE, 0, 16383);
        writeBack(SlotFilter.HUGE_IDLE, 0, 16383);
        writeBack(SlotFilter.IDLE, 0, 16383);
        expectWithHoles(409600, 83460, 98304, 114688);
        expectBacking(22, 0, 22);
    }

    @Test
    void aFullBackingDevice() {
        device.setBacking("/dev/loop0", new Disk("loop0", 1 << 20, Disk.Profile.VIRTIO));
        device.setDisksize(16384);
        diskw("random", 0, 500, 1);
        for (int i = 0; i < 2; i++) {
            assertThat(rework(new Writeback(device), SlotFilter.HUGE)).isEqualTo(Errno.ENOSPC);
            expect(2048000, 999424, 999424, 2048000, 0, 244, 500);
            expectBacking(256, 0, 256);
        }
        diskw("zero", 0, 100, 1);
        expect(2048000, 589824, 589824, 2048000, 100, 144, 500);
        assertThat(rework(new Writeback(device), SlotFilter.HUGE)).isEqualTo(Errno.ENOSPC);
        expectBacking(256, 0, 256);
    }

    @Test
    void theDiskShowsWhatIsWrittenBack() {
        disk.keepBytesIn(() -> bytes);
        disk.data().writePage(2, new GuestPages(9).page("text", 2));
        device.setBacking("/dev/vdb", disk);
        device.setDisksize(16384);
        diskw("random", 0, 3, 1);
        diskw("compressible", 3, 1, 1);
        GuestPages pages = new GuestPages(1);
        byte[][] random = new byte[3][];
        for (int i = 0; i < 3; i++) {
            random[i] = pages.page("random", i).clone();
        }
        assertThat(block(0)).containsOnly(0);
        assertThat(rework(new Writeback(device), SlotFilter.HUGE)).isNull();
        for (int i = 0; i < 3; i++) {
            assertThat(block(i)).as("highest first: block " + i).isEqualTo(random[2 - i]);
        }
        diskw("zero", 1, 1, 1);
        assertThat(block(1)).as("free again").containsOnly(0);
        writeBack(SlotFilter.ANY, 3, 3);
        assertThat(block(1))
                .as("unpacked, in the first free block")
                .isEqualTo(new GuestPages(1).page("compressible", 3));
        device.checkInvariants();
        device.reset();
        assertThat(block(0)).containsOnly(0);
        assertThat(block(2)).as("as before").isEqualTo(new GuestPages(9).page("text", 2));
    }

    @Test
    void theDiskShowsObjectsThatAreWrittenBackAsTheyAre() {
        device.settings.setCompressedWriteback(true);
        device.setBacking("/dev/vdb", disk);
        device.setDisksize(16384);
        diskw("compressible", 0, 1, 1);
        int length = (int) device.stats().comprDataBytes();
        writeBack(SlotFilter.ANY, 0, 0);
        byte[] block = block(0);
        byte[] page = new byte[PAGE];
        Codec.of(Costs.Algorithm.LZO_RLE).expand(block, length, page);
        assertThat(page).isEqualTo(new GuestPages(1).page("compressible", 0));
        assertThat(Arrays.copyOfRange(block, length, PAGE)).containsOnly(0);
    }
}
