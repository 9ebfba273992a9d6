package org.reclaimfs.machine;

import org.reclaimfs.memcg.Task;

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
        }
        pressure.stall(true, nowNs);
    }

    /** It is a call of reclaim. */
    void round() {
        core.stalls.round();
        task.stalls.round();
    }

    /** It ends; the page is not there yet (psi_memstall_leave). */
    void leave() {
        pressure.stall(false, core.effort.nowNs());
    }

    /** The page is granted, or nobody wants it any more. */
    void over() {
        leave();
        if (sinceNs != NONE) {
            long nowNs = core.effort.nowNs();
            core.stalls.end(sinceNs, nowNs);
            task.stalls.end(sinceNs, nowNs);
            sinceNs = NONE;
        }
    }
}
