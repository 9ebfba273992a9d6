package org.reclaimfs.psi;

import java.util.ArrayList;
import java.util.List;

/**
 * Stall times and running averages of one cgroup, or of the system (psi_group, kernel/sched/psi.c 7.2; spec/09). Totals
 * in ns, averages in percent as fixed point with 11 fraction bits. NOT thread safe.
 */
public final class PsiGroup {
    /** Task states; a task may be in several at once. */
    public static final int IOWAIT = 1;

    public static final int MEMSTALL = 2;
    public static final int RUNNING = 4;
    public static final int MEMSTALL_RUNNING = 8;

    private static final int TASK_STATES = 4;
    private static final int STATES = PsiResource.values().length * 2;
    private static final long JIFFY_NS = 4_000_000;
    /** Length of an averaging period: 2 s and one tick at HZ 250. */
    static final long PERIOD_NS = 501 * JIFFY_NS;

    private static final int FIXED_1 = 2048;
    private static final int[] EXP = {1677, 1981, 2034};

    private final int[] tasks = new int[TASK_STATES];
    private final long[] totalNs = new long[STATES];
    private final long[] averagedNs = new long[STATES];
    private final long[][] avg = new long[STATES][EXP.length];
    private long stateSinceNs;
    private long lastUpdateNs;
    private long nextUpdateNs;
    private boolean enabled = true;
    private final List<PsiTrigger> triggers = new ArrayList<>();

    public PsiGroup(long nowNs) {
        restart(nowNs);
    }

    private void restart(long nowNs) {
        stateSinceNs = nowNs;
        lastUpdateNs = nowNs;
        nextUpdateNs = nowNs + PERIOD_NS;
    }

    public boolean enabled() {
        return enabled;
    }

    /** cgroup.pressure: off stops the accounting, on starts it afresh from now. */
    public void setEnabled(boolean on, long nowNs) {
        if (on == enabled) {
            return;
        }
        advance(nowNs);
        enabled = on;
        restart(nowNs);
    }

    /** A task of the group leaves and enters states (bits above). */
    public void change(long nowNs, int clear, int set) {
        advance(nowNs);
        for (int s = 0; s < TASK_STATES; s++) {
            tasks[s] += (set >> s & 1) - (clear >> s & 1);
        }
    }

    /** Accounts the time since the last change to the states the group has been in. */
    public void advance(long nowNs) {
        long span = nowNs - stateSinceNs;
        if (span <= 0) {
            return;
        }
        stateSinceNs = nowNs;
        if (!enabled) {
            return;
        }
        int iowait = tasks[0];
        int memstall = tasks[1];
        int running = tasks[2];
        int memstallRunning = tasks[3];
        addTime(PsiResource.IO, iowait > 0, iowait > 0 && running == 0, span);
        addTime(PsiResource.MEMORY, memstall > 0, memstall > 0 && running == memstallRunning, span);
    }

    private void addTime(PsiResource resource, boolean some, boolean full, long span) {
        totalNs[state(resource, false)] += some ? span : 0;
        totalNs[state(resource, true)] += full ? span : 0;
    }

    private static int state(PsiResource resource, boolean full) {
        return resource.ordinal() * 2 + (full ? 1 : 0);
    }

    /** Brings totals and averages to {@code nowNs}; every read does this first. */
    public void update(long nowNs) {
        advance(nowNs);
        if (!enabled || nowNs < nextUpdateNs) {
            return;
        }
        long missed = (nowNs - nextUpdateNs) / PERIOD_NS;
        long periodNs = nowNs - (lastUpdateNs + missed * PERIOD_NS);
        lastUpdateNs = nowNs;
        nextUpdateNs += (1 + missed) * PERIOD_NS;
        for (int s = 0; s < STATES; s++) {
            long sample = Math.min(totalNs[s] - averagedNs[s], periodNs);
            averagedNs[s] += sample;
            long active = sample * 100 / periodNs * FIXED_1;
            for (int i = 0; i < EXP.length; i++) {
                long a = avg[s][i];
                if (missed > 0) {
                    a = decay(a, power(EXP[i], missed), 0);
                }
                avg[s][i] = decay(a, EXP[i], active);
            }
        }
    }

    private static long decay(long average, long factor, long active) {
        long sum = average * factor + active * (FIXED_1 - factor);
        return (sum + (active >= average ? FIXED_1 - 1 : 0)) / FIXED_1;
    }

    /** factor^n with 11 fraction bits, rounded at each multiplication (fixed_power_int). */
    private static long power(long factor, long n) {
        long result = FIXED_1;
        long x = factor;
        for (long k = n; k > 0; k >>= 1) {
            if ((k & 1) != 0) {
                result = result * x + FIXED_1 / 2 >> 11;
            }
            x = x * x + FIXED_1 / 2 >> 11;
        }
        return result;
    }

    /** Hundredths of a percent; {@code window} 0, 1, 2 is avg10, avg60, avg300. */
    public long avgHundredths(PsiResource resource, boolean full, int window) {
        long a = avg[state(resource, full)][window];
        return (a >> 11) * 100 + ((a & FIXED_1 - 1) * 100 >> 11);
    }

    public long totalUs(PsiResource resource, boolean full) {
        return totalNs[state(resource, full)] / 1000;
    }

    long totalNs(PsiResource resource, boolean full) {
        return totalNs[state(resource, full)];
    }

    /** Starts watching; the trigger fires on {@link #checkTriggers}. */
    public PsiTrigger addTrigger(PsiResource resource, boolean full, long thresholdUs, long windowUs, long nowNs) {
        advance(nowNs);
        PsiTrigger trigger = new PsiTrigger(this, resource, full, thresholdUs * 1000, windowUs * 1000, nowNs);
        triggers.add(trigger);
        return trigger;
    }

    public void removeTrigger(PsiTrigger trigger) {
        triggers.remove(trigger);
    }

    public boolean hasTriggers() {
        return !triggers.isEmpty();
    }

    /** Evaluates every trigger at {@code nowNs}. */
    public void checkTriggers(long nowNs) {
        advance(nowNs);
        for (PsiTrigger trigger : triggers) {
            trigger.check(nowNs);
        }
    }
}
