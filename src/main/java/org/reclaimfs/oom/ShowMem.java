package org.reclaimfs.oom;

import static org.reclaimfs.abi.Units.pagesToKiB;

import java.util.Locale;
import java.util.function.ToLongFunction;
import org.reclaimfs.klog.Klog;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.mm.Zone;

/** The Mem-Info block of the log (__show_mem, show_free_areas; mm/show_mem.c 7.2). */
public final class ShowMem {
    private static final int ORDERS = 11;

    /** What the block shows of swap. */
    public interface Swap {
        /** Slots that can be taken, in pages. */
        long freePages();

        /** Slots of all active areas, in pages. */
        long totalPages();
    }

    private final Klog log;
    private final Memory ram;
    private final ToLongFunction<VmStat> vmstat;
    private final Swap swap;

    public ShowMem(Klog log, Memory ram, ToLongFunction<VmStat> vmstat, Swap swap) {
        this.log = log;
        this.ram = ram;
        this.vmstat = vmstat;
        this.swap = swap;
    }

    /** Prints the block. */
    public void print(long nowNs) {
        log.warn(nowNs, "Mem-Info:");
        log.warn(nowNs, counters());
        log.warn(nowNs, node());
        for (Zone zone : ram.zones()) {
            if (zone.presentPages > 0) {
                log.warn(nowNs, zone(zone));
                log.warn(nowNs, lowmemReserve(zone));
            }
        }
        for (Zone zone : ram.zones()) {
            if (zone.presentPages > 0) {
                log.warn(nowNs, freeLists(zone));
            }
        }
        log.warn(nowNs, "Node 0 hugepages_total=0 hugepages_free=0 hugepages_surp=0 hugepages_size=2048kB");
        log.warn(nowNs, get(VmStat.NR_FILE_PAGES) + " total pagecache pages");
        log.warn(nowNs, get(VmStat.NR_SWAPCACHED) + " pages in swap cache");
        log.warn(nowNs, "Free swap  = " + pagesToKiB(swap.freePages()) + "kB");
        log.warn(nowNs, "Total swap = " + pagesToKiB(swap.totalPages()) + "kB");
        long present = ram.zones().stream().mapToLong(zone -> zone.presentPages).sum();
        log.warn(nowNs, present + " pages RAM");
        log.warn(nowNs, "0 pages HighMem/MovableOnly");
        log.warn(nowNs, present - ram.totalPages() + " pages reserved");
    }

    /** The line after the block: what the protections below a memcg sum up to (mem_cgroup_show_protected_memory). */
    static void printProtection(Klog log, long nowNs, MemCgroup memcg) {
        log.warn(
                nowNs,
                String.format(
                        Locale.ROOT,
                        "Memory cgroup min protection %dkB -- low protection %dkB",
                        pagesToKiB(memcg.memory.childrenMinUsage()),
                        pagesToKiB(memcg.memory.childrenLowUsage())));
    }

    private long get(VmStat item) {
        return vmstat.applyAsLong(item);
    }

    /** One record of several lines. */
    private String counters() {
        return "active_anon:" + get(VmStat.NR_ACTIVE_ANON) + " inactive_anon:" + get(VmStat.NR_INACTIVE_ANON)
                + " isolated_anon:" + get(VmStat.NR_ISOLATED_ANON)
                + "\n active_file:" + get(VmStat.NR_ACTIVE_FILE) + " inactive_file:" + get(VmStat.NR_INACTIVE_FILE)
                + " isolated_file:" + get(VmStat.NR_ISOLATED_FILE)
                + "\n unevictable:" + get(VmStat.NR_UNEVICTABLE) + " dirty:" + get(VmStat.NR_DIRTY)
                + " writeback:" + get(VmStat.NR_WRITEBACK)
                + "\n slab_reclaimable:" + get(VmStat.NR_SLAB_RECLAIMABLE)
                + " slab_unreclaimable:" + get(VmStat.NR_SLAB_UNRECLAIMABLE)
                + "\n mapped:" + get(VmStat.NR_MAPPED) + " shmem:" + get(VmStat.NR_SHMEM)
                + " pagetables:" + get(VmStat.NR_PAGE_TABLE_PAGES)
                + "\n sec_pagetables:" + get(VmStat.NR_SEC_PAGE_TABLE_PAGES) + " bounce:0"
                + "\n kernel_misc_reclaimable:" + get(VmStat.NR_KERNEL_MISC_RECLAIMABLE)
                + "\n free:" + ram.freePages() + " free_pcp:0 free_cma:0";
    }

    private String node() {
        return "Node 0" + kB("active_anon", VmStat.NR_ACTIVE_ANON) + kB("inactive_anon", VmStat.NR_INACTIVE_ANON)
                + kB("active_file", VmStat.NR_ACTIVE_FILE) + kB("inactive_file", VmStat.NR_INACTIVE_FILE)
                + kB("unevictable", VmStat.NR_UNEVICTABLE) + kB("isolated(anon)", VmStat.NR_ISOLATED_ANON)
                + kB("isolated(file)", VmStat.NR_ISOLATED_FILE) + kB("mapped", VmStat.NR_MAPPED)
                + kB("dirty", VmStat.NR_DIRTY)
                + kB("writeback", VmStat.NR_WRITEBACK) + kB("shmem", VmStat.NR_SHMEM)
                + " shmem_thp:0kB shmem_pmdmapped:0kB anon_thp:0kB kernel_stack:" + get(VmStat.NR_KERNEL_STACK) + "kB"
                + kB("pagetables", VmStat.NR_PAGE_TABLE_PAGES) + kB("sec_pagetables", VmStat.NR_SEC_PAGE_TABLE_PAGES)
                + " all_unreclaimable? no Balloon:0kB gpu_active:0kB gpu_reclaim:0kB";
    }

    private String kB(String label, VmStat item) {
        return kB(label, get(item));
    }

    private static String kB(String label, long pages) {
        return " " + label + ":" + pagesToKiB(pages) + "kB";
    }

    private static String zone(Zone zone) {
        return "Node 0 " + zone.name + kB("free", zone.freePages()) + " boost:0kB" + kB("min", zone.minWmark())
                + kB("low", zone.lowWmark()) + kB("high", zone.highWmark())
                + " reserved_highatomic:0KB free_highatomic:0KB"
                + kB("active_anon", zone.lruPages(Flags.ACTIVE_ANON))
                + kB("inactive_anon", zone.lruPages(Flags.INACTIVE_ANON))
                + kB("active_file", zone.lruPages(Flags.ACTIVE_FILE))
                + kB("inactive_file", zone.lruPages(Flags.INACTIVE_FILE))
                + kB("unevictable", zone.lruPages(Flags.UNEVICTABLE))
                + kB("writepending", zone.writePendingPages()) + kB("zspages", zone.zspages())
                + kB("present", zone.presentPages) + kB("managed", zone.managedPages)
                + kB("mlocked", zone.mlockedPages())
                + " bounce:0kB free_pcp:0kB local_pcp:0kB free_cma:0kB";
    }

    private static String lowmemReserve(Zone zone) {
        StringBuilder out = new StringBuilder("lowmem_reserve[]:");
        for (int i = 0; i < Memory.ZONES; i++) {
            out.append(' ').append(zone.lowmemReserve(i));
        }
        return out.toString();
    }

    /** Free memory in the largest blocks it fits, all of them movable: as /proc/buddyinfo shows it. */
    private static String freeLists(Zone zone) {
        StringBuilder out = new StringBuilder("Node 0 " + zone.name + ":");
        for (int order = 0; order < ORDERS; order++) {
            long rest = zone.freePages() >> order;
            long blocks = order < ORDERS - 1 ? rest & 1 : rest;
            out.append(' ').append(blocks).append('*').append(4 << order).append("kB");
            out.append(blocks > 0 ? " (M)" : "");
        }
        return out.append(" = ")
                .append(pagesToKiB(zone.freePages()))
                .append("kB")
                .toString();
    }
}
