package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.ReclaimReason;
import org.reclaimfs.vmscan.Reclaim;
import org.reclaimfs.vmscan.Vmscan;

/** A write of a size to memory.reclaim, or to a node's reclaim file (user_proactive_reclaim; 7.2, spec/04 section 8). */
abstract class ReclaimWrite extends Activity {
    private static final int MAX_RECLAIM_RETRIES = 16;

    final Core core;
    private final long wantedPages;
    final int swappiness;
    private long donePages;
    private int retries = MAX_RECLAIM_RETRIES;
    private @Nullable Reclaim call;

    ReclaimWrite(Core core, long wantedPages, int swappiness) {
        super(() -> core.cgroups.root());
        this.core = core;
        this.wantedPages = wantedPages;
        this.swappiness = swappiness;
        // A script's step takes its time: it finds the statistics flushed.
        core.memcgs.flushStats();
    }

    /** A write to memory.reclaim of a cgroup. */
    static ReclaimWrite of(Core core, MemCgroup target, long wantedPages, int swappiness) {
        return new ReclaimWrite(core, wantedPages, swappiness) {
            @Override
            Reclaim round(long goal) {
                return new Reclaim(core.vm, core.rootMemcg(), target, goal, ReclaimReason.PROACTIVE, swappiness, cpu());
            }
        };
    }

    /** One call of reclaim for {@code goal} pages; null if it would not even begin, which is a fruitless call. */
    abstract @Nullable Reclaim round(long goal);

    /** It is over, however it ended. */
    void ended() {}

    @Override
    public final long step(long nowNs) {
        core.effort.begin(nowNs);
        while (core.effort.goesOn(SLICE_NS)) {
            Reclaim running = call;
            if (running != null) {
                if (!running.step()) {
                    continue;
                }
                call = null;
                donePages += running.reclaimed();
                if (running.reclaimed() == 0 && retries-- == 0) {
                    return end(Errno.EAGAIN);
                }
            } else if (donePages >= wantedPages) {
                return end(null);
            } else if (signalled()) {
                return end(Errno.EINTR);
            } else {
                call = round(Math.max((wantedPages - donePages) / 4, Vmscan.SWAP_CLUSTER_MAX));
                if (call == null && retries-- == 0) {
                    return end(Errno.EAGAIN);
                }
            }
        }
        return sliceEnd(core.effort);
    }

    private long end(@Nullable Errno errno) {
        ended();
        return errno == null ? DONE : fail(errno);
    }
}
