package org.reclaimfs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.lab.Column;
import org.reclaimfs.lab.ColumnException;
import org.reclaimfs.lab.Comparison;
import org.reclaimfs.lab.Outcome;
import org.reclaimfs.lab.Report;
import org.reclaimfs.machine.MachineConfig;
import org.reclaimfs.scenario.Telling;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code compare}: the same scenario under several policies. */
@Command(
        name = "compare",
        description = "Play the same scenario under several policies, side by side, on all processors.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "A policy is one or more of these, joined by commas:",
            "  stock                  the kernel without any of the patches that decide retries",
            "  NAME[=0|1]             a patch: ram_backed_swap, reclaim_progress, reclaim_progress_scanned, net_progress,",
            "                         scaled_anon, efficiency_gate, zswap_proactive_writeback",
            "  killer=PERCENT:TIME    kill in user space when memory full avg10 is above PERCENT for TIME (60%%:20s)",
            "  vm.NAME=VALUE          a sysctl (vm.reclaim_progress_pct=5)",
            "  cpus=N seed=N version=7.2|6.12 kswapd_failures=N costs.NAME=NS",
            "Patches that decide retries are off unless named, whatever the scenario says. The first column is stock unless",
            "one of yours is. Without --patch: every policy once, and killer=60%%:20s.",
            "",
            "--out writes index.html (one page with plots, no network), compare.png, compare.csv (times in ns or us, sizes in",
            "bytes or pages, as the headers say) and for each policy a directory with the files of `run --out`.",
            "Interrupted, it keeps what there is and says that it is partial.",
            "Exit status: 0 done, 1 a run failed (the others are reported) or was interrupted, 2 wrong usage or scenario."
        })
final class CompareCommand implements Callable<Integer> {
    private static final String STOCK = "stock";
    /** How long an interrupted comparison may take to write what it has. */
    private static final long FAREWELL_MS = 10_000;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--out", paramLabel = "DIR", description = "write the results into DIR, which is made if missing")
    private @Nullable Path out;

    @Option(names = "--seed", paramLabel = "N", description = "of every random choice, instead of the scenario's")
    private @Nullable Long seed;

    @Option(names = "--patch", paramLabel = "POLICY", description = "a policy to compare; may be given again")
    private List<String> policies = new ArrayList<>();

    @Parameters(paramLabel = "F", description = "the scenario (YAML)")
    private Path file = Path.of("");

    @Override
    public Integer call() throws Exception {
        ScenarioFile read = ScenarioFile.read(file);
        MachineConfig config = read.scenario().machine();
        MachineConfig machine = config.with(seed == null ? config.seed() : seed, config.patches());
        List<Column> columns = columns(machine);
        Comparison comparison = new Comparison(
                columns, read.scenario(), scenario -> read.with(scenario).virtualSession());
        try {
            comparison.check();
        } catch (ColumnException e) {
            throw usage(e);
        }
        Thread main = Thread.currentThread();
        Thread farewell = new Thread(() -> stopAndWait(comparison, main), "reclaimfs-farewell");
        Runtime.getRuntime().addShutdownHook(farewell);
        long began = System.nanoTime();
        List<Outcome> outcomes;
        try (Progress progress = new Progress(comparison.endNs())) {
            outcomes = comparison.run(progress::at);
        }
        int status = report(read.name(), machine, outcomes, System.nanoTime() - began);
        removeHook(farewell);
        return status;
    }

    private List<Column> columns(MachineConfig machine) {
        List<String> texts = new ArrayList<>(policies.isEmpty() ? Column.EVERY_POLICY : policies);
        if (!texts.contains(STOCK)) {
            texts.add(0, STOCK);
        }
        List<Column> columns = new ArrayList<>();
        for (String text : texts) {
            try {
                columns.add(Column.parse(text, machine));
            } catch (ColumnException e) {
                throw usage(e);
            }
        }
        return columns;
    }

    private ParameterException usage(ColumnException e) {
        return new ParameterException(spec.commandLine(), "--patch: " + e.getMessage());
    }

    /** SIGINT and SIGTERM: the machine goes down when this returns, so the results must be out by then. */
    private static void stopAndWait(Comparison comparison, Thread main) {
        comparison.stop();
        try {
            main.join(FAREWELL_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the machine is going down already: the hook waits for this thread to end
        }
    }

    private int report(String name, MachineConfig machine, List<Outcome> outcomes, long tookNs) throws Failure {
        boolean partial = outcomes.stream().anyMatch(Outcome::partial)
                || outcomes.stream().anyMatch(outcome -> outcome.figures() == null);
        Report report = new Report(title(name), subtitle(machine), outcomes);
        System.out.printf("%s, %s%n%n%s", title(name), subtitle(machine), report.text());
        Outcome first = outcomes.get(0);
        if (first.figures() != null && !first.figures().sentences().isEmpty()) {
            System.out.printf("%n%s:%n", first.column().name());
            first.figures().sentences().forEach(sentence -> System.out.println("  " + sentence));
        }
        if (outcomes.stream().anyMatch(Outcome::partial)) {
            System.out.println("\nInterrupted: these results are partial.");
        }
        System.out.printf("%n%d runs in %s%n", outcomes.size(), Telling.span(tookNs));
        Path dir = out;
        if (dir != null) {
            try {
                report.write(dir);
                System.out.println("written: " + dir.resolve("index.html"));
            } catch (IOException e) {
                throw Failure.of(Main.FAILED, "cannot write into " + dir + ": " + e.getMessage());
            }
        }
        System.out.flush();
        boolean failed = partial || outcomes.stream().anyMatch(outcome -> outcome.problem() != null);
        return failed ? Main.FAILED : 0;
    }

    private static String title(String name) {
        String base = Path.of(name).getFileName().toString();
        return base.replaceFirst("\\.(yaml|yml)$", "");
    }

    private static String subtitle(MachineConfig machine) {
        return Telling.bytes(machine.memoryBytes()) + " of RAM, " + machine.cpus() + " CPUs, " + machine.nodes()
                + (machine.nodes() == 1 ? " node" : " nodes") + ", seed " + machine.seed()
                + (machine.swapTables() ? ", Linux 7.2" : ", Linux 6.12");
    }
}
