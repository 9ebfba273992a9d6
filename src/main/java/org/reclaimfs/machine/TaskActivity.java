package org.reclaimfs.machine;

import org.reclaimfs.memcg.Task;
import org.reclaimfs.psi.PsiGroup;

/** Work of a simulated task: it is runnable while it works, and can be frozen or die. */
abstract class TaskActivity extends Activity {
    private static final long FROZEN_POLL_NS = 10_000_000;

    final Core core;
    final Task task;
    final FaultPath faults;
    private final Pressure pressure = new Pressure();

    TaskActivity(Core core, Task task, OomPath oom, Kswapd kswapd) {
        this.core = core;
        this.task = task;
        this.faults = new FaultPath(core, task, oom, kswapd);
        task.onExit(() -> finish(core.effort.nowNs()));
    }

    /** One slice of useful work; returns extra waiting time in ns, or {@link #DONE}. Costs go to the effort. */
    abstract long work(long nowNs);

    @Override
    public final long step(long nowNs) {
        core.effort.begin(nowNs);
        if (task.dead() || core.panicked) {
            return finish(nowNs);
        }
        if (task.cgroup().effectiveFreeze()) {
            setState(nowNs, 0);
            return FROZEN_POLL_NS;
        }
        setState(nowNs, PsiGroup.RUNNING);
        if (!faults.waiting()) {
            faults.leaveStall(nowNs);
        }
        while (core.effort.spentNs() < SLICE_NS) {
            if (faults.waiting()) {
                long sleep = faults.advance(nowNs);
                if (task.dead()) {
                    return finish(nowNs);
                }
                if (sleep > 0) {
                    setState(nowNs, 0);
                    return core.effort.spentNs() + sleep;
                }
                continue;
            }
            long wait = work(nowNs);
            if (wait == DONE || task.dead()) {
                return finish(nowNs);
            }
            if (wait > 0) {
                setState(nowNs, waitState());
                return core.effort.spentNs() + wait;
            }
        }
        return core.effort.spentNs();
    }

    /** The pressure state while waiting as {@link #work} asked: I/O wait, or idle for a rate. */
    int waitState() {
        return 0;
    }

    private long finish(long nowNs) {
        faults.leaveStall(nowNs);
        setState(nowNs, 0);
        return DONE;
    }

    private void setState(long nowNs, int next) {
        pressure.set(task, nowNs, next);
    }
}
