package org.reclaimfs.mm;

/** The moment a slice of work runs at, and the virtual time it has cost so far. One for the whole machine. */
public final class Effort {
    private long nowNs;
    private long spentNs;

    /** Starts a slice. */
    public void begin(long atNs) {
        nowNs = atNs;
        spentNs = 0;
    }

    public void spend(long ns) {
        spentNs += ns;
    }

    /** Virtual time inside the slice: its start plus what it has cost. */
    public long nowNs() {
        return nowNs + spentNs;
    }

    public long spentNs() {
        return spentNs;
    }
}
