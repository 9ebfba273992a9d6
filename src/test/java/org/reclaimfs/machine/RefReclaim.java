package org.reclaimfs.machine;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.ReclaimReason;
import org.reclaimfs.mm.VmStat;

/** One reclaim call for a memcg, for the page allocator, or a step of kswapd (spec/03 sections 9 to 11). */
final class RefReclaim {
    static final ReclaimReason DIRECT = ReclaimReason.DIRECT;

    private static final List<RefList> EVICTABLE =
            List.of(RefList.INACTIVE_ANON, RefList.ACTIVE_ANON, RefList.INACTIVE_FILE, RefList.ACTIVE_FILE);

    private final RefMachine machine;
    /** Not the page allocator or kswapd. */
    private final boolean forMemcg;

    private final boolean kswapd;
    private final RefMemcg target;
    private final List<RefMemory.Node> nodes;
    private final long wanted;
    private final int swappiness;
    private final RefScan scan;
    private boolean io = true;

    private int priority;
    private boolean fullWalk;
    private boolean forceDeactivate;
    private boolean skippedDeactivate;
    private boolean lowReclaim;
    private boolean lowSkipped;
    private boolean mayDeactivateAnon;
    private boolean mayDeactivateFile;
    private boolean cacheTrim;
    private boolean fileIsTiny;
    private boolean maySwap = true;
    private boolean mayTrim = true;
    private long anonCost;
    private long fileCost;
    private long reclaimed;
    private long scanned;

    RefReclaim(
            RefMachine machine, @Nullable RefMemcg target, long wanted, ReclaimReason reason, int swappiness, int cpu) {
        this.machine = machine;
        this.forMemcg = target != null;
        this.kswapd = reason == ReclaimReason.KSWAPD;
        this.target = target == null ? machine.root : target;
        this.nodes = machine.ram.from(machine.ram.nodeOfCpu(cpu));
        this.wanted = Math.max(wanted, 32);
        this.swappiness = swappiness < 0 ? machine.swappiness : swappiness;
        this.scan = new RefScan(machine, this.target, reason, cpu);
    }

    /** As {@link #run}, for a caller that does not let devices finish meanwhile. */
    long runWithoutIo() {
        io = false;
        return run();
    }

    /** A step of a node's kswapd, at one priority. */
    static RefReclaim kswapd(
            RefMachine machine, int node, long wanted, int priority, boolean maySwap, boolean mayTrim) {
        RefReclaim step = new RefReclaim(machine, null, wanted, ReclaimReason.KSWAPD, -1, machine.cpuOf(node));
        step.priority = priority;
        step.maySwap = maySwap;
        step.mayTrim = mayTrim;
        step.fullWalk = true;
        return step;
    }

    long scanned() {
        return scanned;
    }

    /** Whether cache trim mode kept the step from anonymous memory. */
    boolean trimmed() {
        return cacheTrim;
    }

    long run() {
        if (kswapd) {
            pass(nodes.get(0).id);
            return reclaimed;
        }
        if (machine.reclaimsLeft-- <= 0) {
            throw new RefMachine.Endless();
        }
        do {
            for (priority = 12; priority >= 0 && reclaimed < wanted; priority--) {
                if (priority == 12 && !forMemcg) {
                    machine.count(VmStat.ALLOCSTALL_MOVABLE, 1);
                }
                nodes.forEach(node -> pass(node.id));
            }
            for (RefMemory.Node node : nodes) {
                RefMemcg.OnNode on = target.on(node.id);
                on.snapshotAnon = on.flushedActivatedAnon;
                on.snapshotFile = on.flushedActivatedFile;
            }
        } while (reclaimed == 0 && anotherWay());
        return reclaimed;
    }

    private boolean anotherWay() {
        if (!fullWalk) {
            fullWalk = true;
        } else if (skippedDeactivate) {
            skippedDeactivate = false;
            forceDeactivate = true;
        } else if (lowSkipped) {
            lowSkipped = false;
            lowReclaim = true;
            forceDeactivate = false;
        } else {
            return false;
        }
        return true;
    }

    static boolean inactiveIsLow(RefMemcg m, int node, boolean file) {
        long inactive = m.flushed(node, file ? RefList.INACTIVE_FILE : RefList.INACTIVE_ANON);
        long active = m.flushed(node, file ? RefList.ACTIVE_FILE : RefList.ACTIVE_ANON);
        long gb = (inactive + active) >> 18;
        return inactive * (gb > 0 ? (long) Math.sqrt(10.0 * gb) : 1) < active;
    }

    private void pass(int node) {
        if (kswapd && machine.swap.totalPages() > 0 && inactiveIsLow(target, node, false)) {
            target.preOrder().forEach(memcg -> scan.shrinkActive(memcg, node, RefList.ACTIVE_ANON, 32));
        }
        RefMemcg.OnNode on = target.on(node);
        mayDeactivateAnon =
                forceDeactivate || on.flushedActivatedAnon != on.snapshotAnon || inactiveIsLow(target, node, false);
        mayDeactivateFile =
                forceDeactivate || on.flushedActivatedFile != on.snapshotFile || inactiveIsLow(target, node, true);
        cacheTrim = target.flushed(node, RefList.INACTIVE_FILE) >> priority > 0 && !mayDeactivateFile && mayTrim;
        fileIsTiny = !forMemcg && !mayDeactivateAnon && fileTiny(machine.ram.nodes.get(node));
        anonCost = on.anonCost;
        fileCost = on.fileCost;
        if (fullWalk) {
            target.preOrder().forEach(memcg -> visit(memcg, node));
            return;
        }
        Map<RefMemcg, RefMemcg> positions = machine.positions.get(node);
        RefMemcg at = RefMemcg.next(target, positions.get(target));
        at = at == null ? target : at;
        while (at != null) {
            positions.put(target, at);
            if (visit(at, node) && reclaimed >= wanted) {
                return;
            }
            at = RefMemcg.next(target, at);
        }
        positions.remove(target);
    }

    private boolean fileTiny(RefMemory.Node node) {
        long file = machine.lruPages(node.id, RefList.INACTIVE_FILE) + machine.lruPages(node.id, RefList.ACTIVE_FILE);
        return file + node.free <= node.high + node.boost
                && machine.lruPages(node.id, RefList.INACTIVE_ANON) >> priority > 0;
    }

    /** Shrinks a memcg; false if it is protected. */
    private boolean visit(RefMemcg memcg, int node) {
        memcg.protect(target);
        if (memcg != target && !memcg.isRoot()) {
            if (memcg.emin >= memcg.usage) {
                return false;
            }
            if (memcg.elow >= memcg.usage) {
                if (!lowReclaim) {
                    lowSkipped = true;
                    return false;
                }
                memcg.event(MemCgroup.Event.LOW);
            }
        }
        shrinkLists(memcg, node);
        machine.zswap.shrinker(memcg, node, priority);
        if (io) {
            machine.ioPoint();
        }
        return true;
    }

    // ---- get_scan_count -----------------------------------------------------------------------------------

    private Map<RefList, Long> targets(RefMemcg memcg, int node) {
        Map<RefList, Long> targets = new EnumMap<>(RefList.class);
        long total = anonCost + fileCost;
        long a = total + anonCost;
        long f = total + fileCost;
        long t = a + f;
        long ap = swappiness * (t + 1) / (a + 1);
        long fp = (200 - swappiness) * (t + 1) / (f + 1);
        boolean noSwap = !maySwap || Math.min(machine.swap.freePages(), memcg.swapMargin()) <= 0;
        boolean fileOnly = noSwap || forMemcg && swappiness == 0;
        boolean anonOnly = !fileOnly && swappiness == 201;
        boolean equal = !fileOnly && !anonOnly && priority == 0 && swappiness > 0;
        anonOnly |= !fileOnly && !equal && fileIsTiny;
        fileOnly |= !anonOnly && !equal && cacheTrim;
        for (RefList list : EVICTABLE) {
            long n = unprotected(memcg, memcg.size(node, list)) >> priority;
            if (fileOnly) {
                n = list.file() ? n : 0;
            } else if (anonOnly) {
                n = list.file() ? 0 : n;
            } else if (!equal) {
                n = n * (list.file() ? fp : ap) / (ap + fp);
            }
            targets.put(list, n);
        }
        return targets;
    }

    private long unprotected(RefMemcg memcg, long size) {
        if (memcg == target || memcg.isRoot() || memcg.emin == 0 && memcg.elow == 0) {
            return size;
        }
        long shield = memcg.emin;
        if (!lowReclaim && memcg.elow > memcg.emin) {
            shield = memcg.elow;
            lowSkipped = true;
        }
        if (shield == 0) {
            return size;
        }
        long u = Math.max(memcg.usage, shield);
        return Math.max(size - size * shield / (u + 1), 32);
    }

    // ---- shrink_lruvec ------------------------------------------------------------------------------------

    private void shrinkLists(RefMemcg memcg, int node) {
        Map<RefList, Long> targets = targets(memcg, node);
        Map<RefList, Long> left = new EnumMap<>(targets);
        long got = 0;
        RefPlug plug = new RefPlug(machine);
        machine.plug = plug;
        while (left.get(RefList.INACTIVE_ANON) > 0
                || left.get(RefList.ACTIVE_FILE) > 0
                || left.get(RefList.INACTIVE_FILE) > 0) {
            for (RefList list : EVICTABLE) {
                long n = Math.min(left.get(list), 32);
                if (n > 0) {
                    left.merge(list, -n, Long::sum);
                    got += shrinkList(memcg, node, list, n);
                }
            }
            boolean neverEarly = !forMemcg && !kswapd && priority == 12;
            if (got >= wanted && !neverEarly && !proportion(targets, left)) {
                break;
            }
            if (io) {
                machine.ioPoint();
            }
        }
        machine.plug = null;
        plug.pull();
        reclaimed += got;
        if (machine.swap.totalPages() > 0 && inactiveIsLow(memcg, node, false)) {
            scan.shrinkActive(memcg, node, RefList.ACTIVE_ANON, 32);
        }
    }

    private long shrinkList(RefMemcg memcg, int node, RefList list, long n) {
        if (!list.active()) {
            scanned += Math.min(n, memcg.size(node, list));
            return scan.shrinkInactive(memcg, node, list, n);
        }
        if (list.file() ? mayDeactivateFile : mayDeactivateAnon) {
            scan.shrinkActive(memcg, node, list, n);
        } else {
            skippedDeactivate = true;
        }
        return 0;
    }

    /** The target is met: cuts what is left of the larger type; false if a type is already done. */
    private static boolean proportion(Map<RefList, Long> targets, Map<RefList, Long> left) {
        long anon = left.get(RefList.INACTIVE_ANON) + left.get(RefList.ACTIVE_ANON);
        long file = left.get(RefList.INACTIVE_FILE) + left.get(RefList.ACTIVE_FILE);
        if (anon == 0 || file == 0) {
            return false;
        }
        boolean dropAnon = file > anon;
        long original = dropAnon
                ? targets.get(RefList.INACTIVE_ANON) + targets.get(RefList.ACTIVE_ANON)
                : targets.get(RefList.INACTIVE_FILE) + targets.get(RefList.ACTIVE_FILE);
        long p = (dropAnon ? anon : file) * 100 / (original + 1);
        for (RefList list : EVICTABLE) {
            if (list.file() != dropAnon) {
                left.put(list, 0L);
            } else {
                long scanned = targets.get(list) - left.get(list);
                left.put(list, Math.max(0, targets.get(list) * (100 - p) / 100 - scanned));
            }
        }
        return true;
    }
}
