package org.reclaimfs.mm;

import java.util.List;
import org.reclaimfs.abi.Units;

/**
 * The machine's RAM: one node of zones, their free pages and watermarks. NOT thread safe: the machine's lock.
 * Mirrors mm/page_alloc.c (7.2): setup_per_zone_wmarks, zone_watermark_ok, lowmem_reserve.
 *
 * <p>Not modelled yet: per-CPU lists, watermark boost, more than one node.
 */
public final class Memory {
    /** Zone types of the build: DMA32, Normal, Movable (as the captured kernel: no DMA zone, Movable empty). */
    public static final int ZONES = 3;

    public static final int DMA32 = 0;
    public static final int NORMAL = 1;
    public static final int MOVABLE = 2;

    /** Which mark an allocation must stay above. */
    public enum Mark {
        MIN,
        LOW,
        HIGH
    }

    private static final long DMA32_PAGES = Units.bytesToPages(4L << 30);
    private static final long STRUCT_PAGE_BYTES = 64;
    private static final long MIN_RESERVED_SHARE = 32;
    private static final int THP_PAGES_PER_ZONE = 512 * 11;
    private static final long THP_MIN_RAM_PAGES = Units.bytesToPages(512L << 20);
    private static final int[] LOWMEM_RESERVE_RATIO = {256, 32, 0};

    private final List<Zone> zones;
    private final long totalPages;
    private final long bootReservedPages;
    private long minFreeKiB;
    private int watermarkScaleFactor = 10;
    /** Events, kept here because every room below counts some. */
    public final VmCounters vmstat = new VmCounters();

    /** Pages of each kernel use, whole machine. */
    private final long[] kernelUse = new long[KernelUse.values().length];

    /** What the kernel's own pages are for. */
    public enum KernelUse {
        SLAB_RECLAIMABLE,
        SLAB_UNRECLAIMABLE,
        KERNEL_STACK,
        PAGE_TABLES,
        PERCPU,
        VMALLOC
    }

    /**
     * @param ramBytes installed RAM
     * @param reservedBytes frames the kernel image and boot keep, besides the page structs; at most 1/32 of RAM
     */
    public Memory(long ramBytes, long reservedBytes) {
        long present = Units.bytesToPages(ramBytes);
        long dma32 = Math.min(present, DMA32_PAGES);
        long boot = Math.min(Units.bytesToPages(reservedBytes), present / MIN_RESERVED_SHARE);
        Zone low = new Zone("DMA32", dma32, dma32 - structPages(dma32) - boot);
        Zone normal = new Zone("Normal", present - dma32, present - dma32 - structPages(present - dma32));
        zones = List.of(low, normal, new Zone("Movable", 0, 0));
        totalPages = low.managedPages + normal.managedPages;
        bootReservedPages = present - totalPages;
        minFreeKiB = automaticMinFreeKiB();
        computeWatermarks();
    }

    private static long structPages(long pages) {
        return pages * STRUCT_PAGE_BYTES / Units.PAGE_SIZE;
    }

    public List<Zone> zones() {
        return zones;
    }

    public Zone zone(int index) {
        return zones.get(index);
    }

    /** totalram_pages: what MemTotal shows. */
    public long totalPages() {
        return totalPages;
    }

    public long bootReservedPages() {
        return bootReservedPages;
    }

    public long freePages() {
        return zones.get(DMA32).freePages + zones.get(NORMAL).freePages;
    }

    public long lruPages(int list) {
        return zones.get(DMA32).lruPages[list] + zones.get(NORMAL).lruPages[list];
    }

    public long zspages() {
        return zones.get(DMA32).zspages + zones.get(NORMAL).zspages;
    }

    // ---- watermarks ----

    /** calculate_min_free_kbytes plus the raise that transparent huge pages ask for. */
    private long automaticMinFreeKiB() {
        long lowmemKiB = Units.pagesToKiB(totalPages);
        long byRoot = Math.max(128, Math.min((long) Math.sqrt((double) lowmemKiB * 16), 262144));
        if (totalPages < THP_MIN_RAM_PAGES) {
            return byRoot;
        }
        long populated = zones.stream().filter(z -> z.managedPages > 0).count();
        long thp = Math.min(populated * THP_PAGES_PER_ZONE, totalPages / 20);
        return Math.max(byRoot, Units.pagesToKiB(thp));
    }

    private void computeWatermarks() {
        long minPages = minFreeKiB / 4;
        for (Zone zone : zones) {
            if (zone.managedPages == 0) {
                zone.minWmark = zone.name.equals("Movable") ? 32 : 0;
                zone.lowWmark = zone.minWmark;
                zone.highWmark = zone.minWmark;
                continue;
            }
            zone.minWmark = (long) ((double) minPages * zone.managedPages / totalPages);
            long delta = Math.max(zone.minWmark / 4, zone.managedPages * watermarkScaleFactor / 10000);
            zone.lowWmark = zone.minWmark + delta;
            zone.highWmark = zone.lowWmark + delta;
        }
        for (int i = 0; i < ZONES; i++) {
            long above = 0;
            for (int j = i + 1; j < ZONES; j++) {
                above += zones.get(j).managedPages;
                int ratio = LOWMEM_RESERVE_RATIO[i];
                zones.get(i).lowmemReserve[j] = ratio == 0 || zones.get(i).managedPages == 0 ? 0 : above / ratio;
            }
        }
    }

    public long minFreeKiB() {
        return minFreeKiB;
    }

    public void setMinFreeKiB(long kib) {
        minFreeKiB = kib;
        computeWatermarks();
    }

    public int watermarkScaleFactor() {
        return watermarkScaleFactor;
    }

    public void setWatermarkScaleFactor(int factor) {
        watermarkScaleFactor = factor;
        computeWatermarks();
    }

    private static long mark(Zone zone, Mark mark) {
        return switch (mark) {
            case MIN -> zone.minWmark;
            case LOW -> zone.lowWmark;
            case HIGH -> zone.highWmark;
        };
    }

    /** Order-0 pages that a user request could take from {@code zone} one by one before the mark stops it. */
    public long aboveMark(int zone, Mark mark) {
        Zone z = zones.get(zone);
        return Math.max(0, z.freePages - mark(z, mark) - z.lowmemReserve[NORMAL]);
    }

    /** The watermark test for one page, with {@code extra} pages imagined free (__zone_watermark_ok). */
    public boolean watermarkOk(int zone, Mark mark, long extra) {
        Zone z = zones.get(zone);
        return z.managedPages > 0 && z.freePages + extra > mark(z, mark) + z.lowmemReserve[NORMAL];
    }

    /** Whether some zone is above HIGH: kswapd has nothing to do (pgdat_balanced). */
    public boolean balanced() {
        return watermarkOk(NORMAL, Mark.HIGH, 0) || watermarkOk(DMA32, Mark.HIGH, 0);
    }

    // ---- taking and giving back ----

    /** The zone a user page comes from now, highest first, or -1 if none is above its mark. */
    public int zoneAbove(Mark mark) {
        if (aboveMark(NORMAL, mark) > 0) {
            return NORMAL;
        }
        return aboveMark(DMA32, mark) > 0 ? DMA32 : -1;
    }

    /** Takes pages for user memory; the caller asked {@link #aboveMark}. */
    public void takeUser(int zone, long pages) {
        Zone z = zones.get(zone);
        take(z, pages);
    }

    private void take(Zone z, long pages) {
        if (pages > z.freePages) {
            throw new IllegalStateException(z.name + ": " + pages + " pages taken of " + z.freePages);
        }
        z.freePages -= pages;
        vmstat.add(z == zones.get(NORMAL) ? VmStat.PGALLOC_NORMAL : VmStat.PGALLOC_DMA32, pages);
    }

    public void give(int zone, long pages) {
        zones.get(zone).freePages += pages;
        vmstat.add(VmStat.PGFREE, pages);
    }

    /**
     * Takes pages for a compressed pool with no watermark, as a task inside reclaim may (PF_MEMALLOC).
     *
     * @return false, with nothing taken, if not that many pages are free in all
     */
    public boolean takeZspages(long pages) {
        if (freePages() < pages) {
            return false;
        }
        long normal = Math.min(pages, zones.get(NORMAL).freePages);
        addZspages(NORMAL, normal);
        addZspages(DMA32, pages - normal);
        return true;
    }

    private void addZspages(int zone, long pages) {
        if (pages > 0) {
            take(zones.get(zone), pages);
            zones.get(zone).zspages += pages;
        }
    }

    public void giveZspages(long pages) {
        long low = Math.min(pages, zones.get(DMA32).zspages);
        zones.get(DMA32).zspages -= low;
        zones.get(NORMAL).zspages -= pages - low;
        if (low > 0) {
            give(DMA32, low);
        }
        if (pages > low) {
            give(NORMAL, pages - low);
        }
    }

    /** Takes (or with a negative number gives back) pages for the kernel's own use; they may go below the marks. */
    public void kernelUse(KernelUse use, long pages) {
        kernelUse[use.ordinal()] += pages;
        Zone normal = zones.get(NORMAL);
        Zone low = zones.get(DMA32);
        if (pages >= 0) {
            long high = Math.min(pages, normal.freePages);
            long rest = Math.min(pages - high, low.freePages);
            take(normal, high);
            take(low, rest);
            normal.kernelPages += high;
            low.kernelPages += pages - high;
            low.freePages -= pages - high - rest;
        } else {
            long back = Math.min(-pages, low.kernelPages);
            low.kernelPages -= back;
            give(DMA32, back);
            normal.kernelPages -= -pages - back;
            give(NORMAL, -pages - back);
        }
    }

    public long kernelUsePages(KernelUse use) {
        return kernelUse[use.ordinal()];
    }

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
        long reserve = 0;
        long low = 0;
        for (Zone zone : zones) {
            if (zone.managedPages > 0) {
                reserve += Math.min(zone.managedPages, maxReserve(zone) + zone.highWmark);
                low += zone.lowWmark;
            }
        }
        long cache = lruPages(Flags.INACTIVE_FILE) + lruPages(Flags.ACTIVE_FILE);
        long slab = kernelUsePages(KernelUse.SLAB_RECLAIMABLE);
        long available = freePages() - reserve + cache - Math.min(cache / 2, low) + slab - Math.min(slab / 2, low);
        return Math.max(0, available);
    }

    private static long maxReserve(Zone zone) {
        long max = 0;
        for (long r : zone.lowmemReserve) {
            max = Math.max(max, r);
        }
        return max;
    }

    /** Throws if a zone's pages are not all accounted for: managed = free + LRU + pools + kernel. */
    public void checkInvariants() {
        for (Zone z : zones) {
            long used = z.zspages + z.kernelPages;
            for (long pages : z.lruPages) {
                used += pages;
            }
            if (z.freePages < 0 || z.zspages < 0 || z.freePages + used != z.managedPages) {
                throw new IllegalStateException(
                        z.name + ": managed " + z.managedPages + " != free " + z.freePages + " + used " + used);
            }
        }
    }
}
