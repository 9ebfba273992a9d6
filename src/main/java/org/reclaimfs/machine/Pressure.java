package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.memcg.Task;

/**
 * The pressure states one activity of a task is in, counted in every cgroup on the task's path up to the system's
 * (psi_task_change). Remembers the cgroup, so that a move between cgroups leaves nothing behind.
 */
final class Pressure {
    private @Nullable Cgroup where;
    private int state;

    void set(Task task, long nowNs, int next) {
        if (next == state && (next == 0 || where == task.cgroup())) {
            return;
        }
        for (Cgroup c = where; c != null; c = c.parent()) {
            c.psi().change(nowNs, state, 0);
        }
        where = next == 0 ? null : task.cgroup();
        state = next;
        for (Cgroup c = where; c != null; c = c.parent()) {
            c.psi().change(nowNs, 0, next);
        }
    }
}
