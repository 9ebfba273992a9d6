package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.reclaimfs.memcg.ReclaimReason;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.vmscan.Reclaim;

/** When a direct reclaim that finds nothing sleeps before its last try (spec/03 section 13). */
final class ThrottleTest {
    private static final long JIFFY_NS = 4_000_000;
    private static final int PAGES = 200;

    private final Lab lab = new Lab();
    private long longestSleepNs;

    /** Reclaims for the whole machine with time at a standstill; the pages freed. */
    private long reclaim(ReclaimReason reason) {
        Core core = lab.machine.core();
        Reclaim call = new Reclaim(core.vm, core.rootMemcg(), null, PAGES, reason, -1, 0);
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
}
