package org.reclaimfs.klog;

/** How often one place may print: 10 times in 5 s (DEFAULT_RATELIMIT_STATE, ___ratelimit; 7.2). NOT thread safe. */
public final class RateLimit {
    private static final long INTERVAL_NS = 5_000_000_000L;
    private static final int BURST = 10;

    private final String function;
    private final long intervalNs;
    private final int burst;
    private boolean begun;
    private long beginNs;
    private int printed;
    private long missed;

    /** @param function the kernel function that prints, named when lines were suppressed */
    public RateLimit(String function) {
        this(function, INTERVAL_NS, BURST);
    }

    public RateLimit(String function, long intervalNs, int burst) {
        this.function = function;
        this.intervalNs = intervalNs;
        this.burst = burst;
    }

    /** Whether the place may print now. When a new interval begins, it first says what the last one suppressed. */
    public boolean allows(Klog log, long nowNs) {
        if (!begun || nowNs > beginNs + intervalNs) {
            if (missed > 0) {
                log.warn(nowNs, function + ": " + missed + " callbacks suppressed");
            }
            begun = true;
            beginNs = nowNs;
            printed = 0;
            missed = 0;
        }
        if (printed < burst) {
            printed++;
            return true;
        }
        missed++;
        return false;
    }

    /** Counts {@code times} further calls that print nothing: what a caller would have asked in the same instant. */
    public void miss(long times) {
        missed += times;
    }
}
