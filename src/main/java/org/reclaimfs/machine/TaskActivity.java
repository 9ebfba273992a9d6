package org.reclaimfs.machine;

import org.reclaimfs.memcg.Task;

/** Work of a simulated task, a thread of it: it can be frozen or die. */
abstract class TaskActivity extends Activity {
    private static final long FROZEN_POLL_NS = 10_000_000;

    /** Rounds of a slice that may cost nothing, one after the other; the longest known is some thousand. */
    private static final int MAX_FREE_ROUNDS = 1_000_000;

    final Core core;
    final Task task;
    final FaultPath faults;
    private final Runnable onExit;
    /** The stall it is in ends when it wakes up: a sleep above memory.high, a wait for a page of the workingset. */
    private boolean stalledAsleep;

    TaskActivity(Core core, Task task, OomPath oom, Kswapds kswapds) {
        super(task::cgroup);
        this.core = core;
        this.task = task;
        this.cpu = task.pid % core.config.cpus();
        this.faults = new FaultPath(core, task, this, oom, kswapds);
        this.onExit = () -> {
            if (!faults.lingers()) {
                finish();
            }
        };
        task.onExit(onExit);
    }

    /** One slice of useful work; returns extra waiting time in ns, or {@link #DONE}. Costs go to the effort. */
    abstract long work(long nowNs);

    @Override
    public final long step(long nowNs) {
        core.effort.begin(nowNs);
        if (out()) {
            return finish();
        }
        onItsOwn(Place.ON_CPU);
        if (!task.dead() && task.cgroup().effectiveFreeze()) {
            return rest(FROZEN_POLL_NS, false);
        }
        if (stalledAsleep) {
            stalledAsleep = false;
            faults.endStall();
        }
        long lastSpentNs = -1;
        int freeRounds = 0;
        while (core.effort.goesOn(SLICE_NS)) {
            freeRounds = core.effort.spentNs() == lastSpentNs ? freeRounds + 1 : 0;
            lastSpentNs = core.effort.spentNs();
            if (freeRounds > MAX_FREE_ROUNDS) {
                throw new IllegalStateException(task.name + " goes round and round at no cost: " + this);
            }
            if (faults.waiting()) {
                long sleep = faults.advance(nowNs);
                if (out()) {
                    return finish();
                }
                if (sleep > 0) {
                    stalledAsleep = faults.stallEndsOnWaking();
                    return rest(sleep, false);
                }
                continue;
            }
            long wait = work(nowNs);
            if (wait == DONE || task.dead()) {
                return finish();
            }
            if (wait > 0) {
                stalledAsleep = stallsWhileWaiting();
                if (stalledAsleep) {
                    pressure.stall(true, core.effort.nowNs());
                }
                return rest(wait, waitsForIo());
            }
        }
        if (core.effort.blockedNs() > 0) {
            return rest(core.effort.blockedNs(), core.effort.blockedForIo());
        }
        return core.effort.spentNs();
    }

    /** Whether it works no more. */
    private boolean out() {
        return task.dead() && !faults.lingers() || core.panicked;
    }

    /** Whether the wait that {@link #work} asked for is for a device, not for a rate. */
    boolean waitsForIo() {
        return false;
    }

    /** Whether it counts as a memory stall. */
    boolean stallsWhileWaiting() {
        return false;
    }

    private long rest(long ns, boolean forIo) {
        pressure.waitForIo(forIo);
        onItsOwn(Place.ASLEEP);
        return core.effort.spentNs() + ns;
    }

    /** A thread that a client steps is on no CPU of ours, but runs and sleeps all the same. */
    private void onItsOwn(Place at) {
        if (place == Place.OUTSIDE) {
            pressure.place(at, cpu, core.effort.nowNs());
        }
    }

    private long finish() {
        task.forgetExit(onExit);
        faults.endStall();
        pressure.end(core.effort.nowNs());
        return DONE;
    }
}
