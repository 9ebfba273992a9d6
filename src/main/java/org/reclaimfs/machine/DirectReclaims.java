package org.reclaimfs.machine;

import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.mm.Zone;
import org.reclaimfs.policy.Round;
import org.reclaimfs.vmscan.Reclaim;
import org.reclaimfs.vmscan.Tally;

/** What one thread's calls of direct reclaim look like from outside: for policies, and the {@link AllocListener}. NOT thread safe. */
final class DirectReclaims {
    private static final int ORDER = 0;

    private final Core core;
    private final Task task;
    private final AllocStall stall;
    private long beganNs;
    private long freePages;
    private long perCpuPages;
    private long poolPages;
    private long refaultsBefore;

    DirectReclaims(Core core, Task task, AllocStall stall) {
        this.core = core;
        this.task = task;
        this.stall = stall;
    }

    void begin() {
        beganNs = core.effort.nowNs();
        freePages = core.ram.freePages();
        perCpuPages = 0;
        for (Zone zone : core.ram.zones()) {
            perCpuPages += zone.perCpuPages();
        }
        poolPages = 0;
        refaultsBefore = refaults();
    }

    private long refaults() {
        return core.ram.vmstat.get(VmStat.WORKINGSET_REFAULT_ANON)
                + core.ram.vmstat.get(VmStat.WORKINGSET_REFAULT_FILE);
    }

    /** A piece of a call; what the pools grow by meanwhile is its doing, for nobody else gets a turn. */
    boolean step(Reclaim call) {
        long before = core.ram.zspages();
        boolean over = call.step();
        poolPages += core.ram.zspages() - before;
        return over;
    }

    Round end(Reclaim call) {
        Tally tally = call.tally();
        Round round = new Round(
                tally.reclaimedAnon(),
                tally.reclaimedFile(),
                tally.scannedAnon(),
                tally.scannedFile(),
                poolPages,
                tally.young(),
                tally.noSlot(),
                tally.writeFailed(),
                tally.refused(),
                refaults() - refaultsBefore);
        stall.add(round);
        core.listener.directReclaim(
                new AllocListener.DirectReclaim(task.who, beganNs, core.effort.nowNs(), freePages, perCpuPages, round));
        return round;
    }

    void retryZone(Zone zone, long reclaimable, int noProgressLoops, boolean again) {
        AllocListener.RetryZone decision = new AllocListener.RetryZone(
                task.who,
                core.effort.nowNs(),
                zone.node,
                zone.name,
                ORDER,
                reclaimable,
                reclaimable + zone.freePages(),
                zone.minWmark() + zone.boostPages(),
                noProgressLoops,
                again);
        stall.retried(decision);
        core.listener.retryZone(decision);
    }
}
