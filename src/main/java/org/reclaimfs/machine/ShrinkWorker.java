package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.zswap.ZswapWriteback;

/** zswap's shrink worker: writes back round-robin over all memcgs until the pool accepts again (spec/05 section 9). */
final class ShrinkWorker extends Activity {
    private static final long START_NS = 20_000;

    private final Core core;
    private ShrinkWalk walk = new ShrinkWalk();
    private @Nullable MemCgroup cursor;
    private boolean running;

    ShrinkWorker(Core core) {
        this.core = core;
    }

    /** Time until the first slice if a refused store queued the worker and it is not running; -1 if not. */
    long wakeDelayNs() {
        if (running || !core.zswap.workerQueued()) {
            return -1;
        }
        running = true;
        core.zswap.workerDone();
        walk = new ShrinkWalk();
        return START_NS;
    }

    void forget(MemCgroup memcg) {
        // The walk goes on behind the removed one: its links still lead out of it.
        if (cursor == memcg && memcg.parent() != null) {
            cursor = memcg.parent();
        }
    }

    @Override
    public long step(long nowNs) {
        core.effort.begin(nowNs);
        boolean batched = core.patches.contains(Patch.ZSWAP_PROACTIVE_WRITEBACK);
        while (core.effort.spentNs() < SLICE_NS) {
            cursor = MemCgroup.next(core.rootMemcg(), cursor);
            long r = cursor == null ? walk.passEnded() : scan(cursor, batched ? ShrinkWalk.BATCH : 1);
            if (r == ShrinkWalk.BUSY || core.zswap.totalPages() <= core.zswap.acceptPages()) {
                running = false;
                return DONE;
            }
        }
        return core.effort.spentNs();
    }

    private long scan(MemCgroup memcg, int budget) {
        long bytes = core.zswapWriteback.shrinkMemcg(memcg, budget);
        return bytes == ZswapWriteback.NO_ENTRY ? 0 : walk.scanned(bytes);
    }
}
