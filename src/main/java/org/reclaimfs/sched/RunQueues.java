package org.reclaimfs.sched;

import java.util.Arrays;

/**
 * The time of each CPU, and the threads on it by state (struct rq, kernel_cpustat; kernel/sched/{core,cputime}.c 7.2). Times
 * in ns since boot. NOT thread safe.
 *
 * <p>INVARIANT: user + system + idle + iowait of a CPU = the time since boot. A CPU costs memory from the first thread on it.
 */
public final class RunQueues {
    /** States of a thread; several at once. It runs or waits for a CPU. */
    public static final int RUNNABLE = 1;
    /** It sleeps, and no signal wakes it: for a device, for memory. Part of the load. */
    public static final int BLOCKED = 2;
    /** It sleeps until a device is done. */
    public static final int IOWAIT = 4;

    private static final class Cpu {
        private long userNs;
        private long systemNs;
        private long idleNs;
        private long iowaitNs;
        private long owedUserNs;
        private long owedSystemNs;
        /** Up to when the above are counted. */
        private long untilNs;
        /** Threads that were on it when they began to wait for a device. */
        private int waiting;

        /** Works off what is owed, the kernel's part first; the rest of the time it has nothing to do. */
        void account(long nowNs) {
            long leftNs = nowNs - untilNs;
            untilNs = nowNs;
            long system = Math.min(leftNs, owedSystemNs);
            owedSystemNs -= system;
            systemNs += system;
            leftNs -= system;
            long user = Math.min(leftNs, owedUserNs);
            owedUserNs -= user;
            userNs += user;
            leftNs -= user;
            if (waiting > 0) {
                iowaitNs += leftNs;
            } else {
                idleNs += leftNs;
            }
        }
    }

    /** One CPU's times at a moment; niced, interrupt, stolen and guest time stay 0. */
    public record Times(long userNs, long systemNs, long idleNs, long iowaitNs) {
        public Times plus(Times other) {
            return new Times(
                    userNs + other.userNs, systemNs + other.systemNs, idleNs + other.idleNs, iowaitNs + other.iowaitNs);
        }
    }

    private final LoadAverage load = new LoadAverage();
    private Cpu[] cpus = {};
    private long nowNs;
    private int runnable;
    private int blocked;
    private int waiting;
    private long switches;

    /** Time goes on; every change up to now has been told. */
    public void advance(long toNs) {
        nowNs = toNs;
        load.advance(toNs, runnable + blocked);
    }

    private Cpu cpu(int number) {
        int first = cpus.length;
        if (number >= first) {
            cpus = Arrays.copyOf(cpus, number + 1);
            Arrays.setAll(cpus, i -> i < first ? cpus[i] : new Cpu());
        }
        Cpu cpu = cpus[number];
        cpu.account(nowNs);
        return cpu;
    }

    /** A thread of this CPU leaves and enters states (bits above). */
    public void change(int cpu, int clear, int set) {
        runnable += delta(RUNNABLE, clear, set);
        blocked += delta(BLOCKED, clear, set);
        int change = delta(IOWAIT, clear, set);
        if (change != 0) {
            waiting += change;
            cpu(cpu).waiting += change;
        }
    }

    private static int delta(int state, int clear, int set) {
        return ((set & state) != 0 ? 1 : 0) - ((clear & state) != 0 ? 1 : 0);
    }

    /** A CPU gets work that takes it this long. */
    public void owe(int cpu, long userNs, long systemNs) {
        Cpu ower = cpu(cpu);
        ower.owedUserNs += userNs;
        ower.owedSystemNs += systemNs;
    }

    /** The first of {@code count} CPUs that owes least: where the scheduler puts one who comes from outside. */
    public int leastOwing(int count) {
        int best = 0;
        long bestNs = Long.MAX_VALUE;
        for (int i = 0; i < count && bestNs > 0; i++) {
            Cpu cpu = cpu(i);
            long owedNs = cpu.owedUserNs + cpu.owedSystemNs;
            if (owedNs < bestNs) {
                best = i;
                bestNs = owedNs;
            }
        }
        return best;
    }

    /** A CPU went from one thread to another, or to or from its idle one. */
    public void switched() {
        switches++;
    }

    /** What a CPU did up to now. */
    public Times times(int cpu) {
        Cpu c = cpu(cpu);
        return new Times(c.userNs, c.systemNs, c.idleNs, c.iowaitNs);
    }

    /** Context switches since boot. */
    public long switches() {
        return switches;
    }

    /** Threads that run or wait for a CPU. */
    public int runnable() {
        return runnable;
    }

    /** Threads that wait for a device. */
    public int waiting() {
        return waiting;
    }

    /** Hundredths; {@code window} 0, 1, 2 is 1, 5, 15 minutes. */
    public long loadHundredths(int window) {
        return load.hundredths(window);
    }
}
