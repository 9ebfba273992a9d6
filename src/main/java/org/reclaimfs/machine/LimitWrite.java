package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.ReclaimReason;
import org.reclaimfs.oom.Outcome;
import org.reclaimfs.vmscan.Reclaim;
import org.reclaimfs.vmscan.Vmscan;

/**
 * What follows a write to memory.high or memory.max: reclaim until usage fits, for max with OOM kills in the end
 * (memory_high_write, memory_max_write; 7.2, spec/04 section 4). The write always succeeds.
 */
final class LimitWrite extends Activity {
    private static final int MAX_RECLAIM_RETRIES = 16;

    private final Core core;
    private final MemCgroup memcg;
    private final long limitPages;
    private final boolean max;
    private final OomPath oom;
    private int retries = MAX_RECLAIM_RETRIES;
    private @Nullable Reclaim call;

    LimitWrite(Core core, MemCgroup memcg, long limitPages, boolean max, OomPath oom) {
        this.core = core;
        this.memcg = memcg;
        this.limitPages = limitPages;
        this.max = max;
        this.oom = oom;
    }

    @Override
    public long step(long nowNs) {
        core.effort.begin(nowNs);
        while (core.effort.spentNs() < SLICE_NS) {
            Reclaim running = call;
            if (running != null) {
                if (running.step()) {
                    call = null;
                    if (running.reclaimed() == 0) {
                        retries--;
                    }
                }
                continue;
            }
            if (finished()) {
                return DONE;
            }
            boolean exhausted = max ? retries == 0 : retries < 0;
            if (!exhausted) {
                long over = Math.max(memcg.memory.usage() - limitPages, Vmscan.SWAP_CLUSTER_MAX);
                call = new Reclaim(core.vm, core.rootMemcg(), memcg, over, ReclaimReason.DIRECT, -1, 0);
            } else if (!max || !oomKill(nowNs)) {
                return DONE;
            }
        }
        return core.effort.spentNs();
    }

    private boolean finished() {
        long current = max ? memcg.memory.max() : memcg.memory.high();
        return signalled() || current != limitPages || memcg.memory.usage() <= limitPages || !memcg.online();
    }

    private boolean oomKill(long nowNs) {
        memcg.event(MemCgroup.Event.OOM);
        return oom.killIn(memcg, null, nowNs) != Outcome.NOBODY;
    }
}
