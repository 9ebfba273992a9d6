package org.reclaimfs.machine;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.mm.Effort;
import org.reclaimfs.sched.RunQueues;

/**
 * The machine's CPUs and who runs on them. An activity that is runnable takes an idle CPU, its last one if it can, or else
 * waits in the queue of one. A slice occupies its CPU for what it cost; then the CPU goes to the one that has waited
 * longest.
 *
 * <p>Why the longest, in whatever queue, and not the first of its own: so N busy activities get exactly M/N of M CPUs, which
 * the kernel's balancing only comes near to; moving costs nothing here.
 */
final class Cpus {
    /** Runs a slice now; returns as {@link Activity#step}, with what it cost on the effort. */
    interface Runner {
        long run(Activity activity);
    }

    private final EventQueue events;
    private final Runner runner;
    private final Effort effort;
    private final RunQueues queues;
    private final BitSet idle = new BitSet();
    /** Who has each CPU; null: nobody. */
    private final @Nullable Activity[] running;
    /** How many wait for each CPU. */
    private final int[] queued;
    /** All that wait, oldest first. */
    private @Nullable Activity oldest;

    private @Nullable Activity newest;
    private @Nullable Activity current;
    private boolean currentWoken;

    Cpus(int count, EventQueue events, Runner runner, Effort effort, RunQueues queues) {
        this.events = events;
        this.runner = runner;
        this.effort = effort;
        this.queues = queues;
        this.running = new Activity[count];
        this.queued = new int[count];
        idle.set(0, count);
    }

    /** The activity whose slice is under way; null between slices, and in those of timers and of clients. */
    @Nullable
    Activity current() {
        return current;
    }

    /** Makes an activity runnable at {@code atNs}; one that is has nothing to add. */
    void wakeAt(Activity activity, long atNs) {
        if (activity.place == Activity.Place.ON_CPU) {
            activity.restNs = 0;
            // In the midst of its slice: whatever that ends with, there is more to do.
            currentWoken |= activity == current;
        } else if (activity.place != Activity.Place.QUEUED) {
            events.add(atNs, activity);
        }
    }

    /** The time of an activity's event has come: it wakes up, or its slice is over. */
    void due(Activity activity, long nowNs) {
        if (!activity.needsCpu()) {
            long delayNs = runner.run(activity);
            if (delayNs != Activity.DONE) {
                events.add(nowNs + Math.max(1, delayNs), activity);
            }
        } else if (activity.place == Activity.Place.ON_CPU) {
            sliceOver(activity, nowNs);
        } else {
            wake(activity, nowNs);
        }
    }

    private void wake(Activity activity, long nowNs) {
        int last = activity.cpu;
        int free = idle.get(last) ? last : idle.nextSetBit(0);
        if (free >= 0) {
            idle.clear(free);
            give(free, activity, nowNs);
        } else {
            enqueue(activity, shortestQueue(last), nowNs);
        }
    }

    /** The CPU with the fewest waiting; on a tie the one asked for, then the lowest. */
    private int shortestQueue(int preferred) {
        int best = preferred;
        for (int cpu = 0; cpu < queued.length && queued[best] > 0; cpu++) {
            best = queued[cpu] < queued[best] ? cpu : best;
        }
        return best;
    }

    private void enqueue(Activity activity, int cpu, long nowNs) {
        if (newest == null) {
            oldest = activity;
        } else {
            newest.nextQueued = activity;
        }
        newest = activity;
        queued[cpu]++;
        activity.placed(Activity.Place.QUEUED, cpu, nowNs);
    }

    private void give(int cpu, Activity activity, long nowNs) {
        queues.switched();
        running[cpu] = activity;
        activity.placed(Activity.Place.ON_CPU, cpu, nowNs);
        slice(activity, nowNs);
    }

    private void slice(Activity activity, long nowNs) {
        activity.restNs = 0;
        current = activity;
        currentWoken = false;
        long delayNs = runner.run(activity);
        current = null;
        long spentNs = spentNs(delayNs);
        long restNs = delayNs == Activity.DONE ? Activity.DONE : delayNs - spentNs;
        activity.restNs = currentWoken ? 0 : restNs;
        // A slice that neither costs nor rests would run again at the same instant for ever.
        long busyNs = spentNs == 0 && activity.restNs == 0 ? 1 : spentNs;
        used(activity, busyNs, activity.cpu);
        events.add(nowNs + busyNs, activity);
    }

    /** What the slice that has just been run took a CPU for. */
    private long spentNs(long delayNs) {
        return Math.min(effort.spentNs(), delayNs == Activity.DONE ? Long.MAX_VALUE : delayNs);
    }

    private void used(Activity activity, long busyNs, int cpu) {
        long userNs = Math.min(effort.userNs(), busyNs);
        activity.used(userNs, busyNs - userNs);
        queues.owe(cpu, userNs, busyNs - userNs);
    }

    /** Runs a slice for a client of the file system: on whatever CPU has the time. */
    long runOutside(Activity activity) {
        long delayNs = runner.run(activity);
        used(activity, spentNs(delayNs), queues.leastOwing(running.length));
        return delayNs;
    }

    private void sliceOver(Activity activity, long nowNs) {
        int cpu = activity.cpu;
        if (activity.restNs == 0) {
            if (oldest == null) {
                slice(activity, nowNs);
                return;
            }
            enqueue(activity, cpu, nowNs);
        } else if (activity.restNs == Activity.DONE) {
            activity.placed(Activity.Place.OUTSIDE, cpu, nowNs);
        } else {
            activity.placed(Activity.Place.ASLEEP, cpu, nowNs);
            events.add(nowNs + activity.restNs, activity);
        }
        runNext(cpu, nowNs);
    }

    private void runNext(int cpu, long nowNs) {
        Activity next = oldest;
        if (next == null) {
            queues.switched();
            running[cpu] = null;
            idle.set(cpu);
            return;
        }
        oldest = next.nextQueued;
        newest = oldest == null ? null : newest;
        next.nextQueued = null;
        queued[next.cpu]--;
        give(cpu, next, nowNs);
    }

    /** Cuts the last slices of activities that are done short: they are over now. */
    void endLastSlices(long nowNs) {
        for (Activity activity : running) {
            if (activity != null && activity.restNs == Activity.DONE) {
                events.add(nowNs, activity);
            }
        }
    }
}
