package org.reclaimfs.scenario;

import org.reclaimfs.machine.Machine;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.psi.PsiGroup;
import org.reclaimfs.psi.PsiResource;

/**
 * Puts the machine's memory stalls together from what PSI and vmstat count, looked at every {@link #STEP_NS}: intervals
 * in which some task was stalled all the time, or at their edge, are one stall.
 */
final class StallWatch {
    static final long STEP_NS = 10_000_000;

    private final Machine machine;
    private long seenUs;
    private long currentUs;
    private long longestUs;
    private long count;

    StallWatch(Machine machine) {
        this.machine = machine;
    }

    /** Looks now. */
    void look(long spanNs) {
        PsiGroup psi = machine.cgroups().root().psi();
        psi.update(machine.nowNs());
        long totalUs = psi.totalUs(PsiResource.MEMORY, false);
        long stalledUs = totalUs - seenUs;
        seenUs = totalUs;
        if (stalledUs == 0) {
            currentUs = 0;
            return;
        }
        if (currentUs == 0) {
            count++;
        }
        currentUs += stalledUs;
        longestUs = Math.max(longestUs, currentUs);
        if (stalledUs < spanNs / 1000) {
            currentUs = 0;
        }
    }

    long count() {
        return count;
    }

    long totalNs() {
        return seenUs * 1000;
    }

    long longestNs() {
        return longestUs * 1000;
    }

    /** Rounds of direct reclaim. */
    long rounds() {
        return machine.vmstat(VmStat.ALLOCSTALL_DMA32)
                + machine.vmstat(VmStat.ALLOCSTALL_NORMAL)
                + machine.vmstat(VmStat.ALLOCSTALL_MOVABLE);
    }
}
