package org.reclaimfs.psi;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Stall times of a group over all CPUs, each CPU weighted by the time it was not idle (collect_percpu_times; spec/09
 * section 4). Two aggregators, one for averages and one for triggers, sum up independently. NOT thread safe.
 */
final class PsiTotals {
    static final int AVERAGES = 0;
    static final int TRIGGERS = 1;
    static final int AGGREGATORS = 2;

    static final long JIFFY_NS = 4_000_000;

    private final boolean system;
    private final long[][] totalNs = new long[AGGREGATORS][PsiCpu.REPORTED];
    private final long[] weighted = new long[PsiCpu.REPORTED];

    /** @param system whether this is the group of all tasks, which has no "cpu full": some task always runs then */
    PsiTotals(boolean system) {
        this.system = system;
    }

    long ns(int aggregator, int state) {
        return totalNs[aggregator][state];
    }

    /**
     * Adds what the CPUs have done since the aggregator's last look. Weights are whole jiffies, so what is looked at more
     * often than that is lost, as it is in the kernel.
     *
     * @return bits of the states that some CPU was in
     */
    int collect(int aggregator, @Nullable PsiCpu[] cpus, long nowNs, boolean enabled) {
        Arrays.fill(weighted, 0);
        long weights = 0;
        int seen = 0;
        for (PsiCpu cpu : cpus) {
            if (cpu == null) {
                continue;
            }
            cpu.account(nowNs, enabled);
            long nonidleNs = cpu.take(aggregator, PsiCpu.NONIDLE);
            long weight = nonidleNs / JIFFY_NS;
            weights += weight;
            seen |= nonidleNs > 0 ? 1 << PsiCpu.NONIDLE : 0;
            for (int s = 0; s < PsiCpu.REPORTED; s++) {
                long ns = cpu.take(aggregator, s);
                seen |= ns > 0 ? 1 << s : 0;
                weighted[s] += ns * weight;
            }
        }
        for (int s = 0; s < PsiCpu.REPORTED; s++) {
            if (!system || s != PsiCpu.CPU_FULL) {
                totalNs[aggregator][s] += weighted[s] / Math.max(weights, 1);
            }
        }
        return seen;
    }

    /** Lets an aggregator begin now: what it has not looked at is gone. */
    static void skip(int aggregator, @Nullable PsiCpu[] cpus, long nowNs, boolean enabled) {
        for (PsiCpu cpu : cpus) {
            if (cpu != null) {
                cpu.account(nowNs, enabled);
                for (int s = 0; s <= PsiCpu.NONIDLE; s++) {
                    cpu.take(aggregator, s);
                }
            }
        }
    }
}
