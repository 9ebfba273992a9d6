package org.reclaimfs.psi;

/**
 * What one group's tasks do on one CPU, and for how long they have done it (psi_group_cpu, kernel/sched/psi.c 7.2;
 * spec/09 sections 1 and 2). Times in ns. NOT thread safe.
 */
final class PsiCpu {
    /** States of a resource: {@code ordinal * 2}, one more for "full". */
    static final int CPU_SOME = 0;

    static final int CPU_FULL = 1;
    static final int IO_SOME = 2;
    static final int IO_FULL = 3;
    static final int MEM_SOME = 4;
    static final int MEM_FULL = 5;
    /** The states that are reported. */
    static final int REPORTED = 6;
    /** Not reported: the weight of a CPU in the average over all of them. */
    static final int NONIDLE = 6;

    private static final int STATES = 7;
    private static final int TASK_STATES = 6;

    private final int[] tasks = new int[TASK_STATES];
    private final long[] timeNs = new long[STATES];
    /** What each aggregator has taken from {@link #timeNs}, one after the other. */
    private final long[] takenNs = new long[STATES * PsiTotals.AGGREGATORS];

    private int states;
    private long sinceNs;

    PsiCpu(long nowNs) {
        sinceNs = nowNs;
    }

    /** Bits of the states that hold now. */
    int states() {
        return states;
    }

    /** A task leaves and enters states (the bits of {@link PsiGroup}). */
    void change(int clear, int set) {
        for (int left = clear; left != 0; left &= left - 1) {
            tasks[Integer.numberOfTrailingZeros(left)]--;
        }
        for (int left = set; left != 0; left &= left - 1) {
            tasks[Integer.numberOfTrailingZeros(left)]++;
        }
        int iowait = tasks[0];
        int memstall = tasks[1];
        int running = tasks[2];
        int memstallRunning = tasks[3];
        int onCpu = tasks[4];
        // A CPU that executes reclaim does nothing else for its other runnable tasks: that is a full stall too.
        boolean memFull = memstall > 0 && running == memstallRunning || tasks[5] > 0;
        states = bit(CPU_SOME, running > onCpu)
                | bit(CPU_FULL, running > 0 && onCpu == 0)
                | bit(IO_SOME, iowait > 0)
                | bit(IO_FULL, iowait > 0 && running == 0)
                | bit(MEM_SOME, memstall > 0)
                | bit(MEM_FULL, memFull)
                | bit(NONIDLE, iowait > 0 || memstall > 0 || running > 0);
    }

    private static int bit(int state, boolean holds) {
        return holds ? 1 << state : 0;
    }

    /**
     * Accounts the time up to {@code nowNs} to the states that hold. An instant before the last one counts as that: a
     * slice of work runs ahead of the machine's time by its cost.
     */
    void account(long nowNs, boolean enabled) {
        long spanNs = nowNs - sinceNs;
        if (spanNs <= 0) {
            return;
        }
        sinceNs = nowNs;
        for (int left = enabled ? states : 0; left != 0; left &= left - 1) {
            timeNs[Integer.numberOfTrailingZeros(left)] += spanNs;
        }
    }

    /** The time in a state that an aggregator has not taken yet; it has, then. */
    long take(int aggregator, int state) {
        int at = aggregator * STATES + state;
        long freshNs = timeNs[state] - takenNs[at];
        takenNs[at] = timeNs[state];
        return freshNs;
    }
}
