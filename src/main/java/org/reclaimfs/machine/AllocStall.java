package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.machine.AllocListener.RetryZone;
import org.reclaimfs.machine.AllocListener.Stall;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.policy.Round;

/**
 * How one thread's allocations are held up: as sections of memory stall for PSI, and as whole stalls, from the first
 * section before a page until that page is granted. A page may need many sections. NOT thread safe.
 */
final class AllocStall {
    private static final long NONE = -1;

    private final Core core;
    private final Task task;
    private final Pressure pressure;
    private long sinceNs = NONE;

    // Of the stall under way.
    private long rounds;
    private Round sum = Round.NOTHING;
    private long fruitless;
    private long retries;
    private int highestLoops;
    private @Nullable RetryZone lastRetry;
    private long ooms;
    private StallExit exit = StallExit.UNDER_WAY;

    AllocStall(Core core, Task task, Pressure pressure) {
        this.core = core;
        this.task = task;
        this.pressure = pressure;
    }

    /** A call of reclaim, a throttle or a penalty begins (psi_memstall_enter). */
    void enter() {
        long nowNs = core.effort.nowNs();
        if (sinceNs == NONE) {
            sinceNs = nowNs;
            core.stalls.begin(nowNs);
            task.stalls.begin(nowNs);
            core.stallsUnderWay.add(this);
        }
        pressure.stall(true, nowNs);
    }

    /** It is a call of reclaim. */
    void round() {
        rounds++;
        core.stalls.round();
        task.stalls.round();
    }

    /** It ends; the page is not there yet (psi_memstall_leave). */
    void leave() {
        pressure.stall(false, core.effort.nowNs());
    }

    /** What a call of direct reclaim has done. */
    void add(Round round) {
        sum = sum.plus(round);
        fruitless += round.reclaimed() == 0 ? 1 : 0;
    }

    /** should_reclaim_retry has looked at a zone. */
    void retried(RetryZone decision) {
        retries++;
        highestLoops = Math.max(highestLoops, decision.noProgressLoops());
        lastRetry = decision;
    }

    /** The loop has given up and asks for the OOM killer. */
    void gaveUp(StallExit why, int noProgressLoops) {
        ooms++;
        exit = why;
        highestLoops = Math.max(highestLoops, noProgressLoops);
    }

    /** The page is granted, or nobody wants it any more. */
    void over() {
        leave();
        if (sinceNs == NONE) {
            return;
        }
        long nowNs = core.effort.nowNs();
        core.stalls.end(sinceNs, nowNs);
        task.stalls.end(sinceNs, nowNs);
        core.stallsUnderWay.remove(this);
        if (exit == StallExit.UNDER_WAY) {
            exit = task.dead() ? StallExit.KILLED : StallExit.PAGE;
        }
        core.listener.stalled(soFar(nowNs));
        sinceNs = NONE;
        forget();
    }

    private void forget() {
        rounds = 0;
        sum = Round.NOTHING;
        fruitless = 0;
        retries = 0;
        highestLoops = 0;
        lastRetry = null;
        ooms = 0;
        exit = StallExit.UNDER_WAY;
    }

    /** The stall under way, as if it ended now. */
    Stall soFar(long nowNs) {
        return new Stall(
                task.who, sinceNs, nowNs, rounds, sum, fruitless, retries, highestLoops, lastRetry, ooms, exit);
    }
}
