package org.reclaimfs.machine;

/** A limit on pages a second, counted from a start; 0 is no limit. */
final class Rate {
    private static final long NS = 1_000_000_000L;

    private final double pagesPerSecond;
    private final long startNs;
    private long done;

    Rate(double pagesPerSecond, long startNs) {
        this.pagesPerSecond = pagesPerSecond;
        this.startNs = startNs;
    }

    boolean limited() {
        return pagesPerSecond > 0;
    }

    /** Pages that may be done by {@code nowNs}, beyond those already done. */
    long allowed(long nowNs) {
        return limited() ? (long) ((nowNs - startNs) * pagesPerSecond / NS) - done : Long.MAX_VALUE;
    }

    /** Time until the next page may be done, at least 1 ns. */
    long waitNs(long nowNs) {
        return Math.max(1, (long) Math.ceil((done + 1) * NS / pagesPerSecond) + startNs - nowNs);
    }

    void done(long pages) {
        done += pages;
    }
}
