package org.reclaimfs.policy;

/** The sysctls that policies bring along: each is shown only while its policy is on. In percent. */
public final class Knobs {
    private int reclaimProgressPct = 1;
    private int reclaimEfficiencyPct = 10;

    /** vm.reclaim_progress_pct, 0 to 100: see {@link ReclaimProgress}. */
    public int reclaimProgressPct() {
        return reclaimProgressPct;
    }

    public void setReclaimProgressPct(int percent) {
        reclaimProgressPct = percent;
    }

    /** vm.reclaim_efficiency_pct, 0 to 100: see {@link EfficiencyGate}. */
    public int reclaimEfficiencyPct() {
        return reclaimEfficiencyPct;
    }

    public void setReclaimEfficiencyPct(int percent) {
        reclaimEfficiencyPct = percent;
    }
}
