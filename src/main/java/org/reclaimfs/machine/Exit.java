package org.reclaimfs.machine;

import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Cost;

/** The end of one task: its memory is given back at what that costs, then it is gone (do_exit, exit_mmap; 7.2). */
final class Exit extends Activity {
    private final Core core;
    private final Tasks tasks;
    private final Unmapper memory;
    private boolean begun;
    final Task task;

    Exit(Core core, PageTables pages, Tasks tasks, Task task) {
        super(task::cgroup);
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
        if (!begun) {
            begun = true;
            core.effort.spend(core.costs.get(Cost.EXIT));
            return Math.max(1, core.effort.spentNs());
        }
        if (memory.done()) {
            pressure.end(core.effort.nowNs());
            tasks.bury(this);
            return DONE;
        }
        while (core.effort.spentNs() < SLICE_NS && !memory.done()) {
            memory.next();
        }
        return Math.max(1, core.effort.spentNs());
    }
}
