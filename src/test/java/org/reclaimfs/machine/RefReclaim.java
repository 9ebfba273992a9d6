package org.reclaimfs.machine;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.ReclaimReason;

/** One reclaim call on behalf of a memcg (spec/03 sections 9 to 11). */
final class RefReclaim {
    static final ReclaimReason DIRECT = ReclaimReason.DIRECT;

    private static final List<RefList> EVICTABLE =
            List.of(RefList.INACTIVE_ANON, RefList.ACTIVE_ANON, RefList.INACTIVE_FILE, RefList.ACTIVE_FILE);

    private final RefMachine machine;
    private final RefMemcg target;
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
    private long anonCost;
    private long fileCost;
    private long reclaimed;

    RefReclaim(
            RefMachine machine, @Nullable RefMemcg target, long wanted, ReclaimReason reason, int swappiness, int cpu) {
        this.machine = machine;
        this.target = Objects.requireNonNull(target);
        this.wanted = Math.max(wanted, 32);
        this.swappiness = swappiness < 0 ? machine.swappiness : swappiness;
        this.scan = new RefScan(machine, this.target, reason, cpu);
    }

    /** As {@link #run}, for a caller that does not let devices finish meanwhile. */
    long runWithoutIo() {
        io = false;
        return run();
    }

    long run() {
        if (machine.reclaimsLeft-- <= 0) {
            throw new RefMachine.Endless();
        }
        do {
            for (priority = 12; priority >= 0 && reclaimed < wanted; priority--) {
                pass();
            }
            target.snapshotAnon = target.counted(MemoryStat.WORKINGSET_ACTIVATE_ANON);
            target.snapshotFile = target.counted(MemoryStat.WORKINGSET_ACTIVATE_FILE);
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

    static boolean inactiveIsLow(RefMemcg m, boolean file) {
        long inactive = m.sizeBelow(file ? RefList.INACTIVE_FILE : RefList.INACTIVE_ANON);
        long active = m.sizeBelow(file ? RefList.ACTIVE_FILE : RefList.ACTIVE_ANON);
        long gb = (inactive + active) >> 18;
        return inactive * (gb > 0 ? (long) Math.sqrt(10.0 * gb) : 1) < active;
    }

    private void pass() {
        mayDeactivateAnon = forceDeactivate
                || target.counted(MemoryStat.WORKINGSET_ACTIVATE_ANON) != target.snapshotAnon
                || inactiveIsLow(target, false);
        mayDeactivateFile = forceDeactivate
                || target.counted(MemoryStat.WORKINGSET_ACTIVATE_FILE) != target.snapshotFile
                || inactiveIsLow(target, true);
        cacheTrim = target.sizeBelow(RefList.INACTIVE_FILE) >> priority > 0 && !mayDeactivateFile;
        anonCost = target.anonCost;
        fileCost = target.fileCost;
        if (fullWalk) {
            target.preOrder().forEach(this::visit);
            return;
        }
        RefMemcg at = RefMemcg.next(target, machine.positions.get(target));
        at = at == null ? target : at;
        while (at != null) {
            machine.positions.put(target, at);
            visit(at);
            if (reclaimed >= wanted) {
                return;
            }
            at = RefMemcg.next(target, at);
        }
        machine.positions.remove(target);
    }

    private void visit(RefMemcg memcg) {
        memcg.protect(target);
        if (memcg != target && !memcg.isRoot()) {
            if (memcg.emin >= memcg.usage) {
                return;
            }
            if (memcg.elow >= memcg.usage) {
                if (!lowReclaim) {
                    lowSkipped = true;
                    return;
                }
                memcg.event(MemCgroup.Event.LOW);
            }
        }
        shrinkLists(memcg);
        machine.zswap.shrinker(memcg, priority);
        if (io) {
            machine.ioPoint();
        }
    }

    // ---- get_scan_count -----------------------------------------------------------------------------------

    private Map<RefList, Long> targets(RefMemcg memcg) {
        Map<RefList, Long> targets = new EnumMap<>(RefList.class);
        long total = anonCost + fileCost;
        long a = total + anonCost;
        long f = total + fileCost;
        long t = a + f;
        long ap = swappiness * (t + 1) / (a + 1);
        long fp = (200 - swappiness) * (t + 1) / (f + 1);
        boolean noSwap = Math.min(machine.swap.freePages(), memcg.swapMargin()) <= 0;
        boolean fileOnly = noSwap || swappiness == 0;
        boolean anonOnly = !fileOnly && swappiness == 201;
        boolean equal = !fileOnly && !anonOnly && priority == 0;
        fileOnly |= !anonOnly && !equal && cacheTrim;
        for (RefList list : EVICTABLE) {
            long n = unprotected(memcg, memcg.size(list)) >> priority;
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

    private void shrinkLists(RefMemcg memcg) {
        Map<RefList, Long> targets = targets(memcg);
        Map<RefList, Long> left = new EnumMap<>(targets);
        long got = 0;
        while (left.get(RefList.INACTIVE_ANON) > 0
                || left.get(RefList.ACTIVE_FILE) > 0
                || left.get(RefList.INACTIVE_FILE) > 0) {
            for (RefList list : EVICTABLE) {
                long n = Math.min(left.get(list), 32);
                if (n > 0) {
                    left.merge(list, -n, Long::sum);
                    got += shrinkList(memcg, list, n);
                }
            }
            if (got >= wanted && !proportion(targets, left)) {
                break;
            }
            if (io) {
                machine.ioPoint();
            }
        }
        reclaimed += got;
        if (machine.swap.totalPages() > 0 && inactiveIsLow(memcg, false)) {
            scan.shrinkActive(memcg, RefList.ACTIVE_ANON, 32);
        }
    }

    private long shrinkList(RefMemcg memcg, RefList list, long n) {
        if (!list.active()) {
            return scan.shrinkInactive(memcg, list, n);
        }
        if (list.file() ? mayDeactivateFile : mayDeactivateAnon) {
            scan.shrinkActive(memcg, list, n);
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
