package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.psi.PsiGroup;
import org.reclaimfs.psi.PsiResource;
import org.reclaimfs.psi.Stalls;

/** What allocations wait for, as whole stalls and as pressure; tasks compete for the CPUs, as in a run. */
final class StallsTest {
    private static final long SECOND = 1_000_000_000L;

    private static long us(Cgroup cgroup, PsiResource resource, boolean full, long nowNs) {
        PsiGroup psi = cgroup.psi();
        psi.update(nowNs);
        return psi.totalUs(resource, full);
    }

    private static void go(Lab lab, Task task, long pages, Content content) throws Exception {
        lab.machine.start(lab.machine.alloc(task, "data", Kind.ANON, content, pages, 0));
    }

    @Test
    void withMemoryLeftNothingStalls() throws Exception {
        Lab lab = new Lab();
        go(lab, lab.machine.spawn("hog", "hog", "/", 0), 50_000, Content.RANDOM);
        lab.machine.advance(10 * SECOND, Integer.MAX_VALUE);
        assertThat(lab.machine.stalls().count()).isZero();
        assertThat(us(lab.machine.cgroups().root(), PsiResource.MEMORY, false, lab.machine.nowNs()))
                .isZero();
    }

    /** Half-compressible data into zram: a stall ends when its page is there, not when one call of reclaim ends. */
    @Test
    void aStallLastsFromTheFirstReclaimToThePage() throws Exception {
        Lab lab = new Lab();
        lab.zram(2048);
        Task hog = lab.machine.spawn("hog", "hog", "/", 0);
        go(lab, hog, 200_000, Content.ratio(2, "ratio:2"));
        lab.machine.advance(60 * SECOND, Integer.MAX_VALUE);
        Stalls stalls = lab.machine.stalls();
        assertThat(stalls.count()).isPositive();
        assertThat(stalls.rounds()).isGreaterThanOrEqualTo(stalls.count());
        assertThat(stalls.rounds()).isEqualTo(lab.machine.vmstat(VmStat.ALLOCSTALL_MOVABLE));
        long now = lab.machine.nowNs();
        long total = stalls.totalNs(now);
        assertThat(stalls.longestNs(now)).isBetween(total / stalls.count(), total);
        assertThat(hog.stalls.totalNs(now)).as("it was the only one").isEqualTo(total);
    }

    /** No swap, memory.high exceeded: the worst page costs a sleep of 2 s and up to 36 ms of reclaim (golden b4). */
    @Test
    void aSleepAboveHighBelongsToTheStall() throws Exception {
        Lab lab = new Lab();
        MemCgroup work = lab.cgroup("/work");
        work.memory.setHigh(8192);
        Task hog = lab.machine.spawn("hog", "hog", "/work", 0);
        go(lab, hog, 9728 + 128, Content.RANDOM);
        lab.machine.advance(120 * SECOND, Integer.MAX_VALUE);
        long now = lab.machine.nowNs();
        assertThat(hog.stalls.longestNs(now)).isBetween(2 * SECOND, 2 * SECOND + 36_000_000);
        long stalledUs = hog.stalls.totalNs(now) / 1000;
        // A CPU that only sleeps has all the weight there is.
        assertThat(us(work.cgroup, PsiResource.MEMORY, true, now)).isBetween(stalledUs * 98 / 100, stalledUs);
        assertThat(us(work.cgroup, PsiResource.IO, false, now)).isZero();
        assertThat(us(work.cgroup, PsiResource.CPU, false, now)).isZero();
    }

    /** kswapd works for everybody: its balancing is a stall of the system, of no cgroup below (spec/09 section 3). */
    @Test
    void kswapdStallsTheRootOnly() throws Exception {
        Lab lab = new Lab();
        lab.zram(2048);
        MemCgroup work = lab.cgroup("/work");
        Task hog = lab.machine.spawn("hog", "hog", "/work", 0);
        lab.machine.start(
                lab.machine.alloc(hog, "data", Kind.ANON, Content.ratio(4, "ratio:4"), 130_000, 20_000 * 4096L));
        lab.machine.advance(20 * SECOND, Integer.MAX_VALUE);
        assertThat(lab.machine.vmstat(VmStat.PGSTEAL_KSWAPD)).isPositive();
        long now = lab.machine.nowNs();
        long below = us(work.cgroup, PsiResource.MEMORY, false, now);
        assertThat(us(lab.machine.cgroups().root(), PsiResource.MEMORY, false, now))
                .isGreaterThan(below);
        assertThat(below).isLessThanOrEqualTo(hog.stalls.totalNs(now) / 1000);
    }

    @Test
    void whoDiesInAStallEndsIt() throws Exception {
        Lab lab = new Lab();
        MemCgroup work = lab.cgroup("/work");
        work.memory.setMax(4096);
        Task hog = lab.machine.spawn("hog", "hog", "/work", 0);
        go(lab, hog, 10_000, Content.RANDOM);
        lab.machine.advance(60 * SECOND, Integer.MAX_VALUE);
        assertThat(lab.machine.kills()).hasSize(1);
        assertThat(hog.stalls.count()).isEqualTo(1);
        assertThat(hog.stalls.rounds()).isGreaterThanOrEqualTo(16);
        long before = us(work.cgroup, PsiResource.MEMORY, false, lab.machine.nowNs());
        lab.machine.advance(120 * SECOND, Integer.MAX_VALUE);
        assertThat(us(work.cgroup, PsiResource.MEMORY, false, lab.machine.nowNs()))
                .isEqualTo(before);
    }

    @Test
    void aStallUnderWayCountsWithWhatItHasLasted() {
        Stalls stalls = new Stalls();
        stalls.begin(100);
        stalls.begin(300);
        stalls.begin(300);
        stalls.round();
        stalls.end(300, 350);
        assertThat(stalls.count()).isEqualTo(3);
        assertThat(stalls.totalNs(1000)).isEqualTo(50 + 700 + 900);
        assertThat(stalls.longestNs(1000)).isEqualTo(900);
        stalls.end(100, 1200);
        assertThat(stalls.longestNs(1400)).isEqualTo(1100);
        assertThat(stalls.totalNs(200))
                .as("a slice may run ahead of the machine")
                .isEqualTo(50 + 1100);
    }
}
