package org.reclaimfs.machine;

import java.util.SplittableRandom;
import org.reclaimfs.memcg.MemCgroup;

/** The kernel's threads, woken when a slice has found a reason to: kswapd, zswap's shrink worker, the flusher. */
final class Threads {
    private static final long FLUSH_NS = 2_000_000_000;

    final Kswapds kswapds;
    private final Core core;
    private final Cpus cpus;
    private final Tasks tasks;
    private final ShrinkWorker worker;
    private long nextFlushNs;

    /** @param random decides when statistics are flushed first; how long a stall lasts depends on it */
    Threads(Core core, Cpus cpus, Tasks tasks, SplittableRandom random) {
        this.tasks = tasks;
        this.core = core;
        this.cpus = cpus;
        nextFlushNs = random.nextLong(FLUSH_NS);
        kswapds = new Kswapds(core);
        worker = new ShrinkWorker(core);
    }

    /** Lets those that were woken since the last call run. */
    void wake(long nowNs) {
        for (Tasks.Start start : tasks.takeStarts()) {
            cpus.wakeAt(start.activity(), Math.max(nowNs, start.atNs()));
        }
        for (Kswapd kswapd : kswapds.all()) {
            if (kswapd.takeWake()) {
                cpus.wakeAt(kswapd, nowNs);
            }
            Activity nap = kswapd.takeNap();
            if (nap != null) {
                cpus.wakeAt(nap, nowNs + Kswapd.NAP_NS);
            }
        }
        if (worker.takeWake()) {
            cpus.wakeAt(worker, nowNs);
        }
        long flushDelayNs = core.flusher.wakeDelayNs(core.vm.takeFlusherWake());
        if (flushDelayNs >= 0) {
            cpus.wakeAt(core.flusher, nowNs + flushDelayNs);
        }
    }

    /** The 2 s worker that brings memory statistics up to date (flush_memcg_stats_dwork). */
    void flushStats(long untilNs) {
        if (nextFlushNs <= untilNs) {
            core.memcgs.flushStats();
            nextFlushNs += ((untilNs - nextFlushNs) / FLUSH_NS + 1) * FLUSH_NS;
        }
    }

    /** Statistics are flushed no more by themselves. */
    void holdStatFlushes() {
        nextFlushNs = Long.MAX_VALUE;
    }

    void forget(MemCgroup memcg) {
        worker.forget(memcg);
    }
}
