package org.reclaimfs.mm;

/** One zone of the node: frames, watermarks, and what its pages are used for. All sizes in pages. */
public final class Zone {
    public final String name;
    public final long presentPages;
    public final long managedPages;

    /** Pages in the buddy lists. INVARIANT: 0 &lt;= freePages &lt;= managedPages. */
    long freePages;
    /** Pages of the zone on each LRU list (index as in {@link Flags}). */
    final long[] lruPages = new long[5];

    long zspages;
    long mlockedPages;
    long writePendingPages;
    /** Pages the kernel itself holds: slab, stacks, page tables. */
    long kernelPages;

    long minWmark;
    long lowWmark;
    long highWmark;
    /** Pages of this zone that a request allowed in zone j must leave free (lowmem_reserve). */
    final long[] lowmemReserve = new long[Memory.ZONES];

    Zone(String name, long presentPages, long managedPages) {
        this.name = name;
        this.presentPages = presentPages;
        this.managedPages = managedPages;
        this.freePages = managedPages;
    }

    public long freePages() {
        return freePages;
    }

    public long lruPages(int list) {
        return lruPages[list];
    }

    public long zspages() {
        return zspages;
    }

    public long mlockedPages() {
        return mlockedPages;
    }

    public long writePendingPages() {
        return writePendingPages;
    }

    public long minWmark() {
        return minWmark;
    }

    public long lowWmark() {
        return lowWmark;
    }

    public long highWmark() {
        return highWmark;
    }

    public long promoWmark() {
        return highWmark + (highWmark - lowWmark);
    }

    public long lowmemReserve(int zone) {
        return lowmemReserve[zone];
    }

    /** File pages of the zone, plus anon pages if they could be swapped (zone_reclaimable_pages). */
    public long reclaimablePages(boolean anonToo) {
        long file = lruPages[Flags.INACTIVE_FILE] + lruPages[Flags.ACTIVE_FILE];
        return anonToo ? file + lruPages[Flags.INACTIVE_ANON] + lruPages[Flags.ACTIVE_ANON] : file;
    }
}
