package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.zswap.ZswapWriteback;

/** zswap's shrink worker: writes back round-robin over all memcgs until the pool accepts again (spec/05 section 9). */
final class ShrinkWorker extends Activity {
    private final Core core;
    private ShrinkWalk walk = new ShrinkWalk();
    private @Nullable MemCgroup cursor;
    private boolean running;
    private boolean started;

    ShrinkWorker(Core core) {
        super(() -> core.cgroups.root());
        this.core = core;
    }

    /** Whether a refused store has queued the worker and it is to be scheduled now. */
    boolean takeWake() {
        if (running || !core.zswap.workerQueued()) {
            return false;
        }
        running = true;
        started = false;
        return true;
    }

    void forget(MemCgroup memcg) {
        // Called while its links still lead out of it (zswap_memcg_offline_cleanup).
        if (cursor == memcg) {
            cursor = MemCgroup.next(core.rootMemcg(), memcg);
        }
    }

    @Override
    public long step(long nowNs) {
        core.effort.begin(nowNs);
        if (!started) {
            // Until here, queueing it again changes nothing; from here on it means another run.
            started = true;
            core.zswap.workerDone();
            walk = new ShrinkWalk();
        }
        boolean batched = core.patches.contains(Patch.ZSWAP_PROACTIVE_WRITEBACK);
        while (core.effort.goesOn(SLICE_NS)) {
            if (batched && accepting()) {
                running = false;
                return DONE;
            }
            cursor = MemCgroup.next(core.rootMemcg(), cursor);
            long r = cursor == null ? walk.passEnded() : scan(cursor, batched ? ShrinkWalk.BATCH : 1);
            if (r == ShrinkWalk.BUSY || accepting()) {
                running = false;
                return DONE;
            }
        }
        return sliceEnd(core.effort);
    }

    private boolean accepting() {
        return core.zswap.totalPages() <= core.zswap.acceptPages();
    }

    private long scan(MemCgroup memcg, int budget) {
        long bytes = core.zswapWriteback.shrinkMemcg(memcg, budget);
        return bytes == ZswapWriteback.NO_ENTRY ? 0 : walk.scanned(bytes);
    }
}
