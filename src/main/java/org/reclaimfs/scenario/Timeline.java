package org.reclaimfs.scenario;

import java.util.List;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Activity;
import org.reclaimfs.machine.Machine;

/**
 * Does steps at their virtual times, as activities of the machine. Steps of the same time wait for each other; one that
 * is not done when the next time comes goes on beside it. Expects the gate's lock.
 */
final class Timeline {
    /**
     * A step of a scenario.
     *
     * @param line in the scenario's file, from 1
     */
    record Entry(long atNs, Step step, String text, int line) {}

    /** Who is told what happens. */
    interface Listener {
        void done(Entry entry, long nowNs);

        void failed(Entry entry, long nowNs, StepWork.Failure failure);
    }

    private final Machine machine;
    private final StepRunner runner;
    private final List<Entry> entries;
    private final Listener listener;
    private int next;
    private int unfinished;
    private int turn;

    Timeline(Machine machine, StepRunner runner, List<Entry> entries, Listener listener) {
        this.machine = machine;
        this.runner = runner;
        this.entries = entries;
        this.listener = listener;
    }

    /** Queues the first step. */
    void start() {
        armNext();
    }

    /** Steps that have not begun yet. */
    List<Entry> waiting() {
        return entries.subList(next, entries.size());
    }

    /** How many steps have begun and are not done. */
    int unfinished() {
        return unfinished;
    }

    private void armNext() {
        if (next < entries.size()) {
            arm(entries.get(next).atNs());
        }
    }

    /** Makes the next turn come at {@code atNs}, and no earlier one. */
    private int arm(long atNs) {
        Turn queued = new Turn(++turn);
        long delayNs = atNs - machine.nowNs();
        if (delayNs <= 0) {
            machine.start(queued);
        } else if (atNs != Long.MAX_VALUE) {
            machine.schedule(queued, delayNs);
        }
        return turn;
    }

    /** A point in time at which steps may begin; void when another has been armed since. */
    private final class Turn extends Activity {
        private final int number;

        Turn(int number) {
            this.number = number;
        }

        @Override
        public boolean needsCpu() {
            return false;
        }

        @Override
        public long step(long nowNs) {
            if (number == turn) {
                go(nowNs);
            }
            return DONE;
        }
    }

    private void go(long nowNs) {
        while (next < entries.size() && entries.get(next).atNs() <= nowNs) {
            Entry entry = entries.get(next++);
            Running running = new Running(entry, new StepWork(runner, entry.step(), true));
            unfinished++;
            if (running.begin(nowNs)) {
                machine.start(running);
                long later = laterThan(entry.atNs());
                if (later > nowNs) {
                    running.awaitedTurn = arm(later);
                    return;
                }
            }
        }
        armNext();
    }

    private long laterThan(long atNs) {
        for (int i = next; i < entries.size(); i++) {
            if (entries.get(i).atNs() > atNs) {
                return entries.get(i).atNs();
            }
        }
        return Long.MAX_VALUE;
    }

    /** A step under way, as an activity. */
    private final class Running extends Activity {
        private final Entry entry;
        private final StepWork work;
        /** The turn that is armed while others wait for this step; 0 if nobody does. */
        private int awaitedTurn;

        Running(Entry entry, StepWork work) {
            this.entry = entry;
            this.work = work;
        }

        @Override
        public boolean needsCpu() {
            return !work.onlyWaits();
        }

        /** Begins the step at the time it says, whether a CPU is free or not; false if that was all of it. */
        boolean begin(long nowNs) {
            try {
                if (work.begin()) {
                    return true;
                }
                listener.done(entry, nowNs);
            } catch (ErrnoException e) {
                failed(nowNs, e);
            }
            unfinished--;
            return false;
        }

        @Override
        public long step(long nowNs) {
            try {
                long cost = work.slice(nowNs);
                if (cost != Work.FINISHED) {
                    return cost;
                }
                listener.done(entry, nowNs);
            } catch (ErrnoException e) {
                failed(nowNs, e);
            }
            unfinished--;
            if (awaitedTurn == turn) {
                arm(nowNs);
            }
            return DONE;
        }

        private void failed(long nowNs, ErrnoException e) {
            StepWork.Failure known = work.failure();
            StepWork.Failure failure = known == null
                    ? new StepWork.Failure(
                            String.valueOf(e.getMessage()), null, e.errno().name())
                    : known;
            listener.failed(entry, nowNs, failure);
        }
    }
}
