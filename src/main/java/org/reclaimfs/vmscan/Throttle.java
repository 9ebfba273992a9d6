package org.reclaimfs.vmscan;

import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.mm.Zone;

/**
 * Direct reclaim that gets nowhere while devices are at work on what it has given them sleeps a little (reclaim_throttle
 * with VMSCAN_THROTTLE_NOPROGRESS, skip_throttle_noprogress; 7.2, spec/03 section 13). Where nothing is being written, as
 * with zram, it never does: the loop of a stall costs CPU time.
 */
final class Throttle {
    /** One jiffy; that others' progress may end it earlier is left out. */
    private static final long SLEEP_NS = 4_000_000;

    private Throttle() {}

    /** A pass over all nodes of the list, of which {@code first} is the nearest, is over. */
    static void passEnded(Vmscan vm, ScanControl sc, int first) {
        boolean fruitless = sc.direct() && !sc.cgroupReclaim() && sc.priority == 1 && sc.nrReclaimed == 0;
        if (fruitless && !vm.hopeless(first) && mostlyUnderWriteback(vm, sc, first)) {
            vm.effort.blockUntil(vm.effort.nowNs() + SLEEP_NS, false);
        }
    }

    private static boolean mostlyUnderWriteback(Vmscan vm, ScanControl sc, int node) {
        long pendingPages = vm.io.pendingPages(node) + sc.root.stat(MemoryStat.FILE_DIRTY, node);
        long reclaimablePages = 0;
        for (Zone zone : vm.folios.ram.node(node).zones()) {
            reclaimablePages += zone.reclaimablePages(vm.swap.freePages() > 0);
        }
        return 2 * pendingPages > reclaimablePages;
    }
}
