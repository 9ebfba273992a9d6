package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.ReclaimReason;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Gfp;
import org.reclaimfs.mm.Memory.Mark;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.mm.Zone;
import org.reclaimfs.oom.Outcome;
import org.reclaimfs.policy.Outlook;
import org.reclaimfs.policy.RetryPolicy;
import org.reclaimfs.policy.Round;
import org.reclaimfs.vmscan.Reclaim;
import org.reclaimfs.vmscan.Vmscan;

/**
 * How a task gets pages: charge, frame, and the reclaim, waiting and OOM that may stand before them (try_charge_memcg,
 * __alloc_pages_slowpath, should_reclaim_retry; 7.2, spec/02, spec/04). One of these
 * belongs to each activity that faults. NOT thread safe.
 */
final class FaultPath {
    private static final int MAX_RECLAIM_RETRIES = 16;
    private static final long STALL_WARNING_NS = 10_000_000_000L;
    private static final int MAX_THROTTLE_SECONDS = 10;

    /** What {@link #admit} says when it grants nothing: call {@link #advance} until it is over, then ask again. */
    static final int WAIT = 0;
    /** The task was killed. */
    static final int DEAD = -1;

    private enum State {
        READY,
        MEMCG_RECLAIM,
        THROTTLED,
        DIRECT_RECLAIM,
        OVER_HIGH
    }

    private final Core core;
    private final Task task;
    private final OomPath oom;
    private final Kswapds kswapds;
    private final Activity thread;
    private final AllocStall stall;
    private final HighDebt high;
    private final DirectReclaims calls;
    private State state = State.READY;
    private @Nullable Reclaim call;
    private @Nullable MemCgroup level;
    /** Whom the charge under way is for, of which {@link #level} is the one over its limit. */
    private @Nullable MemCgroup chargedTo;

    private int memcgRetries = MAX_RECLAIM_RETRIES;
    /** This charge has had its free round, after which the kernel drains its charge stocks. */
    private boolean drained;
    /** This charge has had to reclaim. */
    private boolean reclaimed;
    /** The OOM killer was asked for this charge. */
    private boolean passedOom;

    private int noProgressLoops;
    private int throttlePolls;
    /** When the present allocation entered the slow path; -1 if it has not. */
    private long slowSinceNs = -1;

    private int zone;
    /** What the page is for, as the log says it. */
    Gfp gfp = Gfp.PAGE_FAULT;

    /** @param thread the one that faults */
    FaultPath(Core core, Task task, Activity thread, OomPath oom, Kswapds kswapds) {
        this.core = core;
        this.task = task;
        this.oom = oom;
        this.kswapds = kswapds;
        this.thread = thread;
        this.stall = new AllocStall(core, task, thread.pressure);
        this.high = new HighDebt(task, core.config.hz());
        this.calls = new DirectReclaims(core, task, stall);
    }

    /** The zone of the pages last granted. */
    int zone() {
        return zone;
    }

    /** The CPU the task runs on. */
    int cpu() {
        return thread.cpu();
    }

    /** Whether the sleep last asked for was the end of a stall, not a wait in the middle of one. */
    boolean stallEndsOnWaking() {
        return state == State.READY;
    }

    /** Whether the task, though killed, is still in the loop of a charge: it leaves it before it exits. */
    boolean lingers() {
        return state == State.MEMCG_RECLAIM;
    }

    /** Whether something stands between the task and its next page. */
    boolean waiting() {
        return state != State.READY;
    }

    /**
     * Asks for up to {@code want} pages charged to {@code memcg}.
     *
     * @return how many may be taken now, {@link #WAIT} or {@link #DEAD}
     */
    int admit(MemCgroup memcg, int want, long nowNs) {
        if (task.dead()) {
            stall.over();
            return DEAD;
        }
        // What others have charged is no debt of this task.
        memcg.takeOverHighPages();
        long margin = memcg.memoryMargin();
        if (margin == 0) {
            task.enterCharge();
            startMemcgReclaim(memcg);
            return WAIT;
        }
        if (reclaimed) {
            memcg.chargeAfterReclaim();
            noteCharged(memcg);
            margin = memcg.memoryMargin();
        }
        endCharge();
        int node = core.ram.nodeOfCpu(cpu());
        zone = core.ram.zoneAboveLow(node);
        if (zone < 0) {
            kswapds.wake();
            zone = core.ram.zoneAbove(node, Mark.MIN);
        }
        if (zone < 0 || !core.ram.anyFree(PageTables.MAX_GROWTH)) {
            startDirectReclaim(nowNs);
            return WAIT;
        }
        noProgressLoops = 0;
        slowSinceNs = -1;
        stall.over();
        // No more than up to the first debt, which is worked off before the next page.
        long batch = task.overHighPages > 0 ? 1 : Math.min(want, memcg.pagesUntilHigh());
        return core.ram.grant(zone, cpu(), (int) Math.min(batch, margin));
    }

    /** Does a piece of what must come first; the cost is on the effort, a sleep is returned (0: none). */
    long advance(long nowNs) {
        core.vm.setReclaimer(task.comm);
        Reclaim running = call;
        if (running != null) {
            core.rootMemcg().takeOverHighPages();
            boolean over = calls.step(running);
            // What reclaim charges for zswap is charged by the task, too.
            task.overHighPages += core.rootMemcg().takeOverHighPages();
            if (over) {
                call = null;
                reclaimDone(running, nowNs);
            }
            return 0;
        }
        return switch (state) {
            case OVER_HIGH -> workOffDebt();
            case THROTTLED -> throttle();
            default -> 0;
        };
    }

    private void reclaimDone(Reclaim done, long nowNs) {
        switch (state) {
            case MEMCG_RECLAIM -> memcgReclaimDone(done.reclaimed(), nowNs);
            case DIRECT_RECLAIM -> directReclaimDone(done, nowNs);
            case OVER_HIGH -> high.reclaimed(done.reclaimed());
            case READY, THROTTLED -> throw new IllegalStateException("no reclaim was running");
        }
    }

    // ---- memory.max ----

    private void startMemcgReclaim(MemCgroup memcg) {
        MemCgroup over = memcg.overMax();
        if (over == null) {
            throw new IllegalStateException("no level is over its max");
        }
        over.event(MemCgroup.Event.MAX);
        stall.enter();
        chargedTo = memcg;
        level = over;
        state = State.MEMCG_RECLAIM;
        call = reclaim(over, Vmscan.SWAP_CLUSTER_MAX);
    }

    private Reclaim reclaim(@Nullable MemCgroup target, long pages) {
        stall.round();
        return new Reclaim(core.vm, core.rootMemcg(), target, pages, ReclaimReason.DIRECT, -1, thread.cpu());
    }

    /** The rest of a round. A task that is killed meanwhile goes round again until it may give up. */
    private void memcgReclaimDone(long freed, long nowNs) {
        stall.leave();
        MemCgroup over = level;
        MemCgroup memcg = chargedTo;
        if (over == null || memcg == null) {
            throw new IllegalStateException("no charge is under way");
        }
        reclaimed = true;
        boolean again = over.memory.usage() < over.memory.max() || goesRoundAgain(over, freed, nowNs);
        if (!again) {
            endCharge();
        }
        if (again && task.dead() && memcg.memoryMargin() == 0) {
            startMemcgReclaim(memcg);
        } else {
            state = State.READY;
            task.leaveCharge();
        }
    }

    /** What try_charge_memcg does after a fruitless call of reclaim; false: ENOMEM, the fault begins anew. */
    private boolean goesRoundAgain(MemCgroup over, long freed, long nowNs) {
        if (!drained) {
            drained = true;
            over.drainStocks();
            return true;
        }
        if (freed > 0 || memcgRetries-- > 0) {
            return true;
        }
        if (passedOom && task.dead()) {
            return false;
        }
        over.event(MemCgroup.Event.OOM);
        passedOom = oom.killIn(over, task, nowNs) != Outcome.NOBODY;
        memcgRetries = MAX_RECLAIM_RETRIES;
        return passedOom;
    }

    private void endCharge() {
        memcgRetries = MAX_RECLAIM_RETRIES;
        drained = false;
        reclaimed = false;
        passedOom = false;
    }

    // ---- the page allocator ----

    private void startDirectReclaim(long nowNs) {
        core.effort.spend(core.costs.get(Cost.SLOW_PATH));
        warnOfStall(core.effort.nowNs());
        stall.enter();
        if (kswapds.allowDirectReclaim(core.ram.nodeOfCpu(cpu()))) {
            reclaimDirectly();
            return;
        }
        core.ram.vmstat.add(VmStat.PGSCAN_DIRECT_THROTTLE, 1);
        state = State.THROTTLED;
        throttlePolls = 0;
    }

    /** Ten seconds in the slow path are worth a line, at most every ten seconds (check_alloc_stall_warning). */
    private void warnOfStall(long nowNs) {
        slowSinceNs = slowSinceNs < 0 ? nowNs : slowSinceNs;
        long waitedNs = nowNs - slowSinceNs;
        if (waitedNs >= STALL_WARNING_NS && nowNs - core.lastStallWarningNs >= STALL_WARNING_NS) {
            core.lastStallWarningNs = nowNs;
            oom.warnings().stall(task.comm, waitedNs / 1_000_000_000, gfp, 0, nowNs);
        }
    }

    private void reclaimDirectly() {
        state = State.DIRECT_RECLAIM;
        calls.begin();
        call = reclaim(null, Vmscan.SWAP_CLUSTER_MAX);
    }

    /** Below half of MIN the reserves are kswapd's: wait until it has freed some (throttle_direct_reclaim). */
    private long throttle() {
        kswapds.wake();
        boolean go = kswapds.allowDirectReclaim(core.ram.nodeOfCpu(cpu()));
        // With time at a standstill kswapd does not get on: nobody waits for it for ever.
        if (go || throttlePolls++ >= MAX_THROTTLE_SECONDS * core.config.hz()) {
            reclaimDirectly();
            return 0;
        }
        return 1_000_000_000L / core.config.hz();
    }

    private void directReclaimDone(Reclaim done, long nowNs) {
        state = State.READY;
        Round round = calls.end(done);
        int node = core.ram.nodeOfCpu(cpu());
        boolean found = core.ram.zoneAbove(node, Mark.MIN) >= 0;
        if (round.reclaimed() > 0) {
            kswapds.progress();
            if (!found) {
                core.ram.drainPerCpu();
                core.effort.spend(core.costs.get(Cost.PCP_DRAIN) * core.config.cpus());
                found = core.ram.zoneAbove(node, Mark.MIN) >= 0;
            }
        }
        stall.leave();
        if (found || shouldRetry(node, round)) {
            return;
        }
        noProgressLoops = 0;
        if (core.ram.zoneAbove(node, Mark.HIGH) < 0) {
            oom.killAnywhere(task, gfp, nowNs);
        }
    }

    /** should_reclaim_retry: is it worth another round? */
    private boolean shouldRetry(int node, Round round) {
        RetryPolicy policy = core.retryPolicy();
        Outlook outlook = core.outlook();
        noProgressLoops = policy.progress(round, outlook) > 0 ? 0 : noProgressLoops + 1;
        if (noProgressLoops > MAX_RECLAIM_RETRIES) {
            stall.gaveUp(StallExit.COUNTER, noProgressLoops);
            return false;
        }
        for (int z : core.ram.node(node).zonelist()) {
            Zone candidate = core.ram.zone(z);
            core.effort.spend(core.costs.get(Cost.RETRY_ZONE));
            long reclaimable =
                    policy.filePages(candidate, round, outlook) + policy.anonPages(candidate, round, outlook);
            boolean again = core.ram.watermarkOk(z, Mark.MIN, reclaimable);
            calls.retryZone(candidate, reclaimable, noProgressLoops, again);
            if (again) {
                return true;
            }
        }
        stall.gaveUp(StallExit.ESTIMATE, noProgressLoops);
        return false;
    }

    // ---- memory.high ----

    /** Pages were charged and the fault is over: what was charged above memory.high must be worked off now. */
    void charged(MemCgroup memcg) {
        noteCharged(memcg);
        if (task.overHighPages > 0 && state == State.READY) {
            state = State.OVER_HIGH;
            high.fallDue();
        }
    }

    /** As {@link #charged}, but the fault goes on. */
    void noteCharged(MemCgroup memcg) {
        task.overHighPages += memcg.takeOverHighPages();
    }

    private long workOffDebt() {
        MemCgroup over = high.nextLevel();
        if (over != null) {
            stall.enter();
            call = reclaim(over, high.wanted());
            return 0;
        }
        long sleepNs = high.endRound();
        if (sleepNs < 0) {
            return 0;
        }
        state = State.READY;
        if (sleepNs > 0) {
            stall.enter();
        } else {
            stall.over();
        }
        return sleepNs;
    }

    /** The thread is awake again from a sleep above memory.high, or has ended. */
    void endStall() {
        Reclaim running = call;
        if (running != null && task.dead()) {
            running.abandon();
            call = null;
        }
        stall.over();
    }
}
