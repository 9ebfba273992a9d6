package org.reclaimfs.sched;

/**
 * The three load averages, in the kernel's fixed point with 11 fraction bits (kernel/sched/loadavg.c calc_load,
 * calc_global_load; 7.2). NOT thread safe.
 */
final class LoadAverage {
    /** LOAD_FREQ: five seconds and a tick, so that it drifts past whatever happens every five seconds. */
    static final long PERIOD_NS = 5_004_000_000L;

    private static final int FRACTION_BITS = 11;
    private static final long ONE = 1 << FRACTION_BITS;
    /** What is left of an average after a period: e to the power of -5/60, -5/300 and -5/900. */
    private static final long[] DECAY = {1884, 2014, 2037};

    private final long[] averages = new long[DECAY.length];
    private long nextNs = PERIOD_NS;

    /** Takes the samples that are due; {@code threads} have been runnable or blocked since the last change. */
    void advance(long nowNs, int threads) {
        while (nextNs <= nowNs) {
            for (int i = 0; i < averages.length; i++) {
                averages[i] = sampled(averages[i], DECAY[i], threads * ONE);
            }
            nextNs += PERIOD_NS;
        }
    }

    /** calc_load: rounded up while the load rises, so that it gets there. */
    private static long sampled(long average, long decay, long active) {
        long sum = average * decay + active * (ONE - decay);
        return (sum + (active >= average ? ONE - 1 : 0)) / ONE;
    }

    /** Hundredths, rounded as /proc/loadavg does; {@code window} 0, 1, 2 is 1, 5, 15 minutes. */
    long hundredths(int window) {
        return (averages[window] + ONE / 200) * 100 / ONE;
    }
}
