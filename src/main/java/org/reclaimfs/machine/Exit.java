package org.reclaimfs.machine;

import org.reclaimfs.memcg.Task;
import org.reclaimfs.psi.PsiGroup;

/** The end of one task: its memory is given back at what that costs, then it is gone (do_exit, exit_mmap; 7.2). */
final class Exit extends Activity {
    private final Core core;
    private final Tasks tasks;
    private final Unmapper memory;
    private final Pressure pressure = new Pressure();
    final Task task;

    Exit(Core core, PageTables pages, Tasks tasks, Task task) {
        this.core = core;
        this.tasks = tasks;
        this.task = task;
        this.memory = Unmapper.upwards(pages, task);
    }

    @Override
    public long step(long nowNs) {
        if (task.gone()) {
            return DONE;
        }
        core.effort.begin(nowNs);
        if (memory.done()) {
            pressure.set(task, nowNs, 0);
            tasks.bury(this);
            return DONE;
        }
        pressure.set(task, nowNs, PsiGroup.RUNNING);
        while (core.effort.spentNs() < SLICE_NS && !memory.done()) {
            memory.next();
        }
        return Math.max(1, core.effort.spentNs());
    }
}
