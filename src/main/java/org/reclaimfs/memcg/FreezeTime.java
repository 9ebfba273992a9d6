package org.reclaimfs.memcg;

/** For how long a cgroup was asked to freeze (cgroup.stat.local's frozen_usec; kernel/cgroup/freezer.c, 7.2). */
final class FreezeTime {
    private static final long NOT_NOW = -1;

    private long sinceNs = NOT_NOW;
    private long beforeNs;

    /** From now on it is asked to freeze, or not any more. */
    void note(boolean freeze, long nowNs) {
        beforeNs = untilNs(nowNs);
        sinceNs = freeze ? nowNs : NOT_NOW;
    }

    /** All the time until now, in ns. */
    long untilNs(long nowNs) {
        return beforeNs + (sinceNs == NOT_NOW ? 0 : nowNs - sinceNs);
    }
}
