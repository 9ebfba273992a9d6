package org.reclaimfs.memcg;

import org.jspecify.annotations.Nullable;

/** A hierarchical page count with limits (mm/page_counter.c, 7.2). Unit: pages. NOT thread safe. */
public final class PageCounter {
    /** "max": floor((2^63 - 1) / 4096) pages. */
    public static final long MAX = Long.MAX_VALUE / 4096;

    private final @Nullable PageCounter parent;
    private long usage;
    private long max = MAX;
    private long high = MAX;
    private long min;
    private long low;
    private long emin;
    private long elow;
    private long watermark;
    private long localWatermark;
    private long minUsage;
    private long lowUsage;
    private long childrenMinUsage;
    private long childrenLowUsage;

    PageCounter(@Nullable PageCounter parent) {
        this.parent = parent;
    }

    /** Adds to this level and all above, whatever the limits; a negative number takes away. */
    public void charge(long pages) {
        for (PageCounter c = this; c != null; c = c.parent) {
            c.usage += pages;
            c.propagateProtection();
            if (c.usage > c.watermark) {
                c.watermark = c.usage;
            }
            if (c.usage > c.localWatermark) {
                c.localWatermark = c.usage;
            }
        }
    }

    /**
     * Charges, unless some level would exceed its max: then nothing is (page_counter_try_charge). The peaks of the levels
     * below that one keep what was tried, as in the kernel.
     */
    boolean tryCharge(long pages) {
        PageCounter full = this;
        while (full != null && full.max - full.usage >= pages) {
            full = full.parent;
        }
        if (full == null) {
            charge(pages);
            return true;
        }
        for (PageCounter c = this; c != null && c != full; c = c.parent) {
            c.watermark = Math.max(c.watermark, c.usage + pages);
            c.localWatermark = Math.max(c.localWatermark, c.usage + pages);
        }
        return false;
    }

    /** Pages that could be charged before some level is at its max. */
    public long margin() {
        long margin = MAX;
        for (PageCounter c = this; c != null; c = c.parent) {
            margin = Math.min(margin, c.max - c.usage);
        }
        return Math.max(0, margin);
    }

    /** Keeps the parent's sums of min(usage, min) and min(usage, low) over its children. */
    private void propagateProtection() {
        if (parent == null || (min | low | minUsage | lowUsage) == 0) {
            return;
        }
        long protectedMin = Math.min(usage, min);
        parent.childrenMinUsage += protectedMin - minUsage;
        minUsage = protectedMin;
        long protectedLow = Math.min(usage, low);
        parent.childrenLowUsage += protectedLow - lowUsage;
        lowUsage = protectedLow;
    }

    /** This level leaves the tree: it limits and protects nothing any more. */
    void retire() {
        max = MAX;
        high = MAX;
        min = 0;
        low = 0;
        propagateProtection();
    }

    /**
     * Effective protection during a walk from {@code root} (page_counter_calculate_protection; spec/04 section 7).
     * memory_recursiveprot is on, as systemd mounts it.
     */
    void calculateProtection(PageCounter root) {
        if (this == root) {
            return;
        }
        if (parent == null || parent == root) {
            emin = min;
            elow = low;
            return;
        }
        if (usage == 0) {
            return;
        }
        emin = effective(min, parent.emin, parent.childrenMinUsage);
        elow = effective(low, parent.elow, parent.childrenLowUsage);
    }

    private long effective(long setting, long parentEffective, long siblings) {
        long shielded = Math.min(usage, setting);
        if (siblings > parentEffective) {
            return (long) ((double) shielded * parentEffective / siblings);
        }
        long unclaimed = parentEffective - siblings;
        if (parent == null || unclaimed <= 0 || parent.usage <= siblings || usage <= shielded) {
            return shielded;
        }
        return shielded + (long) ((double) unclaimed * (usage - shielded) / (parent.usage - siblings));
    }

    public @Nullable PageCounter parent() {
        return parent;
    }

    public long usage() {
        return usage;
    }

    public long max() {
        return max;
    }

    public void setMax(long pages) {
        max = pages;
    }

    public long high() {
        return high;
    }

    public void setHigh(long pages) {
        high = pages;
    }

    public long min() {
        return min;
    }

    public void setMin(long pages) {
        min = pages;
        propagateProtection();
    }

    public long low() {
        return low;
    }

    public void setLow(long pages) {
        low = pages;
        propagateProtection();
    }

    public long emin() {
        return emin;
    }

    public long elow() {
        return elow;
    }

    /** Sum of min(usage, min) over the children. */
    public long childrenMinUsage() {
        return childrenMinUsage;
    }

    /** Sum of min(usage, low) over the children. */
    public long childrenLowUsage() {
        return childrenLowUsage;
    }

    /** All-time peak. */
    public long watermark() {
        return watermark;
    }

    /** Peak since some file descriptor last reset it. */
    public long localWatermark() {
        return localWatermark;
    }

    public void resetLocalWatermark() {
        localWatermark = usage;
    }
}
