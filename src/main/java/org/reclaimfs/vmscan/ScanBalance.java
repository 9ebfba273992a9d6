package org.reclaimfs.vmscan;

import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Node;
import org.reclaimfs.mm.Zone;

/**
 * How many pages of each list to scan: which lists may be deactivated, and the balance of anon against file
 * (prepare_scan_control, get_scan_count, inactive_is_low; 7.2, spec/03 sections 3, 10, 11).
 */
final class ScanBalance {
    private enum Balance {
        EQUAL,
        FRACT,
        ANON,
        FILE
    }

    private ScanBalance() {}

    /** Decides for a pass over a node, from the reclaim root's statistics. */
    static void prepare(Vmscan vm, ScanControl sc, int node) {
        MemCgroup root = sc.root;
        if (sc.forceDeactivate) {
            sc.mayDeactivateAnon = true;
            sc.mayDeactivateFile = true;
        } else {
            long[] snapshot = root.lruvec(node).activateSnapshot;
            sc.mayDeactivateAnon = root.flushedStat(MemoryStat.WORKINGSET_ACTIVATE_ANON, node) != snapshot[0]
                    || inactiveIsLow(root, node, false);
            sc.mayDeactivateFile = root.flushedStat(MemoryStat.WORKINGSET_ACTIVATE_FILE, node) != snapshot[1]
                    || inactiveIsLow(root, node, true);
        }
        sc.cacheTrimMode = root.flushedStat(MemoryStat.INACTIVE_FILE, node) >> sc.priority > 0
                && !sc.mayDeactivateFile
                && !sc.noCacheTrim;
        sc.fileIsTiny = !sc.cgroupReclaim() && fileTiny(vm, sc, node);
        sc.anonCost = root.lruvec(node).anonCost;
        sc.fileCost = root.lruvec(node).fileCost;
    }

    private static boolean fileTiny(Vmscan vm, ScanControl sc, int nodeId) {
        Node node = vm.folios.ram.node(nodeId);
        long high = 0;
        long file = 0;
        for (Zone zone : node.zones()) {
            if (zone.managedPages > 0) {
                high += zone.highWmark() + zone.boostPages();
                file += zone.reclaimablePages(false);
            }
        }
        return file + node.freePages() <= high
                && !sc.mayDeactivateAnon
                && node.lruPages(Flags.INACTIVE_ANON) >> sc.priority > 0;
    }

    /** Remembers the activations so far; later ones allow deactivation (snapshot_refaults). */
    static void takeSnapshot(MemCgroup root, int node) {
        long[] snapshot = root.lruvec(node).activateSnapshot;
        snapshot[0] = root.flushedStat(MemoryStat.WORKINGSET_ACTIVATE_ANON, node);
        snapshot[1] = root.flushedStat(MemoryStat.WORKINGSET_ACTIVATE_FILE, node);
    }

    /** Whether the inactive list is too short beside the active one, as the last flush saw them. */
    static boolean inactiveIsLow(MemCgroup m, int node, boolean file) {
        long inactive = m.flushedStat(file ? MemoryStat.INACTIVE_FILE : MemoryStat.INACTIVE_ANON, node);
        long active = m.flushedStat(file ? MemoryStat.ACTIVE_FILE : MemoryStat.ACTIVE_ANON, node);
        long gb = inactive + active >> 18;
        long ratio = gb > 0 ? (long) Math.sqrt(10.0 * gb) : 1;
        return inactive * ratio < active;
    }

    /** Fills {@code targets} with the pages to scan of each list of a memcg. */
    static void scanCounts(Vmscan vm, ScanControl sc, MemCgroup m, int node, long[] targets) {
        Balance balance = balance(vm, sc, m);
        long total = sc.anonCost + sc.fileCost;
        long a = total + sc.anonCost;
        long f = total + sc.fileCost;
        long ap = sc.swappiness * (a + f + 1) / (a + 1);
        long fp = (Vmscan.MAX_SWAPPINESS - sc.swappiness) * (a + f + 1) / (f + 1);
        for (int list = 0; list < targets.length; list++) {
            boolean file = list >= Flags.INACTIVE_FILE;
            long size = m.lruvec(node).sizePages(list);
            long n = unprotected(sc, m, size) >> sc.priority;
            if (n == 0 && !m.online()) {
                n = Math.min(size, Vmscan.SWAP_CLUSTER_MAX);
            }
            targets[list] = switch (balance) {
                case EQUAL -> n;
                case FRACT -> ap + fp == 0 ? 0 : n * (file ? fp : ap) / (ap + fp);
                case ANON -> file ? 0 : n;
                case FILE -> file ? n : 0;
            };
        }
    }

    private static Balance balance(Vmscan vm, ScanControl sc, MemCgroup m) {
        boolean swapFree = sc.maySwap && m.swapMargin(vm.swap.freePages()) > 0;
        if (!swapFree || sc.cgroupReclaim() && sc.swappiness == 0) {
            return Balance.FILE;
        }
        if (sc.swappiness == Vmscan.SWAPPINESS_ANON_ONLY) {
            return Balance.ANON;
        }
        if (sc.priority == 0 && sc.swappiness != 0) {
            return Balance.EQUAL;
        }
        if (sc.fileIsTiny) {
            return Balance.ANON;
        }
        return sc.cacheTrimMode ? Balance.FILE : Balance.FRACT;
    }

    /** Takes the memcg's protected share off a list's size. */
    private static long unprotected(ScanControl sc, MemCgroup m, long size) {
        if (m == sc.root || m.isRoot()) {
            return size;
        }
        long min = m.memory.emin();
        long low = m.memory.elow();
        if (min == 0 && low == 0) {
            return size;
        }
        long shield = min;
        if (!sc.memcgLowReclaim && low > min) {
            shield = low;
            sc.memcgLowSkipped = true;
        }
        if (shield == 0) {
            return size;
        }
        long usage = Math.max(m.memory.usage(), shield);
        long scan = size - (long) ((double) size * shield / (usage + 1));
        return Math.max(scan, Vmscan.SWAP_CLUSTER_MAX);
    }
}
