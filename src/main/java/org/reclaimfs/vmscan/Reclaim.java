package org.reclaimfs.vmscan;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.lru.LruVec;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.ReclaimReason;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Zone;

/**
 * One call of try_to_free_pages, try_to_free_mem_cgroup_pages, or one kswapd balancing step, cut into slices
 * (do_try_to_free_pages, shrink_node, shrink_lruvec, get_scan_count; 7.2, spec/03 sections 9 to 11). NOT thread safe.
 */
public final class Reclaim {
    private static final int LISTS = 4;

    private enum Phase {
        PASS,
        MEMCG,
        LRUVEC,
        DONE
    }

    private final Vmscan vm;
    private final Scan scan;
    private final @Nullable MemCgroup target;
    private final MemCgroup root;
    private final long nrToReclaim;
    private final ReclaimReason reason;
    private final int swappiness;

    private Phase phase = Phase.PASS;
    private int priority = Vmscan.DEF_PRIORITY;
    private boolean fullWalk;
    private boolean forceDeactivate;
    private boolean skippedDeactivate;
    private boolean memcgLowReclaim;
    private boolean memcgLowSkipped;
    private boolean mayDeactivateAnon;
    private boolean mayDeactivateFile;
    private boolean cacheTrimMode;
    private boolean fileIsTiny;
    private long anonCost;
    private long fileCost;
    private long nrReclaimed;
    private long nrScanned;

    private @Nullable MemCgroup memcg;
    private boolean walkStarted;
    private final long[] targets = new long[LISTS];
    private final long[] nr = new long[LISTS];
    private long lruvecReclaimed;

    /**
     * @param target the memcg to reclaim from; null is the whole machine, on behalf of the page allocator
     * @param nrToReclaim pages to free
     * @param swappiness 0..200, {@link Vmscan#SWAPPINESS_ANON_ONLY}, or -1 for vm.swappiness
     * @param cpu the CPU whose swap cluster is used
     */
    public Reclaim(
            Vmscan vm,
            MemCgroup root,
            @Nullable MemCgroup target,
            long nrToReclaim,
            ReclaimReason reason,
            int swappiness,
            int cpu) {
        this.vm = vm;
        this.root = target == null ? root : target;
        this.target = target;
        this.nrToReclaim = nrToReclaim;
        this.reason = reason;
        this.swappiness = swappiness < 0 ? vm.swappiness() : swappiness;
        this.scan = new Scan(vm, this.root, reason, cpu);
        vm.effort.spend(vm.costs.get(Cost.RECLAIM_CALL));
    }

    /** A single pass at a given priority over all memcgs, as kswapd does. */
    public static Reclaim kswapdStep(Vmscan vm, MemCgroup root, long nrToReclaim, int priority, int cpu) {
        Reclaim r = new Reclaim(vm, root, null, nrToReclaim, ReclaimReason.KSWAPD, -1, cpu);
        r.priority = priority;
        r.fullWalk = true;
        return r;
    }

    /** Pages freed so far. */
    public long reclaimed() {
        return nrReclaimed;
    }

    /** Pages looked at so far. */
    public long scanned() {
        return nrScanned;
    }

    /** Does the next bounded piece; true when the call is over. */
    public boolean step() {
        switch (phase) {
            case PASS -> startPass();
            case MEMCG -> nextMemcg();
            case LRUVEC -> shrinkLruvecRound();
            case DONE -> {}
        }
        return phase == Phase.DONE;
    }

    /** Runs the whole call at once. */
    public long runToEnd() {
        while (!step()) {
            continue;
        }
        return nrReclaimed;
    }

    private boolean cgroupReclaim() {
        return target != null;
    }

    // ---- the priority loop ----

    /** prepare_scan_control, then the walk over memcgs starts. */
    private void startPass() {
        if (!forceDeactivate) {
            LruVec v = root.lruvec;
            mayDeactivateAnon = root.stat(MemoryStat.WORKINGSET_ACTIVATE_ANON) != v.activateSnapshot[0]
                    || inactiveIsLow(root, false);
            mayDeactivateFile = root.stat(MemoryStat.WORKINGSET_ACTIVATE_FILE) != v.activateSnapshot[1]
                    || inactiveIsLow(root, true);
        } else {
            mayDeactivateAnon = true;
            mayDeactivateFile = true;
        }
        cacheTrimMode = root.stat(MemoryStat.INACTIVE_FILE) >> priority > 0 && !mayDeactivateFile;
        fileIsTiny = !cgroupReclaim() && fileTiny();
        anonCost = root.lruvec.anonCost;
        fileCost = root.lruvec.fileCost;
        memcg = null;
        walkStarted = false;
        phase = Phase.MEMCG;
    }

    private boolean fileTiny() {
        long high = 0;
        long free = 0;
        long file = 0;
        for (Zone zone : vm.folios.ram.zones()) {
            if (zone.managedPages > 0) {
                high += zone.highWmark();
                free += zone.freePages();
                file += zone.reclaimablePages(false);
            }
        }
        return file + free <= high && !mayDeactivateAnon && root.stat(MemoryStat.INACTIVE_ANON) >> priority > 0;
    }

    private static boolean inactiveIsLow(MemCgroup m, boolean file) {
        long inactive = m.stat(file ? MemoryStat.INACTIVE_FILE : MemoryStat.INACTIVE_ANON);
        long active = m.stat(file ? MemoryStat.ACTIVE_FILE : MemoryStat.ACTIVE_ANON);
        long gb = inactive + active >> 18;
        long ratio = gb > 0 ? (long) Math.sqrt(10.0 * gb) : 1;
        return inactive * ratio < active;
    }

    private void endPass() {
        if (reason == ReclaimReason.KSWAPD) {
            phase = Phase.DONE;
            return;
        }
        if (nrReclaimed < nrToReclaim && priority > 0) {
            priority--;
            phase = Phase.PASS;
            return;
        }
        root.lruvec.activateSnapshot[0] = root.stat(MemoryStat.WORKINGSET_ACTIVATE_ANON);
        root.lruvec.activateSnapshot[1] = root.stat(MemoryStat.WORKINGSET_ACTIVATE_FILE);
        if (nrReclaimed > 0 || !rerun()) {
            phase = Phase.DONE;
        }
    }

    /** A fruitless call tries again, each way once. */
    private boolean rerun() {
        if (!fullWalk) {
            fullWalk = true;
        } else if (skippedDeactivate) {
            forceDeactivate = true;
            skippedDeactivate = false;
        } else if (memcgLowSkipped) {
            forceDeactivate = false;
            memcgLowReclaim = true;
            memcgLowSkipped = false;
        } else {
            return false;
        }
        priority = Vmscan.DEF_PRIORITY;
        phase = Phase.PASS;
        return true;
    }

    // ---- the walk over memcgs ----

    private void nextMemcg() {
        MemCgroup next = advanceWalk();
        memcg = next;
        if (next == null) {
            endPass();
            return;
        }
        vm.effort.spend(vm.costs.get(Cost.RECLAIM_MEMCG));
        next.calculateProtection(root);
        if (protectedFromReclaim(next)) {
            return;
        }
        scanCounts(next);
        lruvecReclaimed = 0;
        phase = Phase.LRUVEC;
    }

    /** Direct reclaimers go on where the last one stopped, and stop at the end of the tree (mem_cgroup_iter). */
    private @Nullable MemCgroup advanceWalk() {
        if (fullWalk) {
            return MemCgroup.next(root, memcg);
        }
        MemCgroup at = walkStarted ? memcg : vm.position(root);
        MemCgroup next = MemCgroup.next(root, at);
        if (next == null && !walkStarted) {
            next = MemCgroup.next(root, null);
        }
        walkStarted = true;
        vm.setPosition(root, next);
        return next;
    }

    private boolean protectedFromReclaim(MemCgroup m) {
        if (m == root || m.isRoot()) {
            return false;
        }
        long usage = m.memory.usage();
        if (m.memory.emin() >= usage) {
            return true;
        }
        if (m.memory.elow() >= usage) {
            if (!memcgLowReclaim) {
                memcgLowSkipped = true;
                return true;
            }
            m.event(MemCgroup.Event.LOW);
        }
        return false;
    }

    // ---- get_scan_count ----

    private enum Balance {
        EQUAL,
        FRACT,
        ANON,
        FILE
    }

    private void scanCounts(MemCgroup m) {
        Balance balance = balance(m);
        long total = anonCost + fileCost;
        long a = total + anonCost;
        long f = total + fileCost;
        long ap = swappiness * (a + f + 1) / (a + 1);
        long fp = (Vmscan.MAX_SWAPPINESS - swappiness) * (a + f + 1) / (f + 1);
        for (int list = 0; list < LISTS; list++) {
            boolean file = list >= Flags.INACTIVE_FILE;
            long size = m.lruvec.sizePages(list);
            long n = unprotected(m, size) >> priority;
            if (n == 0 && !m.online()) {
                n = Math.min(size, Vmscan.SWAP_CLUSTER_MAX);
            }
            n = switch (balance) {
                case EQUAL -> n;
                case FRACT -> ap + fp == 0 ? 0 : n * (file ? fp : ap) / (ap + fp);
                case ANON -> file ? 0 : n;
                case FILE -> file ? n : 0;
            };
            targets[list] = n;
            nr[list] = n;
        }
    }

    private Balance balance(MemCgroup m) {
        boolean swapFree = m.swapMargin(vm.swap.freePages()) > 0;
        if (!swapFree || cgroupReclaim() && swappiness == 0) {
            return Balance.FILE;
        }
        if (swappiness == Vmscan.SWAPPINESS_ANON_ONLY) {
            return Balance.ANON;
        }
        if (priority == 0 && swappiness != 0) {
            return Balance.EQUAL;
        }
        if (fileIsTiny) {
            return Balance.ANON;
        }
        return cacheTrimMode ? Balance.FILE : Balance.FRACT;
    }

    /** Takes the memcg's protected share off a list's size (spec/03 section 11). */
    private long unprotected(MemCgroup m, long size) {
        if (m == root || m.isRoot()) {
            return size;
        }
        long min = m.memory.emin();
        long low = m.memory.elow();
        if (min == 0 && low == 0) {
            return size;
        }
        long shield = min;
        if (!memcgLowReclaim && low > min) {
            shield = low;
            memcgLowSkipped = true;
        }
        if (shield == 0) {
            return size;
        }
        long usage = Math.max(m.memory.usage(), shield);
        long scan = size - (long) ((double) size * shield / (usage + 1));
        return Math.max(scan, Vmscan.SWAP_CLUSTER_MAX);
    }

    // ---- shrink_lruvec ----

    private void shrinkLruvecRound() {
        MemCgroup m = memcg;
        if (m == null) {
            throw new IllegalStateException("no memcg to shrink");
        }
        if (nr[Flags.INACTIVE_ANON] == 0 && nr[Flags.ACTIVE_FILE] == 0 && nr[Flags.INACTIVE_FILE] == 0) {
            endLruvec(m);
            return;
        }
        for (int list = 0; list < LISTS; list++) {
            int n = (int) Math.min(nr[list], Vmscan.SWAP_CLUSTER_MAX);
            if (n > 0) {
                nr[list] -= n;
                shrinkList(m, list, n);
            }
        }
        boolean neverEarly = !cgroupReclaim() && reason != ReclaimReason.KSWAPD && priority == Vmscan.DEF_PRIORITY;
        if (lruvecReclaimed >= nrToReclaim && !neverEarly && !keepProportion()) {
            endLruvec(m);
        }
    }

    private void shrinkList(MemCgroup m, int list, int n) {
        boolean file = list >= Flags.INACTIVE_FILE;
        if (list == Flags.ACTIVE_ANON || list == Flags.ACTIVE_FILE) {
            if (file ? mayDeactivateFile : mayDeactivateAnon) {
                scan.shrinkActive(m, list, n);
            } else {
                skippedDeactivate = true;
            }
            return;
        }
        lruvecReclaimed += scan.shrinkInactive(m, list, n);
        nrScanned += scan.scanned();
    }

    /** The target is met: what is left of both types shrinks in proportion; false if one type is already done. */
    private boolean keepProportion() {
        long file = nr[Flags.INACTIVE_FILE] + nr[Flags.ACTIVE_FILE];
        long anon = nr[Flags.INACTIVE_ANON] + nr[Flags.ACTIVE_ANON];
        if (file == 0 || anon == 0) {
            return false;
        }
        int lesser = file > anon ? Flags.INACTIVE_ANON : Flags.INACTIVE_FILE;
        int greater = file > anon ? Flags.INACTIVE_FILE : Flags.INACTIVE_ANON;
        long scanTarget = targets[lesser] + targets[lesser + 1] + 1;
        long percentage = (nr[lesser] + nr[lesser + 1]) * 100 / scanTarget;
        nr[lesser] = 0;
        nr[lesser + 1] = 0;
        for (int list = greater; list <= greater + 1; list++) {
            long done = targets[list] - nr[list];
            nr[list] = targets[list] * (100 - percentage) / 100;
            nr[list] -= Math.min(nr[list], done);
        }
        return true;
    }

    private void endLruvec(MemCgroup m) {
        nrReclaimed += lruvecReclaimed;
        if (vm.swap.totalPages() > 0 && inactiveIsLow(m, false)) {
            scan.shrinkActive(m, Flags.ACTIVE_ANON, Vmscan.SWAP_CLUSTER_MAX);
        }
        vm.zswapWriteback.shrinker(m, priority);
        if (!fullWalk && nrReclaimed >= nrToReclaim) {
            endPass();
            return;
        }
        phase = Phase.MEMCG;
    }
}
