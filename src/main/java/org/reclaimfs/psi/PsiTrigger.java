package org.reclaimfs.psi;

/** One registered threshold (psi_trigger; spec/09 section 7): at most one event a window. Times in ns. */
public final class PsiTrigger {
    private final PsiGroup group;
    private final int aggregator;
    private final int state;
    private final long thresholdNs;
    private final long windowNs;
    private long startNs;
    private long startValue;
    private long prevGrowth;
    private long lastValue;
    private long lastEventNs;
    private boolean pending;
    private boolean event;

    PsiTrigger(PsiGroup group, int aggregator, int state, long thresholdNs, long windowNs, long nowNs) {
        this.group = group;
        this.aggregator = aggregator;
        this.state = state;
        this.thresholdNs = thresholdNs;
        this.windowNs = windowNs;
        this.lastEventNs = nowNs - windowNs;
    }

    int aggregator() {
        return aggregator;
    }

    int state() {
        return state;
    }

    long windowNs() {
        return windowNs;
    }

    /** Begins a window. */
    void restart(long nowNs, PsiTotals totals) {
        startNs = nowNs;
        startValue = totals.ns(aggregator, state);
        prevGrowth = 0;
        lastValue = startValue;
    }

    void check(long nowNs, PsiTotals totals) {
        long value = totals.ns(aggregator, state);
        if (value != lastValue && growth(nowNs, value) >= thresholdNs) {
            pending = true;
        }
        lastValue = value;
        if (pending && nowNs >= lastEventNs + windowNs) {
            event = true;
            pending = false;
            lastEventNs = nowNs;
        }
    }

    /** Growth within the window; the part of it that lies before its start is taken from the window before. */
    private long growth(long nowNs, long value) {
        long elapsed = nowNs - startNs;
        long growth = value - startValue;
        if (elapsed > windowNs) {
            startNs = nowNs;
            startValue = value;
            prevGrowth = growth;
            return growth;
        }
        return growth + prevGrowth * (windowNs - elapsed) / windowNs;
    }

    /** Whether an event waits to be polled. */
    public boolean hasEvent() {
        return event;
    }

    /** Whether an event happened since the last call; poll consumes it. */
    public boolean takeEvent() {
        boolean had = event;
        event = false;
        return had;
    }

    /** The file descriptor was closed or its cgroup removed. */
    public void close() {
        group.removeTrigger(this);
    }
}
