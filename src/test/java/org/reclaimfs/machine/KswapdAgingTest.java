package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.PageCounter;
import org.reclaimfs.memcg.ReclaimReason;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.vmscan.Reclaim;
import org.reclaimfs.vmscan.Vmscan;

/** What each step of kswapd does before it reclaims: active anonymous pages become inactive (spec/07 section 4). */
final class KswapdAgingTest {
    private static final int BATCH = Vmscan.SWAP_CLUSTER_MAX;

    private final Lab lab = new Lab();

    private MemCgroup active(String path, long pages) throws ErrnoException {
        MemCgroup memcg = lab.cgroup(path);
        Task task = lab.task(path.substring(1), path, Kind.ANON, pages, Content.RANDOM);
        lab.activate(task);
        return memcg;
    }

    private void protect(MemCgroup memcg) {
        memcg.memory.setMin(PageCounter.MAX);
    }

    /** A step that has nothing to scan: a 4096th of few pages. */
    private void kswapdStep() {
        Core core = lab.machine.core();
        core.memcgs.flushStats();
        Reclaim.KswapdStep step = new Reclaim.KswapdStep(0, BATCH, Vmscan.DEF_PRIORITY, true, false, false);
        Reclaim.kswapd(core.vm, core.rootMemcg(), step, 0).runToEnd();
    }

    @ParameterizedTest(name = "{0} pages: {1} in the first step, {2} after the second")
    @CsvSource({"20, 20, 20", "32, 32, 32", "50, 32, 50", "1000, 32, 64"})
    void everyStepTakesABatchOfEveryMemcg(long pages, long once, long twice) throws ErrnoException {
        lab.zram(64);
        MemCgroup memcg = active("/a", pages);
        protect(memcg);
        // Keeps the node short of inactive pages.
        protect(active("/b", 2000));
        kswapdStep();
        assertThat(memcg.stat(MemoryStat.PGDEACTIVATE))
                .as("even of a memcg that is protected")
                .isEqualTo(once);
        kswapdStep();
        assertThat(memcg.stat(MemoryStat.PGDEACTIVATE)).isEqualTo(twice);
        assertThat(Lab.scanned(memcg)).isZero();
    }

    @Test
    void enoughInactivePagesOnTheNodeSpareTheActiveOnes() throws ErrnoException {
        lab.zram(64);
        MemCgroup memcg = active("/a", 1000);
        protect(memcg);
        lab.cgroup("/b");
        lab.task("b", "/b", Kind.ANON, 1001, Content.RANDOM);
        kswapdStep();
        assertThat(memcg.stat(MemoryStat.PGDEACTIVATE)).isZero();
    }

    @Test
    void withoutSwapNothingAges() throws ErrnoException {
        MemCgroup memcg = active("/a", 1000);
        kswapdStep();
        assertThat(memcg.stat(MemoryStat.PGDEACTIVATE)).isZero();
    }

    @Test
    void directReclaimDoesNotAge() throws ErrnoException {
        lab.zram(64);
        MemCgroup memcg = active("/a", 1000);
        protect(memcg);
        Core core = lab.machine.core();
        core.memcgs.flushStats();
        new Reclaim(core.vm, core.rootMemcg(), null, BATCH, ReclaimReason.DIRECT, -1, 0).runToEnd();
        assertThat(memcg.stat(MemoryStat.PGDEACTIVATE)).isZero();
    }
}
