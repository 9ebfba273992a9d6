package org.reclaimfs.mm;

import java.util.SplittableRandom;

/**
 * The machine's RAM: nodes of zones, their free pages, and the tests an allocation must pass. NOT thread safe: the
 * machine's lock. Mirrors mm/page_alloc.c (7.2): zone_watermark_ok, rmqueue, boost_watermark; spec/01.
 *
 * <p>User pages are taken through the per-CPU lists; what the kernel takes for itself, and every page that is freed,
 * goes from and to the zone directly. Not modelled: highatomic reserves, orders above 0, the DMA zone (as captured).
 */
public final class Memory extends Layout {
    /** Which mark an allocation must stay above. */
    public enum Mark {
        MIN,
        LOW,
        HIGH
    }

    /**
     * With fewer pages free than make four page blocks, one request in this many has to take from a block of another
     * migrate type. Fitted: captured guests of 490 MiB, which run that low, reach the highest boost at once; those of 1 GiB,
     * whose MIN is above it, hardly any (golden behaviour/c1, c2).
     */
    private static final int STEAL_ONE_IN = 4;

    private static final long STEAL_BELOW = 4 * Zone.PAGEBLOCK;

    private final Watermarks watermarks;
    private final SplittableRandom random;
    /** Events, kept here because every room below counts some. */
    public final VmCounters vmstat = new VmCounters();

    /** Pages of each kernel use, whole machine. */
    private final long[] kernelUse = new long[KernelUse.values().length];

    private long freePages;
    private boolean numaStat = true;
    private long zspages;

    /**
     * @param ramBytes installed RAM, split evenly over the nodes
     * @param reservedBytes frames the kernel image and boot keep, besides the page structs; at most 1/32 of RAM
     * @param seed of the chance that an unmovable request raises the watermarks
     */
    public Memory(long ramBytes, long reservedBytes, int nodes, int cpus, long seed) {
        super(ramBytes, reservedBytes, nodes, cpus);
        this.random = new SplittableRandom(seed);
        freePages = totalPages();
        watermarks = new Watermarks(this.nodes, cpus);
        fillPerCpu();
    }

    /** What starting up has left on the per-CPU lists: chance, and a stall begins earlier or later for it. */
    private void fillPerCpu() {
        for (Zone z : zones) {
            for (PerCpuPages list : z.perCpu) {
                int pages = list.fillAtBoot(random);
                z.perCpuPages += pages;
                z.freePages -= pages;
                freePages -= pages;
            }
        }
    }

    /** A machine of one node and one CPU. */
    public Memory(long ramBytes, long reservedBytes) {
        this(ramBytes, reservedBytes, 1, 1, 1);
    }

    /** Pages in the buddy lists of all zones. */
    public long freePages() {
        return freePages;
    }

    /** Pages of all compressed pools. */
    public long zspages() {
        return zspages;
    }

    /** The sysctls that decide the marks. */
    public Watermarks watermarks() {
        return watermarks;
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

    /** Takes pages for user memory through the CPU's list; as many as {@link #grant} said, or fewer. */
    public void takeUser(int zone, int cpu, int pages) {
        Zone z = zones.get(zone);
        PerCpuPages list = z.perCpu[cpu];
        int left = pages;
        while (left > 0) {
            if (list.count == 0) {
                refill(z, list);
            }
            int n = Math.min(left, list.count);
            list.count -= n;
            z.perCpuPages -= n;
            left -= n;
        }
        countAlloc(z, nodeOfCpu(cpu), pages);
    }

    private void refill(Zone z, PerCpuPages list) {
        long n = Math.min(list.refillPages(z.reclaimActive), z.freePages);
        if (n <= 0) {
            throw new IllegalStateException(z.name + ": a page was taken of none");
        }
        list.refilled(z.freePages > z.highWmark);
        list.count += (int) n;
        z.perCpuPages += n;
        z.freePages -= n;
        freePages -= n;
        maySteal(z, 1);
    }

    /** Takes a page for user memory past the CPU's list, as a kernel thread does. */
    public void takeUserDirect(int zone, long pages) {
        Zone z = zones.get(zone);
        take(z, pages);
        countAlloc(z, z.node, pages);
    }

    private void take(Zone z, long pages) {
        if (pages > z.freePages) {
            throw new IllegalStateException(z.name + ": " + pages + " pages taken of " + z.freePages);
        }
        z.freePages -= pages;
        freePages -= pages;
    }

    private void countAlloc(Zone z, int wished, long pages) {
        vmstat.add(z.index % FRAME_ZONES == NORMAL ? VmStat.PGALLOC_NORMAL : VmStat.PGALLOC_DMA32, pages);
        if (!numaStat) {
            return;
        }
        if (z.node == wished) {
            z.numaHit += pages;
            nodes.get(wished).numaHit += pages;
        } else {
            z.numaMiss += pages;
            nodes.get(z.node).numaMiss += pages;
            nodes.get(wished).numaForeign += pages;
        }
    }

    public void give(int zone, long pages) {
        zones.get(zone).freePages += pages;
        freePages += pages;
        vmstat.add(VmStat.PGFREE, pages);
    }

    /** Gives all pages on per-CPU lists back to their zones (drain_all_pages); returns how many that were. */
    public long drainPerCpu() {
        long drained = 0;
        for (Zone z : zones) {
            if (z.perCpuPages == 0) {
                continue;
            }
            for (PerCpuPages list : z.perCpu) {
                list.drained();
            }
            drained += z.perCpuPages;
            z.freePages += z.perCpuPages;
            freePages += z.perCpuPages;
            z.perCpuPages = 0;
        }
        return drained;
    }

    /** What a second does to the per-CPU lists: idle ones shrink to their least length (refresh_cpu_vm_stats). */
    public void decayPerCpu() {
        for (Zone z : zones) {
            for (PerCpuPages list : z.perCpu) {
                int pages = list.decay();
                z.perCpuPages -= pages;
                z.freePages += pages;
                freePages += pages;
            }
        }
    }

    // ---- compressed pools ----

    /** Whether that many pages could be had with no regard to watermarks, as inside reclaim (PF_MEMALLOC). */
    public boolean anyFree(long pages) {
        return freePages >= pages || pages > 0 && freePages + drainPerCpu() >= pages;
    }

    /**
     * Takes pages for a compressed pool with no watermark, nearest to {@code node} first.
     *
     * @return false, with nothing taken, if not that many pages are free in all
     */
    public boolean takeZspages(int node, long pages) {
        if (!anyFree(pages)) {
            return false;
        }
        long left = pages;
        for (int z : nodes.get(node).zonelist) {
            Zone zone = zones.get(z);
            long n = Math.min(left, zone.freePages);
            if (n > 0) {
                take(zone, n);
                countAlloc(zone, node, n);
                zone.zspages += n;
                zspages += n;
                left -= n;
            }
            if (left == 0) {
                break;
            }
        }
        return true;
    }

    public void giveZspages(long pages) {
        long left = pages;
        for (int z = 0; left > 0; z++) {
            Zone zone = zones.get(z);
            long n = Math.min(left, zone.zspages);
            if (n > 0) {
                zone.zspages -= n;
                zspages -= n;
                give(z, n);
                left -= n;
            }
        }
    }

    // ---- the kernel's own pages ----

    /**
     * Takes (or with a negative number gives back) pages for the kernel's own use, past the marks.
     *
     * @return false, with nothing taken, if not that many are free
     */
    public boolean kernelUse(KernelUse use, long pages) {
        if (!anyFree(pages)) {
            return false;
        }
        kernelUse[use.ordinal()] += pages;
        if (pages >= 0) {
            takeKernel(use, pages);
        } else {
            giveKernel(-pages);
        }
        return true;
    }

    private void takeKernel(KernelUse use, long pages) {
        long left = pages;
        for (int z : nodes.get(0).zonelist) {
            Zone zone = zones.get(z);
            long n = Math.min(left, zone.freePages);
            if (n > 0) {
                take(zone, n);
                countAlloc(zone, zone.node, n);
                zone.kernelPages += n;
                left -= n;
                if (use != KernelUse.VMALLOC) {
                    maySteal(zone, n);
                }
            }
            if (left == 0) {
                return;
            }
        }
    }

    private void giveKernel(long pages) {
        long left = pages;
        for (int z = 0; left > 0; z++) {
            Zone zone = zones.get(z);
            long n = Math.min(left, zone.kernelPages);
            if (n > 0) {
                zone.kernelPages -= n;
                give(z, n);
                left -= n;
            }
        }
    }

    public long kernelUsePages(KernelUse use) {
        return kernelUse[use.ordinal()];
    }

    /** Requests just made while few pages are free: now and then one steals a page block, and the zone is boosted. */
    private void maySteal(Zone zone, long requests) {
        for (long later = requests - 1; later >= 0; later--) {
            boolean fewThen = zone.freePages + later < STEAL_BELOW;
            if (fewThen && random.nextInt(STEAL_ONE_IN) == 0) {
                zone.boost(watermarks.boostFactor());
            }
        }
    }

    /**
     * A page for the table of a swap cluster. It is asked for inside reclaim, without reserves and with half of MIN,
     * the boost ignored: this is what stops swap-out first (spec/06 section 3).
     *
     * @return false if no zone has that much
     */
    public boolean takeSwapTable() {
        for (int z : nodes.get(0).zonelist) {
            Zone zone = zones.get(z);
            if (zone.freePages > zone.minWmark - zone.minWmark / 2 + zone.lowmemReserve[NORMAL]) {
                take(zone, 1);
                countAlloc(zone, zone.node, 1);
                zone.kernelPages++;
                kernelUse[KernelUse.SWAP_TABLES.ordinal()]++;
                maySteal(zone, 1);
                return true;
            }
        }
        return false;
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
        long low = watermarks.lowPages();
        long cache = lruPages(Flags.INACTIVE_FILE) + lruPages(Flags.ACTIVE_FILE);
        long slab = kernelUsePages(KernelUse.SLAB_RECLAIMABLE);
        long available = freePages
                - watermarks.totalReservePages()
                + cache
                - Math.min(cache / 2, low)
                + slab
                - Math.min(slab / 2, low);
        return Math.max(0, available);
    }

    /** What could be dirty page cache, if it were that (global_dirtyable_memory). */
    public long dirtyablePages() {
        long cache = lruPages(Flags.INACTIVE_FILE) + lruPages(Flags.ACTIVE_FILE);
        return freePages - Math.min(freePages, watermarks.totalReservePages()) + cache + 1;
    }

    /** vm.numa_stat: whether it is counted which node allocations were served from; off forgets what was counted. */
    public boolean numaStat() {
        return numaStat;
    }

    public void setNumaStat(boolean on) {
        numaStat = on;
        if (!on) {
            zones.forEach(Zone::forgetNumaCounts);
            nodes.forEach(Node::forgetNumaCounts);
        }
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
        if (free != freePages || pools != zspages) {
            throw new IllegalStateException(free + " pages free and " + pools + " in pools, by zones; " + freePages
                    + " and " + zspages + " counted");
        }
    }
}
