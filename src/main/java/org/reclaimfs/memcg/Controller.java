package org.reclaimfs.memcg;

import java.util.Locale;

/** The cgroup controllers of the captured kernel, in the order it prints them. Memory and pids have limits, io counts. */
public enum Controller {
    CPUSET,
    CPU,
    IO,
    MEMORY,
    PIDS,
    MISC;

    private final String key = name().toLowerCase(Locale.ROOT);

    public String key() {
        return key;
    }

    /** Whether the controller works in threaded cgroups. */
    public boolean threaded() {
        return this == CPUSET || this == CPU || this == PIDS;
    }
}
