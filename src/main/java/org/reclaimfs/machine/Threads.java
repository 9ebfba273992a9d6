package org.reclaimfs.machine;

import java.util.SplittableRandom;
import org.reclaimfs.memcg.MemCgroup;

/** The kernel's threads, woken when a slice has found a reason to: kswapd, zswap's shrink worker, the flusher. */
final class Threads {
    private static final long FLUSH_NS = 2_000_000_000;
    private static final long NS_PER_SECOND = 1_000_000_000;
    private static final long JIFFY_NS = 4_000_000;

    private static final int MOST_DECAYS = 60;

    final Kswapds kswapds;
    final ShrinkWorker worker;
    private final Core core;
    private final Cpus cpus;
    private final Tasks tasks;
    private long nextFlushNs;
    private long statIntervalSeconds = 1;
    private long nextDecayNs = NS_PER_SECOND;

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
        for (int node = 0; node < kswapds.count(); node++) {
            Kswapd kswapd = kswapds.of(node);
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

    /** The 2 s worker that brings memory statistics up to date (flush_memcg_stats_dwork), and what each second does. */
    void workPeriodically(long untilNs) {
        if (nextFlushNs <= untilNs) {
            core.memcgs.flushStats();
            core.memcgs.letGo();
            nextFlushNs += ((untilNs - nextFlushNs) / FLUSH_NS + 1) * FLUSH_NS;
        }
        for (int seconds = 0; nextDecayNs <= untilNs; seconds++) {
            // A list that nobody uses has its least length long before that.
            long stepNs = decayNs();
            nextDecayNs += seconds < MOST_DECAYS ? stepNs : (untilNs - nextDecayNs) / stepNs * stepNs + stepNs;
            core.ram.decayPerCpu();
        }
    }

    /** Without a pause the worker still needs a tick. */
    private long decayNs() {
        return Math.max(JIFFY_NS, statIntervalSeconds * NS_PER_SECOND);
    }

    /** vm.stat_interval: how often per-CPU lists that nobody uses give pages back. */
    long statIntervalSeconds() {
        return statIntervalSeconds;
    }

    void setStatIntervalSeconds(long seconds, long nowNs) {
        statIntervalSeconds = seconds;
        nextDecayNs = nowNs + decayNs();
    }

    /** Nothing happens by itself any more, every so often. */
    void holdStatFlushes() {
        nextFlushNs = Long.MAX_VALUE;
        nextDecayNs = Long.MAX_VALUE;
    }

    void forget(MemCgroup memcg) {
        worker.forget(memcg);
    }
}
