package org.reclaimfs.vmscan;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.ReclaimReason;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.swap.WritePlug;

/**
 * One call of try_to_free_pages, try_to_free_mem_cgroup_pages, or one kswapd balancing step, cut into slices
 * (do_try_to_free_pages, shrink_zones, shrink_node, shrink_lruvec; 7.2, spec/03 sections 9 to 11). NOT thread safe.
 *
 * <p>The way down: a pass at a priority shrinks each node; a node walks the memcgs; a memcg's lists are scanned in
 * batches. {@link #step} does one piece of that.
 */
public final class Reclaim {
    private static final int LISTS = 4;

    private enum Phase {
        PASS,
        NODE,
        MEMCG,
        LRUVEC,
        DONE
    }

    private final Vmscan vm;
    private final Scan scan;
    private final ScanControl sc;
    private final int[] nodes;

    private Phase phase = Phase.PASS;
    private int nodeAt;
    private int node;
    private boolean counted;
    private boolean ended;

    private @Nullable MemCgroup memcg;
    private boolean walkStarted;
    private final long[] targets = new long[LISTS];
    private final long[] nr = new long[LISTS];
    private long lruvecReclaimed;
    /** Writes of the memcg at hand that its devices do not know of yet. */
    private final WritePlug plug = new WritePlug();

    private Reclaim(Vmscan vm, ScanControl sc, int[] nodes, int cpu) {
        this.vm = vm;
        this.sc = sc;
        this.nodes = nodes;
        this.scan = new Scan(vm, sc, cpu);
        vm.effort.spend(vm.costs.get(Cost.RECLAIM_CALL));
        vm.directCalls += sc.direct() ? 1 : 0;
    }

    /**
     * @param target the memcg to reclaim from; null is the whole machine, on behalf of the page allocator
     * @param nrToReclaim pages to free; for a memcg a batch at least (try_to_free_mem_cgroup_pages)
     * @param swappiness 0..200, {@link Vmscan#SWAPPINESS_ANON_ONLY}, or -1 for vm.swappiness
     * @param cpu the CPU whose swap cluster is used, and whose node comes first
     */
    public Reclaim(
            Vmscan vm,
            MemCgroup root,
            @Nullable MemCgroup target,
            long nrToReclaim,
            ReclaimReason reason,
            int swappiness,
            int cpu) {
        this(
                vm,
                new ScanControl(
                        target,
                        target == null ? root : target,
                        Math.max(nrToReclaim, Vmscan.SWAP_CLUSTER_MAX),
                        reason,
                        swappiness < 0 ? vm.swappiness() : swappiness),
                vm.nodesFrom(cpu),
                cpu);
    }

    /**
     * What a balancing step of kswapd may do.
     *
     * @param nodeWriteback a step before this one met {@link #onlyWriteback}
     */
    public record KswapdStep(
            int node, long nrToReclaim, int priority, boolean maySwap, boolean noCacheTrim, boolean nodeWriteback) {}

    /** A single pass over all memcgs of a node at a given priority, as kswapd does. */
    public static Reclaim kswapd(Vmscan vm, MemCgroup root, KswapdStep step, int cpu) {
        ScanControl sc = new ScanControl(null, root, step.nrToReclaim, ReclaimReason.KSWAPD, vm.swappiness());
        sc.priority = step.priority;
        sc.maySwap = step.maySwap;
        sc.noCacheTrim = step.noCacheTrim;
        sc.nodeWriteback = step.nodeWriteback;
        sc.fullWalk = true;
        return new Reclaim(vm, sc, new int[] {step.node}, cpu);
    }

    /** Reclaim from one node that somebody asked for, without a memcg (/sys/devices/system/node/nodeN/reclaim). */
    public static Reclaim ofNode(Vmscan vm, MemCgroup root, int node, long nrToReclaim, int swappiness) {
        int level = swappiness < 0 ? vm.swappiness() : swappiness;
        ScanControl sc = new ScanControl(null, root, nrToReclaim, ReclaimReason.PROACTIVE, level);
        return new Reclaim(vm, sc, new int[] {node}, 0);
    }

    /** Pages freed so far. */
    public long reclaimed() {
        return sc.nrReclaimed;
    }

    /** Pages looked at so far. */
    public long scanned() {
        return sc.nrScanned;
    }

    /** What became of the pages looked at so far. */
    public Tally tally() {
        return sc.tally;
    }

    /** Whether all pages taken off inactive lists were under writeback. */
    public boolean onlyWriteback() {
        return scan.onlyWriteback();
    }

    /** How long kswapd must wait for its node's writes, now that its step is over, in ns. */
    public long writebackWaitNs() {
        return scan.metAgain() ? Throttle.writebackNs(vm, node) : 0;
    }

    /** Whether cache trim mode kept this step from anonymous memory. */
    public boolean trimmedCacheOnly() {
        return sc.cacheTrimMode;
    }

    /** Does the next bounded piece; true when the call is over. */
    public boolean step() {
        switch (phase) {
            case PASS -> startPass();
            case NODE -> startNode();
            case MEMCG -> nextMemcg();
            case LRUVEC -> {
                vm.io.plug(plug);
                shrinkLruvecRound();
                vm.io.plug(null);
            }
            case DONE -> {}
        }
        if (phase == Phase.DONE) {
            end();
        }
        return phase == Phase.DONE;
    }

    private void end() {
        vm.directCalls -= !ended && sc.direct() ? 1 : 0;
        ended = true;
    }

    /** Runs the whole call at once. */
    public long runToEnd() {
        while (!step()) {
            continue;
        }
        return sc.nrReclaimed;
    }

    /** The caller died in the middle of the call. */
    public void abandon() {
        pullPlug();
        leaveNode();
        phase = Phase.DONE;
        end();
    }

    private void pullPlug() {
        vm.io.plug(null);
        plug.pull(vm.io, vm.effort);
    }

    // ---- the priority loop ----

    private void startPass() {
        if (sc.priority == Vmscan.DEF_PRIORITY && sc.reason == ReclaimReason.DIRECT && !sc.cgroupReclaim()) {
            vm.folios.ram.vmstat.add(VmStat.ALLOCSTALL_MOVABLE, 1);
        }
        nodeAt = 0;
        phase = Phase.NODE;
    }

    private void startNode() {
        node = nodes[nodeAt];
        vm.reclaimers[node]++;
        counted = true;
        if (sc.kswapd()) {
            ageAnon();
        }
        ScanBalance.prepare(vm, sc, node);
        memcg = null;
        walkStarted = false;
        phase = Phase.MEMCG;
    }

    /** While the node has few inactive anonymous pages, every memcg must give some, protected or not (kswapd_age_node). */
    private void ageAnon() {
        if (vm.swap.totalPages() == 0 || !ScanBalance.inactiveIsLow(sc.root, node, false)) {
            return;
        }
        for (MemCgroup m = sc.root; m != null; m = MemCgroup.next(sc.root, m)) {
            scan.shrinkActive(m, node, Flags.ACTIVE_ANON, Vmscan.SWAP_CLUSTER_MAX);
        }
    }

    private void leaveNode() {
        if (counted) {
            counted = false;
            vm.reclaimers[node]--;
        }
    }

    private void endNode() {
        leaveNode();
        nodeAt++;
        if (nodeAt < nodes.length) {
            phase = Phase.NODE;
        } else {
            endPass();
        }
    }

    private void endPass() {
        if (sc.kswapd()) {
            phase = Phase.DONE;
            return;
        }
        Throttle.passEnded(vm, sc, nodes[0]);
        if (sc.nrReclaimed < sc.nrToReclaim && sc.priority > 0) {
            sc.priority--;
            phase = Phase.PASS;
            return;
        }
        for (int n : nodes) {
            ScanBalance.takeSnapshot(sc.root, n);
        }
        if (sc.nrReclaimed > 0 || !rerun()) {
            phase = Phase.DONE;
        }
    }

    /** A fruitless call tries again, each way once. */
    private boolean rerun() {
        if (!sc.fullWalk) {
            sc.fullWalk = true;
        } else if (sc.skippedDeactivate) {
            sc.forceDeactivate = true;
            sc.skippedDeactivate = false;
        } else if (sc.memcgLowSkipped) {
            sc.forceDeactivate = false;
            sc.memcgLowReclaim = true;
            sc.memcgLowSkipped = false;
        } else {
            return false;
        }
        sc.priority = Vmscan.DEF_PRIORITY;
        phase = Phase.PASS;
        return true;
    }

    // ---- the walk over memcgs ----

    private void nextMemcg() {
        MemCgroup next = advanceWalk();
        memcg = next;
        if (next == null) {
            endNode();
            return;
        }
        vm.effort.spend(vm.costs.get(Cost.RECLAIM_MEMCG));
        next.calculateProtection(sc.root);
        if (protectedFromReclaim(next)) {
            return;
        }
        ScanBalance.scanCounts(vm, sc, next, node, targets);
        System.arraycopy(targets, 0, nr, 0, LISTS);
        lruvecReclaimed = 0;
        phase = Phase.LRUVEC;
    }

    /** Direct reclaimers go on where the last one stopped, and stop at the end of the tree (mem_cgroup_iter). */
    private @Nullable MemCgroup advanceWalk() {
        if (sc.fullWalk) {
            return MemCgroup.next(sc.root, memcg);
        }
        MemCgroup at = walkStarted ? memcg : vm.position(sc.root, node);
        MemCgroup next = MemCgroup.next(sc.root, at);
        if (next == null && !walkStarted) {
            next = MemCgroup.next(sc.root, null);
        }
        walkStarted = true;
        vm.setPosition(sc.root, node, next);
        return next;
    }

    private boolean protectedFromReclaim(MemCgroup m) {
        if (m == sc.root || m.isRoot()) {
            return false;
        }
        long usage = m.memory.usage();
        if (m.memory.emin() >= usage) {
            return true;
        }
        if (m.memory.elow() >= usage) {
            if (!sc.memcgLowReclaim) {
                sc.memcgLowSkipped = true;
                return true;
            }
            m.event(MemCgroup.Event.LOW);
        }
        return false;
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
        boolean neverEarly = !sc.cgroupReclaim() && !sc.kswapd() && sc.priority == Vmscan.DEF_PRIORITY;
        if (lruvecReclaimed >= sc.nrToReclaim && !neverEarly && !keepProportion()) {
            endLruvec(m);
        }
    }

    private void shrinkList(MemCgroup m, int list, int n) {
        boolean file = list >= Flags.INACTIVE_FILE;
        if (list == Flags.ACTIVE_ANON || list == Flags.ACTIVE_FILE) {
            if (file ? sc.mayDeactivateFile : sc.mayDeactivateAnon) {
                scan.shrinkActive(m, node, list, n);
            } else {
                sc.skippedDeactivate = true;
            }
            return;
        }
        int freed = scan.shrinkInactive(m, node, list, n);
        lruvecReclaimed += freed;
        sc.nrScanned += scan.scanned();
        sc.tally.batch(file, scan.scanned(), freed);
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
        pullPlug();
        sc.nrReclaimed += lruvecReclaimed;
        if (vm.swap.totalPages() > 0 && ScanBalance.inactiveIsLow(m, node, false)) {
            scan.shrinkActive(m, node, Flags.ACTIVE_ANON, Vmscan.SWAP_CLUSTER_MAX);
        }
        vm.zswapWriteback.shrinker(m, node, sc.priority);
        if (!sc.fullWalk && sc.nrReclaimed >= sc.nrToReclaim) {
            endNode();
            return;
        }
        phase = Phase.MEMCG;
    }
}
