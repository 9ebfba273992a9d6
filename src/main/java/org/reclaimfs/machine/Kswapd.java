package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.mm.Zone;
import org.reclaimfs.vmscan.Reclaim;
import org.reclaimfs.vmscan.Vmscan;

/** The node's kswapd: reclaims up to the high watermarks, gives up after 16 fruitless runs (7.2, spec/07). */
final class Kswapd extends Activity {
    private static final int MAX_FAILURES = 16;

    private final Core core;
    private boolean awake;
    private boolean wanted;
    private int failures;
    private int priority;
    private long runReclaimed;
    private long stepTarget;
    private @Nullable Reclaim call;

    Kswapd(Core core) {
        super(() -> core.cgroups.root());
        this.core = core;
    }

    /** wakeup_kswapd: an allocation found no zone above LOW. */
    void wake() {
        wanted = !awake && failures < MAX_FAILURES && !core.ram.balanced();
    }

    /** Whether it was woken since the last call and is to be scheduled now. */
    boolean takeWake() {
        if (!wanted || awake) {
            return false;
        }
        wanted = false;
        awake = true;
        priority = Vmscan.DEF_PRIORITY;
        runReclaimed = 0;
        core.ram.vmstat.add(VmStat.PAGEOUTRUN, 1);
        return true;
    }

    @Override
    public long step(long nowNs) {
        core.effort.begin(nowNs);
        pressure.stall(true, nowNs);
        while (core.effort.spentNs() < SLICE_NS) {
            Reclaim running = call;
            if (running == null) {
                if (core.ram.balanced() || priority < 1) {
                    return sleep();
                }
                stepTarget = target();
                call = Reclaim.kswapdStep(core.vm, core.rootMemcg(), stepTarget, priority, cpu());
            } else if (running.step()) {
                call = null;
                runReclaimed += running.reclaimed();
                boolean enough = Math.max(running.scanned(), running.reclaimed()) >= stepTarget;
                if (!enough || running.reclaimed() == 0) {
                    priority--;
                }
            }
        }
        return core.effort.spentNs();
    }

    private long target() {
        long pages = 0;
        for (Zone zone : core.ram.zones()) {
            pages += zone.managedPages > 0 ? Math.max(zone.highWmark(), Vmscan.SWAP_CLUSTER_MAX) : 0;
        }
        return pages;
    }

    private long sleep() {
        awake = false;
        pressure.stall(false, core.effort.nowNs());
        if (runReclaimed == 0) {
            failures++;
        } else if (core.ram.balanced()) {
            failures = 0;
        }
        return DONE;
    }
}
