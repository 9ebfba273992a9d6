package org.reclaimfs.lab;

import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.scenario.Run;
import org.reclaimfs.scenario.Scenario;
import org.reclaimfs.scenario.Session;

/** The scenario played as one column says; its machine is given back when it is over. */
final class Trial implements Callable<Outcome> {
    private final Column column;
    private final Scenario scenario;
    private final Sessions sessions;
    private final LongConsumer progress;
    private final BooleanSupplier stop;

    /**
     * @param progress is told the virtual time now and then
     * @param stop whether to end early
     */
    Trial(Column column, Scenario scenario, Sessions sessions, LongConsumer progress, BooleanSupplier stop) {
        this.column = column;
        this.scenario = scenario.with(column.machine());
        this.sessions = sessions;
        this.progress = progress;
        this.stop = stop;
    }

    /** Whether the column can be played at all: its sysctls exist and take their values. */
    void check() throws ColumnException, Exception {
        try (Session session = sessions.open(scenario)) {
            set(session);
        }
    }

    private void set(Session session) throws ColumnException {
        for (Column.Sysctl sysctl : column.sysctls()) {
            try {
                session.kernfs().writeText(sysctl.path(), sysctl.value() + "\n", Signal.NEVER);
            } catch (ErrnoException e) {
                throw new ColumnException(sysctl.name() + "=" + sysctl.value() + ": " + e.getMessage());
            }
        }
    }

    @Override
    public Outcome call() throws Exception {
        if (stop.getAsBoolean()) {
            return Outcome.failed(column, "not begun: interrupted");
        }
        long beganNs = System.nanoTime();
        try (Session session = sessions.open(scenario)) {
            set(session);
            Run run = new Run(session, scenario);
            startKiller(session);
            boolean whole = run.play(progress, stop);
            long wallMs = (System.nanoTime() - beganNs) / 1_000_000;
            return Outcome.of(column, run, session.machine(), whole, wallMs);
        }
    }

    private void startKiller(Session session) {
        PsiKiller.@Nullable Rule rule = column.killer();
        if (rule != null) {
            Machine machine = session.machine();
            session.gate().lock().lock();
            try {
                machine.start(new PsiKiller(machine, rule));
            } finally {
                session.gate().lock().unlock();
            }
        }
    }
}
