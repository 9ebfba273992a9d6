package org.reclaimfs.mm;

/**
 * One zone of a node: frames, watermarks, per-CPU lists and what its pages are used for (struct zone). All sizes in
 * pages. NOT thread safe.
 */
public final class Zone {
    /** One watermark boost: a page block (pageblock_nr_pages). */
    static final long PAGEBLOCK = 512;
    /** Zones smaller than this are never boosted. */
    private static final long BOOST_MIN_MANAGED = 4 * PAGEBLOCK;

    /** Index among all zones that can hold frames; see {@link Memory#zone}. -1 for the empty Movable zone. */
    public final int index;

    public final int node;
    public final String name;
    /** Number of the zone's first frame. */
    public final long startPages;

    public final long poolPages;
    public final long managedPages;
    public final PerCpuPages[] perCpu;

    /** Pages in the buddy lists. INVARIANT: 0 &lt;= freePages &lt;= managedPages. */
    long freePages;
    /** Pages on the per-CPU lists: taken from the buddy lists, not yet given to anybody. */
    long perCpuPages;
    /** Pages of the zone on each LRU list (index as in {@link Flags}). */
    final long[] lruPages = new long[5];

    long zspages;
    long mlockedPages;
    long writePendingPages;
    /** Pages the kernel itself holds: slab, stacks, page tables, swap tables. */
    long kernelPages;

    long minWmark;
    long lowWmark;
    long highWmark;
    long boostPages;
    long numaHit;
    long numaMiss;
    /** kswapd works on the zone: per-CPU lists stay short meanwhile (ZONE_RECLAIM_ACTIVE). */
    boolean reclaimActive;
    /** Pages of this zone that a request allowed in zone type j must leave free (lowmem_reserve). */
    final long[] lowmemReserve = new long[Memory.ZONES];

    Zone(int index, int node, String name, long startPages, long poolPages, long managedPages, int cpus) {
        this.index = index;
        this.node = node;
        this.name = name;
        this.startPages = startPages;
        this.poolPages = poolPages;
        this.managedPages = managedPages;
        this.freePages = managedPages;
        this.perCpu = new PerCpuPages[managedPages > 0 ? cpus : 0];
        for (int cpu = 0; cpu < perCpu.length; cpu++) {
            perCpu[cpu] = new PerCpuPages(managedPages);
        }
    }

    public long freePages() {
        return freePages;
    }

    public long perCpuPages() {
        return perCpuPages;
    }

    public long lruPages(int list) {
        return lruPages[list];
    }

    public long zspages() {
        return zspages;
    }

    public long kernelPages() {
        return kernelPages;
    }

    public long mlockedPages() {
        return mlockedPages;
    }

    public long writePendingPages() {
        return writePendingPages;
    }

    // ---- watermarks, without the boost ----

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

    /** What every mark is raised by at present (watermark_boost). */
    public long boostPages() {
        return boostPages;
    }

    /** Pages allocated here for a CPU of this node. */
    public long numaHit() {
        return numaHit;
    }

    /** Pages taken from here that were wanted from another node. */
    public long numaMiss() {
        return numaMiss;
    }

    void forgetNumaCounts() {
        numaHit = 0;
        numaMiss = 0;
    }

    public long lowmemReserve(int zoneType) {
        return lowmemReserve[zoneType];
    }

    /**
     * A page block of movable pages was taken for something that cannot move (boost_watermark).
     *
     * @param factor vm.watermark_boost_factor, in ten thousandths of HIGH
     */
    void boost(long factor) {
        if (factor == 0 || managedPages < BOOST_MIN_MANAGED) {
            return;
        }
        long most = Math.max(PAGEBLOCK, highWmark * factor / 10_000);
        boostPages = Math.min(boostPages + PAGEBLOCK, most);
    }

    /** The end of a kswapd run takes away the boost that the run had seen at its start. */
    public void unboost(long pages) {
        boostPages -= Math.min(boostPages, pages);
    }

    public void setReclaimActive(boolean active) {
        reclaimActive = active;
    }

    /** Page cache on the zone's lists, dirty or not. */
    public long filePages() {
        return lruPages[Flags.INACTIVE_FILE] + lruPages[Flags.ACTIVE_FILE];
    }

    /** Anonymous and shared memory on the zone's lists. */
    public long anonPages() {
        return lruPages[Flags.INACTIVE_ANON] + lruPages[Flags.ACTIVE_ANON];
    }

    /** File pages of the zone, plus anon pages if they could be swapped (zone_reclaimable_pages). */
    public long reclaimablePages(boolean anonToo) {
        return anonToo ? filePages() + anonPages() : filePages();
    }
}
