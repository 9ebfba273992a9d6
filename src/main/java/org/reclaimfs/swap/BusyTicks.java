package org.reclaimfs.swap;

/**
 * How long a device has had a request under way, in ticks of the clock as the kernel counts it: a tick is counted when it
 * falls into such a time (update_io_ticks in block/blk-core.c, 7.2). NOT thread safe.
 */
public final class BusyTicks {
    /** HZ is 250. */
    public static final long TICK_NS = 4_000_000;

    private long ticks;
    /** The newest time with requests under way. */
    private long fromNs;

    private long untilNs;

    /** Ticks that fall into a span of time. */
    private static long ticks(long fromNs, long untilNs) {
        return Math.floorDiv(untilNs, TICK_NS) - Math.floorDiv(fromNs, TICK_NS);
    }

    /** A request is under way from {@code startNs} to {@code doneNs}. */
    void add(long startNs, long doneNs) {
        if (startNs > untilNs) {
            ticks += ticks(fromNs, untilNs);
            fromNs = startNs;
            untilNs = startNs;
        }
        untilNs = Math.max(untilNs, doneNs);
    }

    /**
     * The device is at work for {@code ns}, or is so as soon as it has done what it is at.
     *
     * @return how many ticks fall into this work
     */
    public long append(long nowNs, long ns) {
        long startNs = Math.max(nowNs, untilNs);
        add(startNs, startNs + ns);
        return ticks(startNs, startNs + ns);
    }

    /** What there was until now, in ns. */
    public long busyNs(long nowNs) {
        return (ticks + Math.max(0, ticks(fromNs, Math.min(nowNs, untilNs)))) * TICK_NS;
    }
}
