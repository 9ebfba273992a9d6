package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.mm.Costs;

/** One page of the reference model, with everything known about it. */
final class RefPage {
    /** Where the data of the page's swap slot is. */
    enum Data {
        NONE,
        ZERO,
        ZSWAP,
        DEVICE
    }

    /** What an evicted page leaves behind. */
    record Shadow(RefMemcg evictor, int node, long age, boolean workingset) {}

    /** A swap slot. */
    record Slot(RefDevice device, int number) {}

    final RefRegion region;
    final int index;
    RefMemcg memcg;

    @Nullable
    RefList list;

    @Nullable
    RefMemcg listOwner;

    long listKey;

    /** Where the frame is, or was. */
    int node;

    boolean resident;
    boolean mapped;
    boolean young;
    boolean referenced;
    boolean workingset;
    boolean dirty;
    boolean writeback;
    boolean reclaim;
    boolean swapcache;
    boolean mlocked;
    boolean readahead;

    @Nullable
    Slot slot;

    Data data = Data.NONE;
    boolean entryReferenced;
    Costs.Algorithm compressor = Costs.Algorithm.LZO;

    @Nullable
    Shadow shadow;

    RefPage(RefRegion region, int index, RefMemcg memcg) {
        this.region = region;
        this.index = index;
        this.memcg = memcg;
    }

    boolean file() {
        return region.kind == org.reclaimfs.mm.Kind.FILE;
    }

    int bytes() {
        return region.content.comprBytes();
    }

    RefDevice device() {
        return java.util.Objects.requireNonNull(slot).device();
    }

    @Override
    public String toString() {
        return region.name + "[" + index + "]";
    }
}
