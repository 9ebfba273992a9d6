package org.reclaimfs;

import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Kernfs;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.scenario.Problem;
import org.reclaimfs.scenario.ScenarioException;
import org.reclaimfs.scenario.ScenarioParser;
import org.reclaimfs.scenario.Session;

/** A machine that plays a scenario in virtual time, as {@code run} does. What is measured is the timeline's own text. */
final class World implements AutoCloseable {
    private static final long LEAP_NS = 10_000_000;

    private final Session session;

    World(String scenario) {
        try {
            session = new Session(ScenarioParser.parse(scenario), Tree::attach, Machine::nowNs, "bench\n");
        } catch (ScenarioException e) {
            throw new IllegalStateException(e.problems().toString(), e);
        }
        for (Problem problem : session.setUp()) {
            throw new IllegalStateException(problem.in("scenario"));
        }
        session.startTimeline();
    }

    Kernfs files() {
        return session.kernfs();
    }

    /** Lets {@code ns} of virtual time pass. */
    World leap(long ns) {
        session.gate().leapTo(session.machine().nowNs() + ns, () -> false);
        return this;
    }

    /** Lets time pass until the timeline has come to its step {@code task done}; returns when that was, in ns. */
    long playToEnd() {
        while (session.machine().cgroups().byName("done") == null) {
            leap(LEAP_NS);
        }
        return session.machine().nowNs();
    }

    /** A number of /proc/vmstat or another file of keys and values. */
    long value(String path, String key) {
        try {
            return session.kernfs()
                    .readText(path)
                    .lines()
                    .filter(line -> line.startsWith(key + " "))
                    .mapToLong(line -> Long.parseLong(line.substring(key.length() + 1)))
                    .sum();
        } catch (ErrnoException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
