package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.ReclaimReason;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.vmscan.Reclaim;

/** When reclaim waits for devices: a direct one that finds nothing, before its last try, and kswapd (spec/03 section 13). */
final class ThrottleTest {
    private static final long JIFFY_NS = 4_000_000;
    private static final int PAGES = 200;

    private final Lab lab = new Lab();
    private long longestSleepNs;

    private long reclaim(ReclaimReason reason) {
        return reclaim(null, reason);
    }

    /** Reclaims from a memcg, or for the whole machine, with time at a standstill; the pages freed. */
    private long reclaim(@Nullable MemCgroup target, ReclaimReason reason) {
        Core core = lab.machine.core();
        Reclaim call = new Reclaim(core.vm, core.rootMemcg(), target, PAGES, reason, -1, 0);
        boolean over = false;
        longestSleepNs = 0;
        while (!over) {
            core.effort.begin(lab.machine.nowNs(), 0);
            over = call.step();
            longestSleepNs = Math.max(longestSleepNs, core.effort.blockedNs());
        }
        return call.reclaimed();
    }

    @Test
    void itSleepsAJiffyWhileMostPagesAreBeingWritten() throws Exception {
        lab.disk("vda", 64, Disk.Profile.VIRTIO);
        lab.task("t", "/", Kind.ANON, PAGES, Content.RANDOM);
        reclaim(ReclaimReason.PROACTIVE);
        assertThat(lab.machine.core().io.pendingPages(0)).isEqualTo(PAGES);
        assertThat(reclaim(ReclaimReason.DIRECT)).isZero();
        assertThat(longestSleepNs).isEqualTo(JIFFY_NS);
        lab.machine.completeIo();
        assertThat(lab.machine.core().io.pendingPages(0)).isZero();
    }

    @Test
    void itDoesNotSleepWhereNothingIsBeingWritten() throws Exception {
        lab.task("t", "/", Kind.ANON, PAGES, Content.RANDOM);
        assertThat(reclaim(ReclaimReason.DIRECT)).isZero();
        assertThat(longestSleepNs).isZero();
    }

    @Test
    void onlyDirectReclaimSleeps() throws Exception {
        lab.disk("vda", 64, Disk.Profile.VIRTIO);
        lab.task("t", "/", Kind.ANON, PAGES, Content.RANDOM);
        reclaim(ReclaimReason.PROACTIVE);
        assertThat(reclaim(ReclaimReason.PROACTIVE)).isZero();
        assertThat(longestSleepNs).isZero();
    }

    private Reclaim kswapdStep(boolean nodeWriteback) {
        Core core = lab.machine.core();
        core.effort.begin(lab.machine.nowNs(), 0);
        Reclaim step = Reclaim.kswapd(
                core.vm, core.rootMemcg(), new Reclaim.KswapdStep(0, PAGES, 1, true, false, nodeWriteback), 0);
        step.runToEnd();
        return step;
    }

    /** Once a step has met nothing but pages that are being written, the next waits until more than a batch is. */
    @Test
    void kswapdWaitsForWritesOnAMarkedNode() throws Exception {
        lab.disk("vda", 64, Disk.Profile.VIRTIO);
        lab.task("t", "/", Kind.ANON, PAGES, Content.RANDOM);
        reclaim(ReclaimReason.PROACTIVE);
        Reclaim first = kswapdStep(false);
        assertThat(first.scanned()).isPositive();
        assertThat(first.onlyWriteback()).isTrue();
        assertThat(first.writebackWaitNs()).isZero();
        Reclaim second = kswapdStep(true);
        assertThat(second.scanned()).isPositive();
        assertThat(second.onlyWriteback()).as("none for the first time").isFalse();
        long waitNs = second.writebackWaitNs();
        assertThat(waitNs).isPositive();
        long untilNs = lab.machine.core().effort.nowNs() + waitNs;
        lab.machine.advance(untilNs - 1, 1000);
        assertThat(PAGES - lab.machine.core().io.pendingPages(0)).isLessThanOrEqualTo(32);
        lab.machine.advance(untilNs, 1000);
        assertThat(PAGES - lab.machine.core().io.pendingPages(0)).isGreaterThan(32);
        lab.machine.completeIo();
        Reclaim third = kswapdStep(true);
        assertThat(third.reclaimed()).isPositive();
        assertThat(third.onlyWriteback()).isFalse();
        assertThat(third.writebackWaitNs()).isZero();
    }

    /** A batch or less is not worth an early end. */
    @Test
    void kswapdWaitsATenthOfASecondForFewWrites() throws Exception {
        lab.disk("vda", 64, Disk.Profile.VIRTIO);
        lab.task("t", "/", Kind.ANON, 32, Content.RANDOM);
        reclaim(ReclaimReason.PROACTIVE);
        assertThat(lab.machine.core().io.pendingPages(0)).isEqualTo(32);
        assertThat(kswapdStep(true).writebackWaitNs()).isEqualTo(100_000_000);
    }

    /**
     * Reclaim from a memcg that has nothing but dirty page cache tells the flusher and goes on: none of its pages is under
     * writeback, so the memcg does not count as congested, whatever was written before.
     */
    @Test
    void itDoesNotSleepForDirtyPageCache() throws Exception {
        MemCgroup work = lab.cgroup("/work");
        Task task = lab.task("t", "/work", Kind.FILE, PAGES, Content.RANDOM);
        for (int round = 0; round < 3; round++) {
            lab.touch(task, true);
            assertThat(work.stat(MemoryStat.FILE_DIRTY)).isPositive();
            reclaim(work, ReclaimReason.DIRECT);
            assertThat(longestSleepNs).isZero();
            assertThat(lab.machine.core().vm.takeFlusherWake()).isTrue();
            lab.machine.checkInvariants();
            lab.run(lab.machine.core().flusher);
            assertThat(work.stat(MemoryStat.FILE_DIRTY)).isZero();
        }
    }

    @Test
    void aPageOfAFileUnderWritebackWouldBeNoticed() throws Exception {
        lab.task("t", "/", Kind.FILE, PAGES, Content.RANDOM);
        lab.machine.checkInvariants();
        MemMap mem = lab.machine.core().mem;
        for (int run = 0; run < mem.runLimit(); run++) {
            if (mem.len(run) > 0 && Flags.isFile(mem.flags(run))) {
                mem.setFlags(run, mem.flags(run) | Flags.WRITEBACK);
            }
        }
        assertThatThrownBy(lab.machine::checkInvariants).hasMessageContaining("under writeback");
    }
}
