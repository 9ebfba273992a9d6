package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.ReclaimReason;
import org.reclaimfs.vmscan.Reclaim;
import org.reclaimfs.vmscan.Vmscan;

/** A write of a size to memory.reclaim (user_proactive_reclaim; 7.2, spec/04 section 8). */
final class ReclaimWrite extends Activity {
    private static final int MAX_RECLAIM_RETRIES = 16;

    private final Core core;
    private final MemCgroup target;
    private final long wantedPages;
    private final int swappiness;
    private long donePages;
    private int retries = MAX_RECLAIM_RETRIES;
    private @Nullable Reclaim call;

    ReclaimWrite(Core core, MemCgroup target, long wantedPages, int swappiness) {
        super(() -> core.cgroups.root());
        this.core = core;
        this.target = target;
        this.wantedPages = wantedPages;
        this.swappiness = swappiness;
        // A script's step takes its time: it finds the statistics flushed.
        core.memcgs.flushStats();
    }

    @Override
    public long step(long nowNs) {
        core.effort.begin(nowNs);
        while (core.effort.goesOn(SLICE_NS)) {
            Reclaim running = call;
            if (running == null) {
                if (donePages >= wantedPages) {
                    return DONE;
                }
                if (signalled()) {
                    return fail(Errno.EINTR);
                }
                long goal = Math.max((wantedPages - donePages) / 4, Vmscan.SWAP_CLUSTER_MAX);
                call = new Reclaim(core.vm, core.rootMemcg(), target, goal, ReclaimReason.PROACTIVE, swappiness, cpu());
            } else if (running.step()) {
                call = null;
                if (running.reclaimed() == 0 && retries-- == 0) {
                    return fail(Errno.EAGAIN);
                }
                donePages += running.reclaimed();
            }
        }
        return sliceEnd(core.effort);
    }
}
