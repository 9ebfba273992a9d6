package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.swap.Disk;

/** How many pages memory.reclaim scans and frees: the exact counts of golden/behaviour c6 and b3 (spec/03 section 10). */
final class GoldenReclaimTest {
    private static final Content COMPRESSIBLE = new Content("compressible", 1072, false, false);

    /** Writes sizes one after the other; each line is "scanned stolen". */
    private static List<String> reclaimAll(Lab lab, MemCgroup memcg, long... sizes) throws Exception {
        List<String> counts = new ArrayList<>();
        for (long size : sizes) {
            long scanned = Lab.scanned(memcg);
            long stolen = Lab.stolen(memcg);
            assertThat(lab.reclaim(memcg, size)).isNull();
            counts.add((Lab.scanned(memcg) - scanned) + " " + (Lab.stolen(memcg) - stolen));
        }
        lab.machine.checkInvariants();
        return counts;
    }

    /** c6 section 1: 16,394 fresh pages and 2 active ones over zram. */
    @Test
    void anonOverZramIsScannedAsInTheCapture() throws Exception {
        Lab lab = new Lab();
        lab.zram(256);
        MemCgroup work = lab.cgroup("/work");
        lab.activate(lab.task("libc", "/work", Kind.ANON, 2, COMPRESSIBLE));
        Task hog = lab.task("hog", "/work", Kind.ANON, 16_394, COMPRESSIBLE);
        assertThat(reclaimAll(lab, work, 4 << 10)).containsExactly("16437 43");
        // The captured process ran on and got four of its pages back: swap.current was 39.
        lab.touch(hog, 4);
        assertThat(work.swap.usage()).isEqualTo(39);
        assertThat(reclaimAll(
                        lab, work, 4 << 10, 4 << 10, 64 << 10, 128 << 10, 512 << 10, 1 << 20, 2 << 20, 4 << 20, 8 << 20,
                        16 << 20))
                .containsExactly(
                        "41 41",
                        "41 41",
                        "41 41",
                        "41 41",
                        "160 160",
                        "281 281",
                        "526 526",
                        "1051 1051",
                        "2051 2051",
                        "4107 4107");
        assertThat(work.stat(MemoryStat.PGREFILL)).isZero();
        assertThat(work.swap.usage()).isEqualTo(8_379);
    }

    /** c6 section 2: two children whose pages are all young; the parent's first call stops at the first child. */
    @Test
    void aSecondChildIsLeftAloneOnceTheFirstHasGivenEnough() throws Exception {
        Lab lab = new Lab();
        lab.zram(256);
        MemCgroup work = lab.cgroup("/work");
        MemCgroup a = lab.cgroup("/work/a");
        MemCgroup b = lab.cgroup("/work/b");
        lab.activate(lab.task("libc a", "/work/a", Kind.ANON, 2, COMPRESSIBLE));
        lab.activate(lab.task("libc b", "/work/b", Kind.ANON, 2, COMPRESSIBLE));
        Task stack = lab.task("a's stack", "/work/a", Kind.ANON, 4, COMPRESSIBLE);
        lab.task("a", "/work/a", Kind.ANON, 8_198, COMPRESSIBLE);
        lab.task("b", "/work/b", Kind.ANON, 8_202, COMPRESSIBLE);
        List<String> seen = new ArrayList<>();
        for (long size : new long[] {4 << 10, 4 << 10, 1 << 20, 4 << 20, 16 << 20}) {
            // Four pages of a stay in use: active_anon was 6 afterwards.
            Activity write = lab.machine.reclaim(work, new ReclaimRequest(size, -1, false));
            while (lab.machine.step(write) != Activity.DONE) {
                lab.touch(stack, 4);
            }
            seen.add(Lab.scanned(a) + " " + Lab.stolen(a) + " " + Lab.scanned(b) + " " + Lab.stolen(b));
        }
        // The capture still shows 1433 for b in the second line: 19 pages of scanning had not been flushed.
        assertThat(seen)
                .containsExactly(
                        "8249 43 1433 0", "8290 84 1452 0", "8574 368 1591 0", "9622 1416 2163 0", "13764 5558 5961 0");
    }

    /** b3: page cache only, cache trim: 57 = 4+7+15+31, then 64 wanted in a batch of priorities. */
    @Test
    void unusedPageCacheIsTrimmedByPriority() throws Exception {
        for (long size : new long[] {4 << 10, 64 << 10, 128 << 10}) {
            assertThat(fileReclaim(size)).as("%d bytes", size).isEqualTo("57 57");
        }
        assertThat(fileReclaim(1 << 20)).isEqualTo("288 288");
    }

    private static String fileReclaim(long size) throws Exception {
        Lab lab = new Lab();
        MemCgroup work = lab.cgroup("/work");
        lab.task("reader", "/work", Kind.FILE, 16_384, Content.RANDOM);
        return reclaimAll(lab, work, size).get(0);
    }

    /** Freshly touched pages are all met once before any is freed (spec/03 section 10). */
    @Test
    void theFirstReclaimOfFreshMemoryKeepsEveryPageOnce() throws Exception {
        Lab lab = new Lab();
        lab.disk("vda", 512, Disk.Profile.NVME);
        lab.machine.zswap().setEnabled(true);
        MemCgroup work = lab.cgroup("/work");
        lab.task("hog", "/work", Kind.ANON, 16_394, COMPRESSIBLE);
        assertThat(lab.reclaim(work, 48 << 20)).isNull();
        long stolen = Lab.stolen(work);
        assertThat(Lab.scanned(work)).isEqualTo(16_394 + stolen);
        assertThat(stolen).isBetween(12_288L, 12_411L);
    }

    /** On a disk each freed page is scanned twice: it is written first and rotated to the tail when that ends. */
    @Test
    void pagesWrittenToADiskAreScannedTwice() throws Exception {
        Lab lab = new Lab();
        lab.disk("vda", 512, Disk.Profile.NVME);
        MemCgroup work = lab.cgroup("/work");
        Task hog = lab.task("hog", "/work", Kind.ANON, 16_394, COMPRESSIBLE);
        assertThat(lab.reclaim(work, 32 << 20)).isNull();
        long stolen = Lab.stolen(work);
        assertThat(stolen).isBetween(8_192L, 8_260L);
        assertThat(Lab.scanned(work)).isEqualTo(16_394 + 2 * stolen + work.stat(MemoryStat.SWAPCACHED));

        // Reading it back: refaults = majors + read ahead; the slots stay (spec/10 section 5).
        long slots = work.swap.usage();
        lab.touch(hog, false);
        long majors = work.stat(MemoryStat.PGMAJFAULT);
        long readAhead = lab.machine.vmstat(org.reclaimfs.mm.VmStat.SWAP_RA);
        assertThat(work.stat(MemoryStat.PSWPIN)).isEqualTo(stolen).isEqualTo(majors + readAhead);
        assertThat(work.stat(MemoryStat.WORKINGSET_REFAULT_ANON)).isEqualTo(stolen);
        assertThat((double) stolen / majors).as("pages per major fault").isBetween(7.5, 8.0);
        assertThat(work.swap.usage()).isEqualTo(slots);
    }
}
