package org.reclaimfs.cgroupfs;

import org.jspecify.annotations.Nullable;

/** Real processes that may become members of cgroups. */
public interface RealProcesses {
    /** There are none: cgroup.procs takes simulated processes only. */
    RealProcesses NONE = (pid, callerPid) -> null;

    /**
     * A process.
     *
     * @param pid as cgroup.procs shows it
     */
    record Named(int pid, String comm) {}

    /**
     * The living process of a number, or null. Called under the machine's lock: it must not take long.
     *
     * @param pid as the caller writes it; 0 is the caller
     * @param callerPid the caller as this process sees it
     */
    @Nullable
    Named find(int pid, int callerPid);
}
