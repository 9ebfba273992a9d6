package org.reclaimfs.machine;

/** vm.min_unmapped_ratio, vm.min_slab_ratio and vm.zone_reclaim_mode: what reclaim of one node leaves alone. */
public final class NodeReclaimLimits {
    /** Mapped pages are taken, too. */
    private static final int RECLAIM_UNMAP = 4;

    private int minUnmappedPercent = 1;
    private int minSlabPercent = 5;
    private int mode;

    /** Percent of a node's pages that clean unmapped page cache may be. */
    public int minUnmappedPercent() {
        return minUnmappedPercent;
    }

    public void setMinUnmappedPercent(int value) {
        minUnmappedPercent = value;
    }

    /** Percent of a node's pages that reclaimable slab may be. */
    public int minSlabPercent() {
        return minSlabPercent;
    }

    public void setMinSlabPercent(int value) {
        minSlabPercent = value;
    }

    public int mode() {
        return mode;
    }

    public void setMode(int value) {
        mode = value;
    }

    boolean takesMapped() {
        return (mode & RECLAIM_UNMAP) != 0;
    }
}
