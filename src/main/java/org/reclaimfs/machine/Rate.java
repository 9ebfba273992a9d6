package org.reclaimfs.machine;

/**
 * A limit in bytes a second on work done in whole units, such as pages, counted from a start; 0 is no limit. Exact: whole
 * numbers of 128 bits, so that nothing drifts or overflows however long it lasts.
 */
final class Rate {
    private static final long NS = 1_000_000_000L;

    private final long bytesPerSecond;
    private final int unitShift;
    private final long startNs;
    private long done;

    /** @param unitShift a unit is {@code 1 << unitShift} bytes */
    Rate(long bytesPerSecond, int unitShift, long startNs) {
        this.bytesPerSecond = bytesPerSecond;
        this.unitShift = unitShift;
        this.startNs = startNs;
    }

    boolean limited() {
        return bytesPerSecond > 0;
    }

    /** Units that may be done by {@code nowNs}, beyond those already done. */
    long allowed(long nowNs) {
        return limited() ? dueAfter(nowNs - startNs) - done : Long.MAX_VALUE;
    }

    /** Time until the next unit may be done, at least 1 ns. */
    long waitNs(long nowNs) {
        long wanted = done + 1;
        double estimate = (double) wanted * NS * (1L << unitShift) / bytesPerSecond;
        long spanNs = (long) Math.min(estimate, Long.MAX_VALUE >> 1);
        // The estimate is right to 53 bits; the few ns that are left are counted out.
        while (spanNs > 0 && dueAfter(spanNs - 1) >= wanted) {
            spanNs--;
        }
        while (dueAfter(spanNs) < wanted && spanNs < Long.MAX_VALUE >> 1) {
            spanNs++;
        }
        return Math.max(1, spanNs - (nowNs - startNs));
    }

    void done(long units) {
        done += units;
    }

    /** floor(spanNs * bytesPerSecond / NS / unit), at most {@code Long.MAX_VALUE}. */
    private long dueAfter(long spanNs) {
        long high = Math.multiplyHigh(spanNs, bytesPerSecond);
        long low = spanNs * bytesPerSecond;
        if (unitShift > 0) {
            low = low >>> unitShift | high << -unitShift;
            high >>>= unitShift;
        }
        if (high >= NS) {
            return Long.MAX_VALUE;
        }
        // Two steps of schoolbook division: a remainder below 2^30 and 32 more bits fit into 64.
        long upper = (high << 32 | low >>> 32) / NS;
        long rest = (high << 32 | low >>> 32) % NS;
        long lower = (rest << 32 | low & 0xffff_ffffL) / NS;
        return upper > Integer.MAX_VALUE ? Long.MAX_VALUE : upper << 32 | lower;
    }
}
