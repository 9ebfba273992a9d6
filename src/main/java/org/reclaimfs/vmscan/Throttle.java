package org.reclaimfs.vmscan;

import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.mm.Zone;

/**
 * Reclaim that waits for devices to write what it has given them (reclaim_throttle, skip_throttle_noprogress; 7.2, spec/03
 * section 13). Where nothing is being written, as with zram, it never does: the loop of a stall costs CPU time.
 */
final class Throttle {
    /** One jiffy: VMSCAN_THROTTLE_NOPROGRESS. */
    private static final long NO_PROGRESS_NS = 4_000_000;
    /** HZ / 10: VMSCAN_THROTTLE_WRITEBACK, at most. */
    private static final long WRITEBACK_NS = 100_000_000;

    private Throttle() {}

    /**
     * How long kswapd waits, in ns: pages come round again before their writes end, so more than a batch of the node's is to
     * be written first. What others write from now on is done later.
     */
    static long writebackNs(Vmscan vm, int node) {
        long doneNs = vm.io.doneNs(node, Vmscan.SWAP_CLUSTER_MAX);
        return Math.max(0, Math.min(doneNs - vm.effort.nowNs(), WRITEBACK_NS));
    }

    /** A pass over all nodes of the list, of which {@code first} is the nearest, is over: a fruitless one sleeps. */
    static void passEnded(Vmscan vm, ScanControl sc, int first) {
        boolean fruitless = sc.direct() && !sc.cgroupReclaim() && sc.priority == 1 && sc.nrReclaimed == 0;
        if (fruitless && !vm.hopeless(first) && mostlyUnderWriteback(vm, sc, first)) {
            vm.effort.blockUntil(vm.effort.nowNs() + NO_PROGRESS_NS, false);
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
