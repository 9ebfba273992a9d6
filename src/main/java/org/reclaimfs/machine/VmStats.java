package org.reclaimfs.machine;

import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.KernelUse;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.Node;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.mm.Zone;

/** The value of each /proc/vmstat item: a count kept since boot, or what follows from the present state. */
final class VmStats {
    private static final int KIB_PER_PAGE = 4;

    private final Core core;

    VmStats(Core core) {
        this.core = core;
    }

    long get(VmStat item) {
        Memory ram = core.ram;
        MemCgroup root = core.rootMemcg();
        return switch (item) {
            case NR_FREE_PAGES, NR_FREE_PAGES_BLOCKS -> ram.freePages();
            case NR_ZONE_INACTIVE_ANON, NR_INACTIVE_ANON -> ram.lruPages(Flags.INACTIVE_ANON);
            case NR_ZONE_ACTIVE_ANON, NR_ACTIVE_ANON -> ram.lruPages(Flags.ACTIVE_ANON);
            case NR_ZONE_INACTIVE_FILE, NR_INACTIVE_FILE -> ram.lruPages(Flags.INACTIVE_FILE);
            case NR_ZONE_ACTIVE_FILE, NR_ACTIVE_FILE -> ram.lruPages(Flags.ACTIVE_FILE);
            case NR_ZONE_UNEVICTABLE, NR_UNEVICTABLE -> ram.lruPages(Flags.UNEVICTABLE);
            case NR_ZONE_WRITE_PENDING -> sum(ram, 0);
            case NR_MLOCK -> sum(ram, 1);
            case NR_ZSPAGES -> ram.zspages();
            case NR_ANON_PAGES -> root.stat(MemoryStat.ANON);
            case NR_MAPPED -> root.stat(MemoryStat.FILE_MAPPED);
            case NR_FILE_PAGES -> root.stat(MemoryStat.FILE) + root.stat(MemoryStat.SWAPCACHED);
            case NR_DIRTY -> root.stat(MemoryStat.FILE_DIRTY);
            case NR_WRITEBACK -> root.stat(MemoryStat.FILE_WRITEBACK);
            case NR_SHMEM -> root.stat(MemoryStat.SHMEM);
            case NR_SWAPCACHED -> root.stat(MemoryStat.SWAPCACHED);
            case NR_SLAB_RECLAIMABLE -> ram.kernelUsePages(KernelUse.SLAB_RECLAIMABLE);
            case NR_SLAB_UNRECLAIMABLE ->
                ram.kernelUsePages(KernelUse.SLAB_UNRECLAIMABLE) + ram.kernelUsePages(KernelUse.SWAP_TABLES);
            case NR_KERNEL_STACK -> ram.kernelUsePages(KernelUse.KERNEL_STACK) * KIB_PER_PAGE;
            case NR_PAGE_TABLE_PAGES -> ram.kernelUsePages(KernelUse.PAGE_TABLES);
            case NR_VMALLOC -> ram.kernelUsePages(KernelUse.VMALLOC);
            case NR_DIRTY_THRESHOLD -> core.dirtyLimits.thresholdPages();
            case NR_DIRTY_BACKGROUND_THRESHOLD -> core.dirtyLimits.backgroundPages();
            // Swap is block I/O like any other (submit_bio), to a RAM disk too.
            case PGPGIN -> ram.vmstat.get(item) + KIB_PER_PAGE * ram.vmstat.get(VmStat.PSWPIN);
            case PGPGOUT -> ram.vmstat.get(item) + KIB_PER_PAGE * ram.vmstat.get(VmStat.PSWPOUT);
            case NR_MEMMAP_BOOT_PAGES -> (ram.totalPages() + ram.bootReservedPages()) / 64;
            case NUMA_HIT, NUMA_LOCAL ->
                ram.nodes().stream().mapToLong(Node::numaHit).sum();
            case NUMA_MISS, NUMA_OTHER ->
                ram.nodes().stream().mapToLong(Node::numaMiss).sum();
            case NUMA_FOREIGN ->
                ram.nodes().stream().mapToLong(Node::numaForeign).sum();
            default -> ram.vmstat.get(item);
        };
    }

    /** What a node has of an item. Events are not kept by node. */
    long get(VmStat item, int node) {
        if (core.ram.nodes().size() == 1) {
            return get(item);
        }
        Node n = core.ram.node(node);
        MemCgroup root = core.rootMemcg();
        return switch (item) {
            case NR_FREE_PAGES, NR_FREE_PAGES_BLOCKS -> n.freePages();
            case NR_ZONE_INACTIVE_ANON, NR_INACTIVE_ANON -> n.lruPages(Flags.INACTIVE_ANON);
            case NR_ZONE_ACTIVE_ANON, NR_ACTIVE_ANON -> n.lruPages(Flags.ACTIVE_ANON);
            case NR_ZONE_INACTIVE_FILE, NR_INACTIVE_FILE -> n.lruPages(Flags.INACTIVE_FILE);
            case NR_ZONE_ACTIVE_FILE, NR_ACTIVE_FILE -> n.lruPages(Flags.ACTIVE_FILE);
            case NR_ZONE_UNEVICTABLE, NR_UNEVICTABLE -> n.lruPages(Flags.UNEVICTABLE);
            case NR_ZSPAGES -> n.zones().stream().mapToLong(Zone::zspages).sum();
            case NR_ZONE_WRITE_PENDING ->
                n.zones().stream().mapToLong(Zone::writePendingPages).sum();
            case NR_MLOCK -> n.zones().stream().mapToLong(Zone::mlockedPages).sum();
            case NR_ANON_PAGES -> root.stat(MemoryStat.ANON, node);
            case NR_MAPPED -> root.stat(MemoryStat.FILE_MAPPED, node);
            case NR_FILE_PAGES -> root.stat(MemoryStat.FILE, node) + root.stat(MemoryStat.SWAPCACHED, node);
            case NR_DIRTY -> root.stat(MemoryStat.FILE_DIRTY, node);
            case NR_WRITEBACK -> root.stat(MemoryStat.FILE_WRITEBACK, node);
            case NR_SHMEM -> root.stat(MemoryStat.SHMEM, node);
            case NR_SWAPCACHED -> root.stat(MemoryStat.SWAPCACHED, node);
            case NUMA_HIT, NUMA_LOCAL -> n.numaHit();
            case NUMA_MISS, NUMA_OTHER -> n.numaMiss();
            case NUMA_FOREIGN -> n.numaForeign();
            default -> onFirst(item, node);
        };
    }

    /** The kernel's own pages come from the first node; its other counts have no node here. */
    private long onFirst(VmStat item, int node) {
        return node == 0 ? get(item) : 0;
    }

    private static long sum(Memory ram, int what) {
        long sum = 0;
        for (Zone zone : ram.zones()) {
            sum += what == 0 ? zone.writePendingPages() : zone.mlockedPages();
        }
        return sum;
    }
}
