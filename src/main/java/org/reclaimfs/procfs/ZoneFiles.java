package org.reclaimfs.procfs;

import java.util.List;
import java.util.stream.Stream;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.Node;
import org.reclaimfs.mm.PerCpuPages;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.mm.Zone;

/** /proc/zoneinfo and /proc/buddyinfo, a record each node (mm/vmstat.c zoneinfo_show_print, frag_show_print, 7.2). */
final class ZoneFiles {
    private static final int ORDERS = 11;
    /** MAX_PAGE_ORDER's limit for a block of one migrate type: a huge page. */
    private static final int BLOCK_ORDER = 9;

    /** pagetypeinfo stops counting here. */
    private static final long COUNTED = 100_000;

    private static final String UNMOVABLE = "Unmovable";
    private static final String MOVABLE = "Movable";
    private static final List<String> MIGRATE_TYPES = List.of(UNMOVABLE, MOVABLE, "Reclaimable", "HighAtomic");
    /** What pagetypeinfo cannot tell. */
    static final String MIXED =
            "free memory is not fragmented: all of it is movable, in the largest blocks it fits, and the kernel's own pages lie together";

    private static final VmStat[] ITEMS = VmStat.values();

    private ZoneFiles() {}

    /** One row a populated zone: what is free, in the largest blocks it fits. */
    static void buddyinfo(Machine machine, SeqFile out, OpenFile file) {
        for (Node node : machine.memory().nodes()) {
            for (Zone zone : node.zones()) {
                if (zone.managedPages > 0) {
                    freeBlocks(zone, out);
                }
            }
            out.endRecord();
        }
    }

    private static void freeBlocks(Zone zone, SeqFile out) {
        header(zone, out).space();
        for (int order = 0; order < ORDERS; order++) {
            out.padded(freeBlocks(zone, order), 6).space();
        }
        out.newline();
    }

    /** Free blocks of 2^order pages, as few as possible. */
    private static long freeBlocks(Zone zone, int order) {
        long blocks = zone.freePages() >> order;
        return order < ORDERS - 1 ? blocks & 1 : blocks;
    }

    /** Free memory and blocks of pages by what they are for: see {@link #MIXED}. */
    static void pagetypeinfo(Machine machine, SeqFile out, OpenFile file) {
        for (Node node : machine.memory().nodes()) {
            out.text("Page block order: ")
                    .num(BLOCK_ORDER)
                    .text("\nPages per block:  ")
                    .num(1 << BLOCK_ORDER);
            out.text("\n\n")
                    .leftAligned("Free pages count per migrate type at order", 43)
                    .space();
            for (int order = 0; order < ORDERS; order++) {
                out.padded(order, 6).space();
            }
            out.newline();
            populated(node).forEach(zone -> freeByType(zone, out));
            out.newline().leftAligned("Number of blocks type", 22).space();
            for (String type : MIGRATE_TYPES) {
                out.padded(type, 12).space();
            }
            out.newline();
            populated(node).forEach(zone -> blocksByType(zone, out));
            out.endRecord();
        }
    }

    private static Stream<Zone> populated(Node node) {
        return node.zones().stream().filter(zone -> zone.managedPages > 0);
    }

    private static void freeByType(Zone zone, SeqFile out) {
        for (String type : MIGRATE_TYPES) {
            out.text("Node ").padded(zone.node, 4).text(", zone ").padded(zone.name, 8);
            out.text(", type ").padded(type, 12).space();
            for (int order = 0; order < ORDERS; order++) {
                long blocks = type.equals(MOVABLE) ? freeBlocks(zone, order) : 0;
                out.text(blocks >= COUNTED ? ">" : "")
                        .padded(Math.min(blocks, COUNTED), 6)
                        .space();
            }
            out.newline();
        }
    }

    /** The kernel's own pages fill whole blocks, and so do the pools'; the rest is for pages that can move. */
    private static void blocksByType(Zone zone, SeqFile out) {
        long all = (zone.poolPages + (1 << BLOCK_ORDER) - 1) >> BLOCK_ORDER;
        long held = zone.poolPages - zone.managedPages + zone.kernelPages() + zone.zspages();
        long unmovable = Math.min(all, (held + (1 << BLOCK_ORDER) - 1) >> BLOCK_ORDER);
        header(zone, out).space();
        for (String type : MIGRATE_TYPES) {
            out.padded(type.equals(UNMOVABLE) ? unmovable : type.equals(MOVABLE) ? all - unmovable : 0, 12);
            out.space();
        }
        out.newline();
    }

    static void zoneinfo(Machine machine, SeqFile out, OpenFile file) {
        for (Node node : machine.memory().nodes()) {
            boolean nodeShown = false;
            for (Zone zone : node.zones()) {
                header(zone, out);
                if (!nodeShown && zone.managedPages > 0) {
                    out.text("\n  per-node stats");
                    nodeItems(machine, node, out);
                    nodeShown = true;
                }
                zone(machine, node, zone, out);
            }
            out.endRecord();
        }
    }

    private static void zone(Machine machine, Node node, Zone zone, SeqFile out) {
        watermarks(zone, out);
        if (zone.managedPages > 0) {
            zoneItems(machine, node, zone, out);
            pagesets(machine, zone, out);
            out.text("\n  node_unreclaimable:  ").num(machine.hopeless(node.id) ? 1 : 0);
            out.text("\n  start_pfn:           ").unsigned(Math.max(1, zone.startPages));
            out.text("\n  reserved_highatomic: 0\n  free_highatomic:     0");
        }
        out.newline();
    }

    private static SeqFile header(Zone zone, SeqFile out) {
        return out.text("Node ").num(zone.node).text(", zone ").padded(zone.name, 8);
    }

    private static void nodeItems(Machine machine, Node node, SeqFile out) {
        for (int i = VmStat.NR_INACTIVE_ANON.ordinal(); i <= VmStat.NR_GPU_RECLAIM.ordinal(); i++) {
            item(ITEMS[i], machine.nodeVmstat(ITEMS[i], node.id), out);
        }
    }

    private static void zoneItems(Machine machine, Node node, Zone zone, SeqFile out) {
        for (int i = VmStat.NR_FREE_PAGES.ordinal(); i <= VmStat.NUMA_OTHER.ordinal(); i++) {
            item(ITEMS[i], zoneItem(ITEMS[i], machine, node, zone), out);
        }
    }

    private static void item(VmStat item, long value, SeqFile out) {
        out.text("\n      ").leftAligned(item.key(), 12).space().unsigned(value);
    }

    /** A zone's own share of an item. */
    private static long zoneItem(VmStat item, Machine machine, Node node, Zone zone) {
        return switch (item) {
            case NR_FREE_PAGES, NR_FREE_PAGES_BLOCKS -> zone.freePages();
            case NR_ZONE_INACTIVE_ANON -> zone.lruPages(Flags.INACTIVE_ANON);
            case NR_ZONE_ACTIVE_ANON -> zone.lruPages(Flags.ACTIVE_ANON);
            case NR_ZONE_INACTIVE_FILE -> zone.lruPages(Flags.INACTIVE_FILE);
            case NR_ZONE_ACTIVE_FILE -> zone.lruPages(Flags.ACTIVE_FILE);
            case NR_ZONE_UNEVICTABLE -> zone.lruPages(Flags.UNEVICTABLE);
            case NR_ZONE_WRITE_PENDING -> zone.writePendingPages();
            case NR_MLOCK -> zone.mlockedPages();
            case NR_ZSPAGES -> zone.zspages();
            case NUMA_HIT, NUMA_LOCAL -> zone.numaHit();
            case NUMA_MISS, NUMA_OTHER -> zone.numaMiss();
            case NUMA_FOREIGN -> preferred(node) == zone ? node.numaForeign() : 0;
            default -> machine.nodeVmstat(item, node.id);
        };
    }

    /** Where requests for movable pages are tried first: the highest zone that has any. */
    private static Zone preferred(Node node) {
        Zone highest = node.zone(0);
        for (Zone zone : node.zones()) {
            highest = zone.managedPages > 0 ? zone : highest;
        }
        return highest;
    }

    private static void watermarks(Zone zone, SeqFile out) {
        out.text("\n  pages free     ").unsigned(zone.freePages());
        line(out, "boost    ", zone.boostPages());
        line(out, "min      ", zone.minWmark());
        line(out, "low      ", zone.lowWmark());
        line(out, "high     ", zone.highWmark());
        line(out, "promo    ", zone.promoWmark());
        line(out, "spanned  ", zone.poolPages);
        line(out, "present  ", zone.poolPages);
        line(out, "managed  ", zone.managedPages);
        line(out, "cma      ", 0);
        out.text("\n        protection: (");
        for (int i = 0; i < Memory.ZONES; i++) {
            out.text(i == 0 ? "" : ", ").num(zone.lowmemReserve(i));
        }
        out.ch(')');
    }

    private static void line(SeqFile out, String label, long pages) {
        out.text("\n        ").text(label).unsigned(pages);
    }

    /** The per-CPU lists, and calculate_normal_threshold. */
    private static void pagesets(Machine machine, Zone zone, SeqFile out) {
        int cpus = machine.cpus();
        int memoryBits = 64 - Long.numberOfLeadingZeros(zone.managedPages >> 15);
        int threshold = Math.min(125, 2 * (32 - Integer.numberOfLeadingZeros(cpus)) * (1 + memoryBits));
        out.text("\n  pagesets");
        for (int cpu = 0; cpu < cpus; cpu++) {
            out.text("\n    cpu: ").num(cpu);
            PerCpuPages list = zone.perCpu[cpu];
            out.text("\n              count:    ").num(list.count());
            out.text("\n              high:     ").num(list.high());
            out.text("\n              batch:    ").num(list.batch);
            out.text("\n              high_min: ").num(list.highMin());
            out.text("\n              high_max: ").num(list.highMax());
            out.text("\n  vm stats threshold: ").num(threshold);
        }
    }
}
