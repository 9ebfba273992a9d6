package org.reclaimfs.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongConsumer;
import org.reclaimfs.scenario.Scenario;

/** Plays a scenario once for each column, as many at a time as there are processors. */
public final class Comparison {
    private static final long TELL_EVERY_MS = 200;

    private final List<Column> columns;
    private final Scenario scenario;
    private final List<Trial> trials = new ArrayList<>();
    private final AtomicLongArray positionsNs;
    private volatile boolean stopped;

    public Comparison(List<Column> columns, Scenario scenario, Sessions sessions) {
        this.columns = List.copyOf(columns);
        this.scenario = scenario;
        this.positionsNs = new AtomicLongArray(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            int at = i;
            trials.add(
                    new Trial(columns.get(i), scenario, sessions, nowNs -> positionsNs.set(at, nowNs), () -> stopped));
        }
    }

    /** Finds out, before time is spent, whether each column can be played. */
    public void check() throws Exception {
        for (Trial trial : trials) {
            trial.check();
        }
    }

    /** How far {@link #run} goes: the ends of all runs together. */
    public long endNs() {
        return scenario.endNs() * columns.size();
    }

    /** Ends the runs where they are; {@link #run} returns soon, with what there is. From any thread. */
    public void stop() {
        stopped = true;
    }

    /**
     * Plays them all. A run that fails leaves the others alone.
     *
     * @param progress is told now and then how much virtual time has been played, in all runs together
     * @return in the order of the columns
     */
    public List<Outcome> run(LongConsumer progress) throws InterruptedException {
        int threads = Math.min(columns.size(), Runtime.getRuntime().availableProcessors());
        ExecutorService pool = Executors.newFixedThreadPool(Math.max(1, threads), Comparison::worker);
        try {
            List<Future<Outcome>> futures = trials.stream().map(pool::submit).toList();
            List<Outcome> outcomes = new ArrayList<>();
            for (int i = 0; i < futures.size(); i++) {
                outcomes.add(await(futures.get(i), columns.get(i), progress));
            }
            return outcomes;
        } finally {
            pool.shutdownNow();
        }
    }

    private static Thread worker(Runnable work) {
        Thread thread = new Thread(work, "reclaimfs-trial");
        thread.setDaemon(true);
        return thread;
    }

    private Outcome await(Future<Outcome> future, Column column, LongConsumer progress) throws InterruptedException {
        while (true) {
            try {
                return future.get(TELL_EVERY_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                long sum = 0;
                for (int i = 0; i < positionsNs.length(); i++) {
                    sum += positionsNs.get(i);
                }
                progress.accept(sum);
            } catch (ExecutionException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                return Outcome.failed(column, cause.getClass().getSimpleName() + ": " + cause.getMessage());
            }
        }
    }
}
