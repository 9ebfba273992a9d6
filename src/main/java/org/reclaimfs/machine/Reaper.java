package org.reclaimfs.machine;

import org.reclaimfs.abi.Errno;
import org.reclaimfs.memcg.Task;

/**
 * Takes the private memory of a task that is too slow to die (oom_reaper, oom_reap_task_mm; process_mrelease(2) does the
 * same for a caller). Nobody holds the lock of an address space here, so the first attempt succeeds.
 */
final class Reaper extends Activity {
    /** How long a victim has to end by itself (OOM_REAPER_DELAY: 2 * HZ). */
    static final long DELAY_NS = 2_000_000_000L;

    private final Core core;
    private final Task task;
    private final Runnable reaped;
    private final boolean kernel;
    private final Unmapper memory;

    private Reaper(Core core, PageTables pages, Task task, boolean kernel, Runnable reaped) {
        super(() -> core.cgroups.root());
        this.core = core;
        this.task = task;
        this.kernel = kernel;
        this.reaped = reaped;
        this.memory = Unmapper.downwards(pages, task);
    }

    /** The kernel's own; {@code reaped} runs when it took the memory before the task was gone. */
    static Reaper ofVictim(Core core, PageTables pages, Task task, Runnable reaped) {
        return new Reaper(core, pages, task, true, reaped);
    }

    /** process_mrelease(2) of a dying task. */
    static Reaper ofCaller(Core core, PageTables pages, Task task) {
        return new Reaper(core, pages, task, false, () -> {});
    }

    @Override
    public long step(long nowNs) {
        if (task.gone() || task.oomSkip()) {
            return DONE;
        }
        if (!kernel && signalled()) {
            return fail(Errno.EINTR);
        }
        core.effort.begin(nowNs);
        if (memory.done()) {
            if (kernel) {
                task.markOomSkip();
                reaped.run();
            }
            return DONE;
        }
        while (core.effort.spentNs() < SLICE_NS && !memory.done()) {
            memory.next();
        }
        return Math.max(1, core.effort.spentNs());
    }
}
