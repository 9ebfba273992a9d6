package org.reclaimfs.psi;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stall times and running averages of one cgroup, or of the system (psi_group, kernel/sched/psi.c 7.2; spec/09). Totals
 * in ns, averages in percent. A CPU costs memory only from the first task of the group on it. NOT thread safe.
 *
 * <p>Two workers run at their own times, though nobody calls them then: {@link #change} and every read let them catch up
 * first, and {@link PsiMonitor} says when a trigger cannot wait for that.
 */
public final class PsiGroup {
    /** Task states; a task may be in several at once. */
    public static final int IOWAIT = 1;

    public static final int MEMSTALL = 2;
    public static final int RUNNING = 4;
    public static final int MEMSTALL_RUNNING = 8;
    /** The task is the one its CPU executes. */
    public static final int ONCPU = 16;
    /** So it is, within a memory stall. */
    public static final int ONCPU_MEMSTALL = 32;

    static final long PERIOD_NS = PsiAverages.PERIOD_NS;
    private static final PsiCpu[] NONE = {};

    private final PsiMonitor monitor;
    private final PsiTotals totals;
    private final PsiAverages averages = new PsiAverages();
    private final PsiPoll poll = new PsiPoll();
    /** Triggers of writers without privilege, looked at with the averages. */
    private final List<PsiTrigger> slowTriggers = new ArrayList<>(0);

    private @Nullable PsiCpu[] cpus = NONE;
    private long averagesDueNs = PsiMonitor.NEVER;
    private boolean enabled = true;

    /** @param parent the group above; null: this is the system's, the group of all tasks */
    public PsiGroup(long nowNs, @Nullable PsiGroup parent) {
        monitor = parent == null ? new PsiMonitor() : parent.monitor;
        totals = new PsiTotals(parent == null);
        averages.restart(nowNs);
    }

    /** Shared by all groups of a machine. */
    public PsiMonitor monitor() {
        return monitor;
    }

    public boolean enabled() {
        return enabled;
    }

    /** cgroup.pressure: off stops the accounting, on starts it afresh from now. */
    public void setEnabled(boolean on, long nowNs) {
        if (on == enabled) {
            return;
        }
        catchUp(nowNs);
        for (PsiCpu cpu : cpus) {
            if (cpu != null) {
                cpu.account(nowNs, enabled);
            }
        }
        enabled = on;
        averages.restart(nowNs);
    }

    /** A task of the group, on this CPU, leaves and enters states (bits above). */
    public void change(int cpu, long nowNs, int clear, int set) {
        catchUp(nowNs);
        PsiCpu on = cpu < cpus.length ? cpus[cpu] : null;
        if (on == null) {
            on = new PsiCpu(nowNs);
            if (cpu >= cpus.length) {
                cpus = Arrays.copyOf(cpus, cpu + 1);
            }
            cpus[cpu] = on;
        }
        on.account(nowNs, enabled);
        on.change(clear, set);
        if (averagesDueNs == PsiMonitor.NEVER) {
            averagesDueNs = nowNs + PERIOD_NS;
            if (!slowTriggers.isEmpty()) {
                monitor.due(averagesDueNs);
            }
        }
        if (!poll.isEmpty() && poll.wake(on.states(), nowNs)) {
            monitor.due(poll.dueNs());
        }
    }

    private void catchUp(long nowNs) {
        while (averagesDueNs <= nowNs) {
            runAverages(averagesDueNs);
        }
        while (poll.dueNs() <= nowNs) {
            poll.run(totals, cpus, enabled);
        }
    }

    /** The worker that keeps averages going while anything happens in the group (psi_avgs_work). */
    private void runAverages(long nowNs) {
        int seen = totals.collect(PsiTotals.AVERAGES, cpus, nowNs, enabled);
        endPeriod(nowNs);
        boolean active = (seen & 1 << PsiCpu.NONIDLE) != 0;
        averagesDueNs = active ? averages.nextUpdateNs() : PsiMonitor.NEVER;
    }

    private void endPeriod(long nowNs) {
        if (enabled && nowNs >= averages.nextUpdateNs()) {
            for (PsiTrigger trigger : slowTriggers) {
                trigger.check(nowNs, totals);
            }
            averages.update(nowNs, totals);
        }
    }

    /** Brings totals and averages to {@code nowNs}; every read does this first. */
    public void update(long nowNs) {
        catchUp(nowNs);
        totals.collect(PsiTotals.AVERAGES, cpus, nowNs, enabled);
        endPeriod(nowNs);
    }

    /** Hundredths of a percent; {@code window} 0, 1, 2 is avg10, avg60, avg300. */
    public long avgHundredths(PsiResource resource, boolean full, int window) {
        return averages.hundredths(state(resource, full), window);
    }

    public long totalUs(PsiResource resource, boolean full) {
        return totals.ns(PsiTotals.AVERAGES, state(resource, full)) / 1000;
    }

    private static int state(PsiResource resource, boolean full) {
        return resource.ordinal() * 2 + (full ? 1 : 0);
    }

    // ---- triggers ----

    /**
     * Starts watching.
     *
     * @param privileged whether it is looked at as often as its window asks for, not only every 2 s
     */
    public PsiTrigger addTrigger(
            PsiResource resource, boolean full, long thresholdUs, long windowUs, boolean privileged, long nowNs) {
        catchUp(nowNs);
        int aggregator = privileged ? PsiTotals.TRIGGERS : PsiTotals.AVERAGES;
        PsiTrigger trigger =
                new PsiTrigger(this, aggregator, state(resource, full), thresholdUs * 1000, windowUs * 1000, nowNs);
        trigger.restart(nowNs, totals);
        monitor.watch(this);
        if (!privileged) {
            slowTriggers.add(trigger);
            monitor.due(averagesDueNs);
            return trigger;
        }
        if (poll.isEmpty()) {
            PsiTotals.skip(PsiTotals.TRIGGERS, cpus, nowNs, enabled);
        }
        poll.add(trigger);
        // The kernel waits for the next change of a task; a stall under way has many, here it may have none.
        for (PsiCpu cpu : cpus) {
            if (cpu != null && poll.wake(cpu.states(), nowNs)) {
                monitor.due(poll.dueNs());
            }
        }
        return trigger;
    }

    void removeTrigger(PsiTrigger trigger) {
        poll.remove(trigger);
        slowTriggers.remove(trigger);
        if (!hasTriggers()) {
            monitor.forget(this);
        }
    }

    public boolean hasTriggers() {
        return !poll.isEmpty() || !slowTriggers.isEmpty();
    }

    /** When a trigger of this group is to be looked at next. */
    long nextCheckNs() {
        return Math.min(poll.dueNs(), slowTriggers.isEmpty() ? PsiMonitor.NEVER : averagesDueNs);
    }

    /** Looks at the triggers at all the times that have come by {@code nowNs}. */
    public void checkTriggers(long nowNs) {
        catchUp(nowNs);
    }
}
