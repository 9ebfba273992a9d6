package org.reclaimfs.psi;

/** One registered threshold (psi_trigger; spec/09 section 7): at most one event a window. Times in ns. */
public final class PsiTrigger {
    private final PsiGroup group;
    private final PsiResource resource;
    private final boolean full;
    private final long thresholdNs;
    private final long windowNs;
    private long startNs;
    private long startValue;
    private long prevGrowth;
    private long lastValue;
    private long lastEventNs;
    private boolean pending;
    private boolean event;

    PsiTrigger(PsiGroup group, PsiResource resource, boolean full, long thresholdNs, long windowNs, long nowNs) {
        this.group = group;
        this.resource = resource;
        this.full = full;
        this.thresholdNs = thresholdNs;
        this.windowNs = windowNs;
        this.startNs = nowNs;
        this.startValue = group.totalNs(resource, full);
        this.lastValue = startValue;
        this.lastEventNs = nowNs - windowNs;
    }

    void check(long nowNs) {
        long value = group.totalNs(resource, full);
        long growth = growth(nowNs, value);
        if (value != lastValue && growth >= thresholdNs) {
            pending = true;
        }
        lastValue = value;
        if (pending && nowNs >= lastEventNs + windowNs) {
            event = true;
            pending = false;
            lastEventNs = nowNs;
        }
    }

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
