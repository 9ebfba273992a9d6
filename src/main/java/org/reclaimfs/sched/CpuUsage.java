package org.reclaimfs.sched;

import org.jspecify.annotations.Nullable;

/**
 * The CPU time of one group of threads and of all groups below it, in ns (cgroup_base_stat, kernel/cgroup/rstat.c 7.2). It
 * goes up the path when it is counted, so it stays when a group below goes. NOT thread safe.
 */
public final class CpuUsage {
    private final @Nullable CpuUsage parent;
    private final RunQueues queues;
    private long userNs;
    private long systemNs;

    /** @param parent of the group above; null: this is the group of all threads */
    public CpuUsage(@Nullable CpuUsage parent) {
        this.parent = parent;
        queues = parent == null ? new RunQueues() : parent.queues;
    }

    /** The machine's: shared by all groups. */
    public RunQueues queues() {
        return queues;
    }

    /** A thread of the group has used a CPU. */
    public void add(long user, long system) {
        for (CpuUsage group = this; group != null; group = group.parent) {
            group.userNs += user;
            group.systemNs += system;
        }
    }

    public long userNs() {
        return userNs;
    }

    public long systemNs() {
        return systemNs;
    }
}
