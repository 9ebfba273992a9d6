package org.reclaimfs.machine;

import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Zone;
import org.reclaimfs.vmscan.Reclaim;

/** What one thread's calls of direct reclaim look like from outside, for the {@link AllocListener}. NOT thread safe. */
final class DirectReclaims {
    private static final int ORDER = 0;

    private final Core core;
    private final Task task;
    private long beganNs;
    private long freePages;
    private long perCpuPages;
    private long poolPages;

    DirectReclaims(Core core, Task task) {
        this.core = core;
        this.task = task;
    }

    void begin() {
        beganNs = core.effort.nowNs();
        freePages = core.ram.freePages();
        perCpuPages = 0;
        for (Zone zone : core.ram.zones()) {
            perCpuPages += zone.perCpuPages();
        }
        poolPages = 0;
    }

    /** A piece of a call; what the pools grow by meanwhile is its doing, for nobody else gets a turn. */
    boolean step(Reclaim call) {
        long before = core.ram.zspages();
        boolean over = call.step();
        poolPages += core.ram.zspages() - before;
        return over;
    }

    void end(long reclaimed, long scanned) {
        core.listener.directReclaim(new AllocListener.DirectReclaim(
                task, beganNs, core.effort.nowNs(), freePages, perCpuPages, reclaimed, scanned, poolPages));
    }

    void retryZone(Zone zone, long reclaimable, int noProgressLoops, boolean again) {
        core.listener.retryZone(new AllocListener.RetryZone(
                task,
                core.effort.nowNs(),
                zone.node,
                zone.name,
                ORDER,
                reclaimable,
                reclaimable + zone.freePages(),
                zone.minWmark() + zone.boostPages(),
                noProgressLoops,
                again));
    }
}
