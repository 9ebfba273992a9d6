package org.reclaimfs.memcg;

import org.jspecify.annotations.Nullable;

/**
 * The pids controller's state of one cgroup (struct pids_cgroup, kernel/cgroup/pids.c 7.2): how many processes there are in
 * its subtree, how many there may be, and how often a fork was refused for it. Moving processes is never refused.
 */
public final class PidsCgroup {
    /** PIDS_MAX: PID_MAX_LIMIT + 1, printed as {@code max}. */
    public static final int NO_LIMIT = 4_194_305;

    private final Cgroup cgroup;
    private int max = NO_LIMIT;
    private int peak;
    private long refused;
    private long refusedHere;
    private boolean refusedAFork;

    PidsCgroup(Cgroup cgroup) {
        this.cgroup = cgroup;
        this.peak = cgroup.populatedTasks();
    }

    public int current() {
        return cgroup.populatedTasks();
    }

    /** The most there ever were while the controller was on. */
    public int peak() {
        return peak;
    }

    void notePeak() {
        peak = Math.max(peak, current());
    }

    public int max() {
        return max;
    }

    public void setMax(int limit) {
        max = limit;
    }

    /** Forks refused for this limit or one below it. */
    public long refused() {
        return refused;
    }

    /** Forks refused for this limit. */
    public long refusedHere() {
        return refusedHere;
    }

    /** Whether one more process may be made in {@code forking}; if not, the events are counted (pids_can_fork). */
    static boolean mayFork(Cgroup forking) {
        for (Cgroup c = forking; c != null; c = c.parent()) {
            PidsCgroup pids = c.pids();
            if (pids != null && pids.current() >= pids.max) {
                pids.refuse();
                return false;
            }
        }
        return true;
    }

    private void refuse() {
        refusedHere++;
        for (@Nullable Cgroup c = cgroup; c != null; c = c.parent()) {
            PidsCgroup pids = c.pids();
            if (pids != null) {
                pids.refused++;
            }
        }
    }

    /** True the first time that a fork in this cgroup was refused, by whatever limit: the kernel's log says so once. */
    boolean firstRefusal() {
        boolean first = !refusedAFork;
        refusedAFork = true;
        return first;
    }
}
