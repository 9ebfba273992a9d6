package org.reclaimfs.mm;

/** Event counts since boot, one for each {@link VmStat}. NOT thread safe. */
public final class VmCounters {
    private final long[] counts = new long[VmStat.values().length];

    public void add(VmStat item, long n) {
        counts[item.ordinal()] += n;
    }

    public long get(VmStat item) {
        return counts[item.ordinal()];
    }
}
