package org.reclaimfs.psi;

/**
 * The running averages of a group's states over 10, 60 and 300 s: percent as fixed point with 11 fraction bits
 * (update_averages, calc_avgs; spec/09 section 5). NOT thread safe.
 */
final class PsiAverages {
    /** Length of an averaging period: 2 s and one tick at HZ 250. */
    static final long PERIOD_NS = 501 * PsiTotals.JIFFY_NS;

    private static final int FIXED_1 = 2048;
    private static final int[] EXP = {1677, 1981, 2034};

    private final long[] averagedNs = new long[PsiCpu.REPORTED];
    private final long[][] avg = new long[PsiCpu.REPORTED][EXP.length];
    private long lastUpdateNs;
    private long nextUpdateNs;

    /** Begins a period. */
    void restart(long nowNs) {
        lastUpdateNs = nowNs;
        nextUpdateNs = nowNs + PERIOD_NS;
    }

    /** When the present period is over. */
    long nextUpdateNs() {
        return nextUpdateNs;
    }

    /** Takes the totals in, at the end of a period or later; periods without an update count as idle. */
    void update(long nowNs, PsiTotals totals) {
        long missed = (nowNs - nextUpdateNs) / PERIOD_NS;
        long periodNs = nowNs - (lastUpdateNs + missed * PERIOD_NS);
        lastUpdateNs = nowNs;
        nextUpdateNs += (1 + missed) * PERIOD_NS;
        for (int s = 0; s < PsiCpu.REPORTED; s++) {
            // What exceeds the period carries over to the next one.
            long sampleNs = Math.min(totals.ns(PsiTotals.AVERAGES, s) - averagedNs[s], periodNs);
            averagedNs[s] += sampleNs;
            long active = sampleNs * 100 / periodNs * FIXED_1;
            for (int i = 0; i < EXP.length; i++) {
                long a = avg[s][i];
                if (missed > 0) {
                    a = decay(a, power(EXP[i], missed), 0);
                }
                avg[s][i] = decay(a, EXP[i], active);
            }
        }
    }

    private static long decay(long average, long factor, long active) {
        long sum = average * factor + active * (FIXED_1 - factor);
        return (sum + (active >= average ? FIXED_1 - 1 : 0)) / FIXED_1;
    }

    /** factor^n with 11 fraction bits, rounded at each multiplication (fixed_power_int). */
    private static long power(long factor, long n) {
        long result = FIXED_1;
        long x = factor;
        for (long k = n; k > 0; k >>= 1) {
            if ((k & 1) != 0) {
                result = result * x + FIXED_1 / 2 >> 11;
            }
            x = x * x + FIXED_1 / 2 >> 11;
        }
        return result;
    }

    /** Hundredths of a percent; {@code window} 0, 1, 2 is avg10, avg60, avg300. */
    long hundredths(int state, int window) {
        long a = avg[state][window];
        return (a >> 11) * 100 + ((a & FIXED_1 - 1) * 100 >> 11);
    }
}
