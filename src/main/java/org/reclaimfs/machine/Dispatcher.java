package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.reclaimfs.psi.PsiMonitor;
import org.reclaimfs.sched.RunQueues;
import org.reclaimfs.swap.IoQueue;

/**
 * What runs when: due slices of activities, each on a CPU, the ends of writes, the checks of pressure triggers, and the
 * kernel's own threads. It keeps the present time, which its callers move. NOT thread safe.
 */
final class Dispatcher {
    private final Core core;
    private final PageTables pageTables;
    private final EventQueue events = new EventQueue();
    private final RunQueues runQueues;
    private final PsiMonitor pressure;
    private final Cpus cpus;
    final Threads threads;
    private long nowNs;

    Dispatcher(Core core, PageTables pageTables, Tasks tasks, SplittableRandom random) {
        this.core = core;
        this.pageTables = pageTables;
        runQueues = core.cgroups.root().cpu().queues();
        pressure = core.cgroups.root().psi().monitor();
        cpus = new Cpus(core.config.cpus(), events, this::runSlice, core.effort, runQueues);
        threads = new Threads(core, cpus, tasks, random);
    }

    long nowNs() {
        return nowNs;
    }

    RunQueues runQueues() {
        return runQueues;
    }

    /** When something is due next; {@code Long.MAX_VALUE} if nothing is. */
    long nextEventNs() {
        return Math.min(Math.min(events.nextNs(), core.io.nextNs()), pressure.nextCheckNs());
    }

    /** When a pressure trigger is to be looked at next; {@code Long.MAX_VALUE}: none is. */
    long triggerCheckNs() {
        return pressure.nextCheckNs();
    }

    /**
     * Moves time forward to {@code targetNs}, running at most {@code maxSlices} due slices.
     *
     * @return whether the target was reached
     */
    boolean advance(long targetNs, int maxSlices) {
        for (int i = 0; i < maxSlices; i++) {
            long next = nextEventNs();
            threads.workPeriodically(Math.min(next, targetNs));
            if (next > targetNs) {
                passTo(targetNs);
                return true;
            }
            passTo(next);
            if (core.io.nextNs() <= nowNs) {
                drainIo(nowNs);
            } else if (pressure.nextCheckNs() <= nowNs) {
                pressure.check(nowNs);
            } else {
                Activity due = events.poll();
                if (due != null) {
                    cpus.due(due, nowNs);
                }
            }
        }
        return false;
    }

    private void passTo(long atNs) {
        nowNs = Math.max(nowNs, atNs);
        runQueues.advance(nowNs);
    }

    /** Runs one slice now for whoever calls; see {@link Machine#step}. */
    long step(Activity activity) {
        Activity carrier = cpus.current();
        if (carrier == null) {
            return cpus.runOutside(activity);
        }
        carrier.carry(activity, nowNs);
        return runSlice(activity);
    }

    private long runSlice(Activity activity) {
        core.effort.begin(nowNs, activity.cpu());
        long delayNs = activity.step(nowNs);
        threads.wake(nowNs);
        return delayNs;
    }

    /** Lets those run that something outside a slice has woken. */
    void wakeThreads() {
        threads.wake(nowNs);
    }

    /** Makes an activity runnable after {@code delayNs}, as soon as there is a CPU for it. */
    void wakeAfter(Activity activity, long delayNs) {
        cpus.wakeAt(activity, nowNs + delayNs);
    }

    // ---- with the clock at a standstill ----

    /** Completes every page write under way. */
    void completeIo() {
        endWrites(core.io.pollAll());
    }

    /** Ends what the last slices have done. */
    void completeSlices() {
        cpus.endLastSlices(nowNs);
    }

    // ---- the ends of writes ----

    private void drainIo(long untilNs) {
        List<IoQueue.Write> done = new ArrayList<>();
        for (IoQueue.Write w = core.io.poll(untilNs); w != null; w = core.io.poll(untilNs)) {
            done.add(w);
        }
        endWrites(done);
    }

    private void endWrites(List<IoQueue.Write> done) {
        // Each goes to the very tail: last first, so that those that end together keep their order.
        for (int i = done.size() - 1; i >= 0; i--) {
            pageTables.writeDone(done.get(i).run());
        }
    }
}
