package org.reclaimfs.machine;

import org.reclaimfs.memcg.MemCgroup;

/** The kernel's threads, woken when a slice has found a reason to: kswapd, zswap's shrink worker, the flusher. */
final class Threads {
    final Kswapd kswapd;
    private final Core core;
    private final Cpus cpus;
    private final ShrinkWorker worker;

    Threads(Core core, Cpus cpus) {
        this.core = core;
        this.cpus = cpus;
        kswapd = new Kswapd(core);
        worker = new ShrinkWorker(core);
    }

    /** Lets those that were woken since the last call run. */
    void wake(long nowNs) {
        if (kswapd.takeWake()) {
            cpus.wakeAt(kswapd, nowNs);
        }
        if (worker.takeWake()) {
            cpus.wakeAt(worker, nowNs);
        }
        long flushDelayNs = core.flusher.wakeDelayNs(core.vm.takeFlusherWake());
        if (flushDelayNs >= 0) {
            cpus.wakeAt(core.flusher, nowNs + flushDelayNs);
        }
    }

    void forget(MemCgroup memcg) {
        worker.forget(memcg);
    }
}
