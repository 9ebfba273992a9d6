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
    private int calls;
    private boolean drained;

    LimitWrite(Core core, MemCgroup memcg, long limitPages, boolean max, OomPath oom) {
        super(() -> core.cgroups.root());
        this.core = core;
        this.memcg = memcg;
        this.limitPages = limitPages;
        this.max = max;
        this.oom = oom;
        // A script's step takes its time: it finds the statistics flushed.
        core.memcgs.flushStats();
    }

    @Override
    public long step(long nowNs) {
        core.effort.begin(nowNs);
        while (core.effort.goesOn(SLICE_NS)) {
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
            if (!drained) {
                drained = true;
                memcg.drainStocks();
                continue;
            }
            boolean exhausted = max ? retries == 0 : retries < 0;
            if (!exhausted) {
                long over = memcg.memory.usage() - limitPages;
                calls++;
                call = new Reclaim(core.vm, core.rootMemcg(), memcg, over, ReclaimReason.DIRECT, -1, cpu());
            } else if (!max || !oomKill(nowNs)) {
                return DONE;
            }
        }
        return sliceEnd(core.effort);
    }

    /** How often it has reclaimed: it goes on while that finds pages, even if usage does not fall. */
    int calls() {
        return calls;
    }

    private boolean finished() {
        long current = max ? memcg.memory.max() : memcg.memory.high();
        return signalled() || current != limitPages || memcg.memory.usage() <= limitPages || !memcg.online();
    }

    /** One round for a memcg that is to be charged while it is full; returns how many pages fit then. */
    static long makeRoomNow(Core core, MemCgroup memcg) {
        return makeRoomNow(core, memcg, 1, 0);
    }

    /** As {@link #makeRoomNow(Core, MemCgroup)}, for the last of {@code pages} pages. */
    static long makeRoomNow(Core core, MemCgroup memcg, int pages, int cpu) {
        // What is in stock needs no room.
        long needed = pages - (memcg.memoryMargin() - memcg.memory.margin());
        MemCgroup over = null;
        for (MemCgroup m = memcg; m != null && over == null; m = m.parent()) {
            over = m.memory.max() - m.memory.usage() < needed ? m : null;
        }
        if (over != null) {
            over.event(MemCgroup.Event.MAX);
            new Reclaim(core.vm, core.rootMemcg(), over, Vmscan.SWAP_CLUSTER_MAX, ReclaimReason.DIRECT, -1, cpu)
                    .runToEnd();
        }
        return memcg.memoryMargin();
    }

    private boolean oomKill(long nowNs) {
        memcg.event(MemCgroup.Event.OOM);
        return oom.killIn(memcg, null, nowNs) != Outcome.NOBODY;
    }
}
