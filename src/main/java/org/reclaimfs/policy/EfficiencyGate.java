package org.reclaimfs.policy;

/**
 * A round counts as progress only if it released at least {@link Knobs#reclaimEfficiencyPct} percent of the pages it
 * looked at (spec/12, further policies): two pages out of sixty thousand do not reset the counter.
 */
public final class EfficiencyGate implements RetryPolicy {
    @Override
    public long progress(Round round, Outlook outlook) {
        long percent = outlook.knobs().reclaimEfficiencyPct();
        return round.reclaimed() * 100 >= percent * round.scanned() ? round.reclaimed() : 0;
    }
}
