package org.reclaimfs.oom;

import static org.reclaimfs.abi.Units.pagesToKiB;

import java.util.Locale;
import java.util.function.ToLongFunction;
import org.reclaimfs.klog.Klog;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.Node;
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

    /** A node's share of an item. */
    public interface NodeStat {
        long get(VmStat item, int node);
    }

    private final Klog log;
    private final Memory ram;
    private final NodeStat nodeStat;
    private final ToLongFunction<VmStat> vmstat;
    private final Swap swap;

    public ShowMem(Klog log, Memory ram, ToLongFunction<VmStat> vmstat, NodeStat nodeStat, Swap swap) {
        this.nodeStat = nodeStat;
        this.log = log;
        this.ram = ram;
        this.vmstat = vmstat;
        this.swap = swap;
    }

    /** Prints the block. */
    public void print(long nowNs) {
        log.warn(nowNs, "Mem-Info:");
        log.warn(nowNs, counters());
        for (Node node : ram.nodes()) {
            log.warn(nowNs, node(node.id));
        }
        for (Zone zone : ram.zones()) {
            if (zone.poolPages > 0) {
                log.warn(nowNs, zone(zone));
                log.warn(nowNs, lowmemReserve(zone));
            }
        }
        for (Zone zone : ram.zones()) {
            if (zone.poolPages > 0) {
                log.warn(nowNs, freeLists(zone));
            }
        }
        for (Node node : ram.nodes()) {
            log.warn(
                    nowNs,
                    "Node " + node.id + " hugepages_total=0 hugepages_free=0 hugepages_surp=0 hugepages_size=2048kB");
        }
        log.warn(nowNs, get(VmStat.NR_FILE_PAGES) + " total pagecache pages");
        log.warn(nowNs, get(VmStat.NR_SWAPCACHED) + " pages in swap cache");
        log.warn(nowNs, "Free swap  = " + pagesToKiB(swap.freePages()) + "kB");
        log.warn(nowNs, "Total swap = " + pagesToKiB(swap.totalPages()) + "kB");
        long present = ram.zones().stream().mapToLong(zone -> zone.poolPages).sum();
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
                + "\n free:" + ram.freePages() + " free_pcp:" + perCpuPages() + " free_cma:0";
    }

    private long perCpuPages() {
        return ram.zones().stream().mapToLong(Zone::perCpuPages).sum();
    }

    private String node(int node) {
        return "Node " + node + kB("active_anon", VmStat.NR_ACTIVE_ANON, node)
                + kB("inactive_anon", VmStat.NR_INACTIVE_ANON, node)
                + kB("active_file", VmStat.NR_ACTIVE_FILE, node) + kB("inactive_file", VmStat.NR_INACTIVE_FILE, node)
                + kB("unevictable", VmStat.NR_UNEVICTABLE, node) + kB("isolated(anon)", VmStat.NR_ISOLATED_ANON, node)
                + kB("isolated(file)", VmStat.NR_ISOLATED_FILE, node) + kB("mapped", VmStat.NR_MAPPED, node)
                + kB("dirty", VmStat.NR_DIRTY, node)
                + kB("writeback", VmStat.NR_WRITEBACK, node) + kB("shmem", VmStat.NR_SHMEM, node)
                + " shmem_thp:0kB shmem_pmdmapped:0kB anon_thp:0kB kernel_stack:"
                + nodeStat.get(VmStat.NR_KERNEL_STACK, node) + "kB"
                + kB("pagetables", VmStat.NR_PAGE_TABLE_PAGES, node)
                + kB("sec_pagetables", VmStat.NR_SEC_PAGE_TABLE_PAGES, node)
                + " all_unreclaimable? no Balloon:0kB gpu_active:0kB gpu_reclaim:0kB";
    }

    private String kB(String label, VmStat item, int node) {
        return kB(label, nodeStat.get(item, node));
    }

    private static String kB(String label, long pages) {
        return " " + label + ":" + pagesToKiB(pages) + "kB";
    }

    private static String zone(Zone zone) {
        long boost = zone.boostPages();
        return "Node " + zone.node + " " + zone.name + kB("free", zone.freePages()) + kB("boost", boost)
                + kB("min", zone.minWmark() + boost) + kB("low", zone.lowWmark() + boost)
                + kB("high", zone.highWmark() + boost)
                + " reserved_highatomic:0KB free_highatomic:0KB"
                + kB("active_anon", zone.lruPages(Flags.ACTIVE_ANON))
                + kB("inactive_anon", zone.lruPages(Flags.INACTIVE_ANON))
                + kB("active_file", zone.lruPages(Flags.ACTIVE_FILE))
                + kB("inactive_file", zone.lruPages(Flags.INACTIVE_FILE))
                + kB("unevictable", zone.lruPages(Flags.UNEVICTABLE))
                + kB("writepending", zone.writePendingPages()) + kB("zspages", zone.zspages())
                + kB("present", zone.poolPages) + kB("managed", zone.managedPages)
                + kB("mlocked", zone.mlockedPages())
                + " bounce:0kB" + kB("free_pcp", zone.perCpuPages()) + " local_pcp:0kB free_cma:0kB";
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
        StringBuilder out = new StringBuilder("Node " + zone.node + " " + zone.name + ":");
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
