package org.reclaimfs.oom;

/** The sysctls vm.panic_on_oom, vm.oom_kill_allocating_task and vm.oom_dump_tasks. */
public final class OomSettings {
    private long panicOnOom;
    private long killAllocatingTask;
    private long dumpTasks = 1;

    /** 0 never, 1 when nothing confines the OOM, 2 always. */
    public long panicOnOom() {
        return panicOnOom;
    }

    public void setPanicOnOom(long value) {
        panicOnOom = value;
    }

    public boolean panicsOn(Constraint constraint) {
        return panicOnOom == 2 || panicOnOom == 1 && constraint == Constraint.NONE;
    }

    /** Any number but 0: whoever asks for memory is killed, unless a memcg is over its limit. */
    public long killAllocatingTask() {
        return killAllocatingTask;
    }

    public void setKillAllocatingTask(long value) {
        killAllocatingTask = value;
    }

    /** Any number but 0: the report lists the tasks. */
    public long dumpTasks() {
        return dumpTasks;
    }

    public void setDumpTasks(long value) {
        dumpTasks = value;
    }
}
