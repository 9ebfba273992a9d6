package org.reclaimfs.mm;

import java.util.SplittableRandom;

/**
 * The free pages of all zones, and who else than user memory takes them: compressed pools, and the kernel for itself. NOT
 * thread safe. Mirrors rmqueue, boost_watermark, drain_all_pages (mm/page_alloc.c, 7.2; spec/01).
 */
abstract class FreePages extends Layout {
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

    FreePages(long ramBytes, long reservedBytes, int nodes, int cpus, long seed) {
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

    // ---- taking and giving ----

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

    /** Takes pages for user memory through the CPU's list; as many as {@link Memory#grant} said, or fewer. */
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
}
