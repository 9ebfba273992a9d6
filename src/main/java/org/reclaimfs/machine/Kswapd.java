package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.mm.Node;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.mm.Zone;
import org.reclaimfs.vmscan.Reclaim;
import org.reclaimfs.vmscan.Vmscan;

/**
 * A node's kswapd: reclaims up to the high watermarks, gives up after 16 fruitless runs (kswapd, balance_pgdat,
 * kswapd_try_to_sleep; 7.2, spec/07).
 */
final class Kswapd extends Activity {
    /** A boost run tries no harder than this. */
    private static final int BOOST_PRIORITY = Vmscan.DEF_PRIORITY - 2;
    /** It first naps this long: who goes to sleep for good right after the high mark is woken again at once. */
    static final long NAP_NS = 100_000_000;

    private enum State {
        ASLEEP,
        NAPPING,
        BALANCING
    }

    private final Core core;
    private final Node node;
    private State state = State.ASLEEP;
    private boolean wanted;
    private boolean napBegins;
    private int nap;
    private int failures;
    /** A step met nothing but pages under writeback; until it may sleep (PGDAT_WRITEBACK). */
    private boolean nodeWriteback;

    // Of the present run.
    private int priority;
    private long runReclaimed;
    private long stepTarget;
    private long boostLeft;
    private boolean boosted;
    private boolean raise;
    private boolean done;
    private boolean cacheTrimmed;
    private boolean noCacheTrim;
    private final long[] boostSeen;
    private @Nullable Reclaim call;

    Kswapd(Core core, Node node) {
        super(() -> core.cgroups.root());
        this.core = core;
        this.node = node;
        this.boostSeen = new long[node.zones().size()];
        // Its first CPU is one of its node.
        int nodes = core.ram.nodes().size();
        this.cpu = (node.id * core.config.cpus() + nodes - 1) / nodes;
    }

    /** wakeup_kswapd: an allocation found no zone above LOW. */
    void wake() {
        if (state == State.BALANCING || wanted || hopeless() || node.balanced() && node.boostPages() == 0) {
            return;
        }
        if (state == State.NAPPING) {
            core.ram.vmstat.add(VmStat.KSWAPD_LOW_WMARK_HIT_QUICKLY, 1);
        }
        wanted = true;
    }

    /** Reclaim has failed so often that direct reclaimers must do without (kswapd_test_hopeless). */
    boolean hopeless() {
        return failures >= core.config.kswapdFailures();
    }

    /** Somebody reclaimed pages of the node: with it balanced, there is hope again (kswapd_try_clear_hopeless). */
    void progress() {
        if (failures > 0 && node.balanced()) {
            failures = 0;
        }
    }

    /** Whether it was woken since the last call and is to be scheduled now. */
    boolean takeWake() {
        if (!wanted) {
            return false;
        }
        wanted = false;
        state = State.BALANCING;
        nap++;
        startRun();
        return true;
    }

    /** A timer to be started now, {@link #NAP_NS} long, that ends the nap that has just begun; null if none has. */
    @Nullable
    Activity takeNap() {
        if (!napBegins) {
            return null;
        }
        napBegins = false;
        int mine = nap;
        return new Timer(() -> napOver(mine));
    }

    private void napOver(int which) {
        if (state != State.NAPPING || which != nap || wanted) {
            return;
        }
        if (maySleep()) {
            state = State.ASLEEP;
        } else {
            core.ram.vmstat.add(VmStat.KSWAPD_HIGH_WMARK_HIT_QUICKLY, 1);
            wanted = true;
        }
    }

    private boolean maySleep() {
        return hopeless() || node.balanced();
    }

    // ---- a run ----

    private void startRun() {
        node.setKswapdAwake(true);
        core.ram.vmstat.add(VmStat.PAGEOUTRUN, 1);
        priority = Vmscan.DEF_PRIORITY;
        runReclaimed = 0;
        done = false;
        cacheTrimmed = false;
        noCacheTrim = false;
        boostLeft = 0;
        for (int z = 0; z < boostSeen.length; z++) {
            boostSeen[z] = node.zone(z).boostPages();
            boostLeft += boostSeen[z];
        }
        boosted = boostLeft > 0;
    }

    @Override
    public long step(long nowNs) {
        core.effort.begin(nowNs);
        pressure.stall(true, nowNs);
        core.vm.setReclaimer("kswapd" + node.id);
        while (core.effort.goesOn(SLICE_NS)) {
            Reclaim running = call;
            if (running == null) {
                if (!startStep() && endRun()) {
                    return DONE;
                }
                continue;
            }
            boolean done = running.step();
            long waitNs = core.vm.takeWaitNs();
            if (done) {
                call = null;
                stepDone(running);
                nodeWriteback |= running.onlyWriteback();
                waitNs += running.writebackWaitNs();
            }
            if (waitNs > 0) {
                return core.effort.spentNs() + waitNs;
            }
        }
        return sliceEnd(core.effort);
    }

    /** Begins a pass at the present priority; false if the run is over. */
    private boolean startStep() {
        boolean balanced = node.balanced();
        if (!balanced && boostLeft > 0) {
            // Too little is free even without the boost: no time for gentleness.
            boostLeft = 0;
            priority = Vmscan.DEF_PRIORITY;
        }
        if (balanced && boostLeft == 0) {
            // Nothing to do is no failure.
            done = true;
            return false;
        }
        if (priority < 1) {
            return false;
        }
        raise = boostLeft == 0 || priority != BOOST_PRIORITY;
        stepTarget = target();
        Reclaim.KswapdStep step =
                new Reclaim.KswapdStep(node.id, stepTarget, priority, boostLeft == 0, noCacheTrim, nodeWriteback);
        call = Reclaim.kswapd(core.vm, core.rootMemcg(), step, cpu());
        return true;
    }

    private long target() {
        long pages = 0;
        for (Zone zone : node.zones()) {
            long high = zone.highWmark() + zone.boostPages();
            pages += zone.managedPages > 0 ? Math.max(high, Vmscan.SWAP_CLUSTER_MAX) : 0;
        }
        return pages;
    }

    private void stepDone(Reclaim step) {
        long reclaimed = step.reclaimed();
        runReclaimed += reclaimed;
        cacheTrimmed |= reclaimed == 0 && step.trimmedCacheOnly();
        boolean enough = Math.max(step.scanned(), reclaimed) >= stepTarget;
        if (reclaimed > 0) {
            progress();
        }
        if (boostLeft > 0) {
            boostLeft = reclaimed == 0 ? 0 : Math.max(0, boostLeft - reclaimed);
            priority = reclaimed == 0 ? 0 : priority;
        }
        if (raise && !enough || reclaimed == 0) {
            priority--;
        }
    }

    /** Ends the run; true if kswapd naps now, false if it goes on with another run. */
    private boolean endRun() {
        if (!done && runReclaimed == 0 && cacheTrimmed && !noCacheTrim) {
            noCacheTrim = true;
            priority = Vmscan.DEF_PRIORITY;
            return false;
        }
        if (!done && runReclaimed == 0 && !boosted) {
            failures++;
        }
        for (int z = 0; z < boostSeen.length; z++) {
            node.zone(z).unboost(boostSeen[z]);
        }
        if (!maySleep()) {
            startRun();
            return false;
        }
        node.setKswapdAwake(false);
        nodeWriteback = false;
        pressure.stall(false, core.effort.nowNs());
        state = State.NAPPING;
        nap++;
        napBegins = true;
        return true;
    }

    // ---- protection of the reserves ----

    /** Whether direct reclaimers may go on: half of MIN is still free (allow_direct_reclaim). */
    boolean allowDirectReclaim() {
        if (hopeless()) {
            return true;
        }
        long reserve = 0;
        long free = 0;
        for (Zone zone : node.zones()) {
            boolean reclaimable = zone.reclaimablePages(core.swap.freePages() > 0) > 0;
            if (zone.managedPages > 0 && (reclaimable || zone.freePages() == 0)) {
                reserve += zone.minWmark() + zone.boostPages();
                free += zone.freePages();
            }
        }
        return reserve == 0 || free > reserve / 2;
    }
}
