package org.reclaimfs.procfs;

import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.mm.Zone;

/** /proc/zoneinfo and /proc/buddyinfo (mm/vmstat.c zoneinfo_show_print, frag_show_print, 7.2). */
final class ZoneFiles {
    private static final int ORDERS = 11;
    private static final VmStat[] ITEMS = VmStat.values();
    private static final long NORMAL_START_PFN = 1 << 20;

    private ZoneFiles() {}

    /** One row a populated zone: what is free, in the largest blocks it fits. */
    static void buddyinfo(Machine machine, SeqFile out, OpenFile file) {
        for (Zone zone : machine.memory().zones()) {
            if (zone.managedPages > 0) {
                header(zone, out).space();
                for (int order = 0; order < ORDERS; order++) {
                    long blocks = zone.freePages() >> order;
                    out.padded(order < ORDERS - 1 ? blocks & 1 : blocks, 6).space();
                }
                out.newline();
            }
        }
    }

    static void zoneinfo(Machine machine, SeqFile out, OpenFile file) {
        boolean nodeShown = false;
        for (int index = 0; index < Memory.ZONES; index++) {
            Zone zone = machine.memory().zone(index);
            header(zone, out);
            if (!nodeShown && zone.managedPages > 0) {
                out.text("\n  per-node stats");
                items(VmStat.NR_INACTIVE_ANON, VmStat.NR_GPU_RECLAIM, machine, zone, out);
                nodeShown = true;
            }
            watermarks(zone, out);
            if (zone.managedPages > 0) {
                items(VmStat.NR_FREE_PAGES, VmStat.NUMA_OTHER, machine, zone, out);
                pagesets(machine, zone, out);
                out.text("\n  node_unreclaimable:  0");
                out.text("\n  start_pfn:           ").unsigned(index == Memory.DMA32 ? 1 : NORMAL_START_PFN);
                out.text("\n  reserved_highatomic: 0\n  free_highatomic:     0");
            }
            out.newline();
        }
    }

    private static SeqFile header(Zone zone, SeqFile out) {
        return out.text("Node 0, zone ").padded(zone.name, 8);
    }

    private static void items(VmStat first, VmStat last, Machine machine, Zone zone, SeqFile out) {
        for (int i = first.ordinal(); i <= last.ordinal(); i++) {
            out.text("\n      ").leftAligned(ITEMS[i].key(), 12).space().unsigned(item(ITEMS[i], machine, zone));
        }
    }

    /** A zone's own share of the zone items; for the node's items the node is the machine. */
    private static long item(VmStat item, Machine machine, Zone zone) {
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
            case NUMA_HIT, NUMA_LOCAL ->
                machine.vmstat(
                        zone == machine.memory().zone(Memory.DMA32) ? VmStat.PGALLOC_DMA32 : VmStat.PGALLOC_NORMAL);
            default -> machine.vmstat(item);
        };
    }

    private static void watermarks(Zone zone, SeqFile out) {
        out.text("\n  pages free     ").unsigned(zone.freePages());
        line(out, "boost    ", 0);
        line(out, "min      ", zone.minWmark());
        line(out, "low      ", zone.lowWmark());
        line(out, "high     ", zone.highWmark());
        line(out, "promo    ", zone.promoWmark());
        line(out, "spanned  ", zone.presentPages);
        line(out, "present  ", zone.presentPages);
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

    /** Sizes by zone_batchsize, zone_highsize and calculate_normal_threshold; the lists themselves are empty. */
    private static void pagesets(Machine machine, Zone zone, SeqFile out) {
        int cpus = machine.cpus();
        long batch = Math.max(1, Math.min(zone.managedPages >> 12, 64));
        batch = Long.highestOneBit(batch + batch / 2) - 1;
        long highMin = Math.max(zone.lowWmark() / cpus, batch * 4);
        long highMax = Math.max(zone.managedPages / 8 / cpus, batch * 4);
        int memoryBits = 64 - Long.numberOfLeadingZeros(zone.managedPages >> 15);
        int threshold = Math.min(125, 2 * (32 - Integer.numberOfLeadingZeros(cpus)) * (1 + memoryBits));
        out.text("\n  pagesets");
        for (int cpu = 0; cpu < cpus; cpu++) {
            out.text("\n    cpu: ").num(cpu);
            out.text("\n              count:    0");
            out.text("\n              high:     ").num(highMin);
            out.text("\n              batch:    ").num(batch);
            out.text("\n              high_min: ").num(highMin);
            out.text("\n              high_max: ").num(highMax);
            out.text("\n  vm stats threshold: ").num(threshold);
        }
    }
}
