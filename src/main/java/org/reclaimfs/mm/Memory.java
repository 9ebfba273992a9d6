package org.reclaimfs.mm;

/**
 * The machine's RAM: nodes of zones, their free pages, and the tests an allocation must pass. NOT thread safe: the
 * machine's lock. Mirrors mm/page_alloc.c (7.2): zone_watermark_ok, rmqueue, si_mem_available; spec/01.
 *
 * <p>User pages are taken through the per-CPU lists; what the kernel takes for itself, and every page that is freed,
 * goes from and to the zone directly. Not modelled: highatomic reserves, orders above 0, the DMA zone (as captured).
 */
public final class Memory extends FreePages {
    /** Which mark an allocation must stay above. */
    public enum Mark {
        MIN,
        LOW,
        HIGH
    }

    /**
     * @param ramBytes installed RAM, split evenly over the nodes
     * @param reservedBytes frames the kernel image and boot keep, besides the page structs; at most 1/32 of RAM
     * @param seed of the chance that an unmovable request raises the watermarks
     */
    public Memory(long ramBytes, long reservedBytes, int nodes, int cpus, long seed) {
        super(ramBytes, reservedBytes, nodes, cpus, seed);
    }

    /** A machine of one node and one CPU. */
    public Memory(long ramBytes, long reservedBytes) {
        this(ramBytes, reservedBytes, 1, 1, 1);
    }

    // ---- watermark tests ----

    private static long mark(Zone zone, Mark mark) {
        long base =
                switch (mark) {
                    case MIN -> zone.minWmark;
                    case LOW -> zone.lowWmark;
                    case HIGH -> zone.highWmark;
                };
        return base + zone.boostPages + zone.lowmemReserve[NORMAL];
    }

    /** Free pages of a zone above its mark, as one request for a user page sees it; 0 if none. */
    public long aboveMark(int zone, Mark mark) {
        Zone z = zones.get(zone);
        return Math.max(0, z.freePages - mark(z, mark));
    }

    /** The watermark test for one page, with {@code extra} pages imagined free (__zone_watermark_ok). */
    public boolean watermarkOk(int zone, Mark mark, long extra) {
        Zone z = zones.get(zone);
        return z.managedPages > 0 && z.freePages + extra > mark(z, mark);
    }

    /** The zone a user page for {@code node} comes from now, or -1 if none is above its mark. */
    public int zoneAbove(int node, Mark mark) {
        for (int z : nodes.get(node).zonelist) {
            if (watermarkOk(z, mark, 0)) {
                return z;
            }
        }
        return -1;
    }

    /** As {@link #zoneAbove} at LOW, trying nodes first that are not being reclaimed (the fast path's first pass). */
    public int zoneAboveLow(int node) {
        if (nodes.size() > 1) {
            for (int z : nodes.get(node).zonelist) {
                if (!nodes.get(nodeOf(z)).kswapdAwake() && watermarkOk(z, Mark.LOW, 0)) {
                    return z;
                }
            }
        }
        return zoneAbove(node, Mark.LOW);
    }

    /** Whether a CPU always takes a page from this zone if it is above its mark, however many are free elsewhere. */
    public boolean isFirstChoice(int zone, int cpu) {
        return nodes.size() == 1 && nodes.get(nodeOfCpu(cpu)).zonelist[0] == zone;
    }

    /** Some zone of the whole machine has a free page, whatever the marks say; -1 if not. */
    public int zoneWithFree(int node) {
        for (int z : nodes.get(node).zonelist) {
            if (zones.get(z).freePages > 0) {
                return z;
            }
        }
        return -1;
    }

    // ---- user pages ----

    /**
     * How many of {@code want} pages a CPU may take one after the other from a zone that passed its test: what is on
     * its list. A page that needs a refill comes alone, as the next one's test sees fewer pages free.
     */
    public int grant(int zone, int cpu, int want) {
        return Math.min(want, Math.max(1, zones.get(zone).perCpu[cpu].count));
    }

    /** Whether a CPU could take that many pages from a zone, with no regard to marks. */
    public boolean canTake(int zone, int cpu, int pages) {
        Zone z = zones.get(zone);
        return z.perCpu[cpu].count + z.freePages >= pages;
    }

    // ---- what pages are used for ----

    public void addLru(int zone, int list, long pages) {
        zones.get(zone).lruPages[list] += pages;
    }

    public void addMlocked(int zone, long pages) {
        zones.get(zone).mlockedPages += pages;
    }

    public void addWritePending(int zone, long pages) {
        zones.get(zone).writePendingPages += pages;
    }

    /** MemAvailable in pages (si_mem_available). */
    public long availablePages() {
        long low = watermarks().lowPages();
        long cache = lruPages(Flags.INACTIVE_FILE) + lruPages(Flags.ACTIVE_FILE);
        long slab = kernelUsePages(KernelUse.SLAB_RECLAIMABLE);
        long available = freePages()
                - watermarks().totalReservePages()
                + cache
                - Math.min(cache / 2, low)
                + slab
                - Math.min(slab / 2, low);
        return Math.max(0, available);
    }

    /** What could be dirty page cache, if it were that (global_dirtyable_memory). */
    public long dirtyablePages() {
        long cache = lruPages(Flags.INACTIVE_FILE) + lruPages(Flags.ACTIVE_FILE);
        return freePages() - Math.min(freePages(), watermarks().totalReservePages()) + cache + 1;
    }

    /** Throws if a zone's pages are not all accounted for: managed = free + per-CPU + LRU + pools + kernel. */
    public void checkInvariants() {
        long free = 0;
        long pools = 0;
        for (Zone z : zones) {
            long listed = 0;
            for (PerCpuPages list : z.perCpu) {
                listed += list.count;
            }
            long used = z.zspages + z.kernelPages + z.perCpuPages;
            for (long pages : z.lruPages) {
                used += pages;
            }
            if (z.freePages < 0 || z.zspages < 0 || listed != z.perCpuPages || z.freePages + used != z.managedPages) {
                throw new IllegalStateException(
                        z.name + ": managed " + z.managedPages + " != free " + z.freePages + " + used " + used);
            }
            free += z.freePages;
            pools += z.zspages;
        }
        if (free != freePages() || pools != zspages()) {
            throw new IllegalStateException(free + " pages free and " + pools + " in pools, by zones; " + freePages()
                    + " and " + zspages() + " counted");
        }
    }
}
