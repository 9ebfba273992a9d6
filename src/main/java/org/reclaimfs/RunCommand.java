package org.reclaimfs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.lab.ColumnException;
import org.reclaimfs.lab.PsiKiller;
import org.reclaimfs.machine.Kill;
import org.reclaimfs.machine.MachineConfig;
import org.reclaimfs.machine.Patch;
import org.reclaimfs.psi.Stalls;
import org.reclaimfs.scenario.Run;
import org.reclaimfs.scenario.Session;
import org.reclaimfs.scenario.Telling;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code run}: plays a scenario in virtual time. */
@Command(
        name = "run",
        description = "Play a scenario in virtual time, as fast as it goes, without a mount.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "--out writes summary.json, timeline.csv (one row every 100 ms of virtual time, every 1 s in runs over 2 min,",
            "every 10 s in runs over 2 h; units in the header) and trace.jsonl (one event a line; times in ns; of frequent",
            "events the first 5000, then every 2nd, every 4th and so on: summary.json has how many there were).",
            "The same scenario and seed give the same bytes, but for wallMs.",
            "Exit status: 0 done, 1 an expectation failed or a step was refused, 2 wrong usage or scenario."
        })
final class RunCommand implements Callable<Integer> {
    private static final String PSI = "psi:";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--seed", paramLabel = "N", description = "of every random choice, instead of the scenario's")
    private @Nullable Long seed;

    @Option(names = "--out", paramLabel = "DIR", description = "write the results into DIR, which is made if missing")
    private @Nullable Path out;

    @Option(names = "--patch", paramLabel = "NAME=0|1", description = "switch a kernel patch; may be given again")
    private List<String> patches = new ArrayList<>();

    @Option(
            names = "--killer",
            paramLabel = "psi:PERCENT:DURATION",
            description =
                    "a killer in user space: when memory full avg10 of the system has been above PERCENT for"
                            + " DURATION (such as psi:60%%:20s), the task with the highest oom_score dies; why is said at the end")
    private @Nullable String killer;

    @Parameters(paramLabel = "F", description = "the scenario (YAML)")
    private Path file = Path.of("");

    @Override
    public Integer call() throws Failure, IOException {
        PsiKiller.Rule rule = killer == null ? null : rule(killer);
        ScenarioFile read = ScenarioFile.read(file);
        ScenarioFile scenario =
                read.with(read.scenario().with(machine(read.scenario().machine())));
        long start = System.nanoTime();
        try (Session session = scenario.virtualSession()) {
            Run run = new Run(session, scenario.scenario());
            Why why = rule == null ? null : new Why(session);
            if (rule != null) {
                start(session, rule);
            }
            try (Progress progress = new Progress(scenario.scenario().endNs())) {
                run.play(atNs -> {
                    progress.at(atNs);
                    if (why != null) {
                        why.look();
                    }
                });
            }
            long wallMs = (System.nanoTime() - start) / 1_000_000;
            report(session, run, wallMs);
            if (why != null) {
                why.tell();
            }
            if (out != null) {
                write(out, run, wallMs);
            }
            return run.failed().isEmpty() ? 0 : Main.FAILED;
        }
    }

    private PsiKiller.Rule rule(String text) {
        try {
            if (text.startsWith(PSI)) {
                return PsiKiller.Rule.parse(text.substring(PSI.length()));
            }
        } catch (ColumnException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage());
        }
        throw new ParameterException(
                spec.commandLine(),
                "--killer: found '" + text + "', expected psi:PERCENT:DURATION such as psi:60%:20s");
    }

    private static void start(Session session, PsiKiller.Rule rule) {
        session.gate().lock().lock();
        try {
            session.machine().start(new PsiKiller(session.machine(), rule));
        } finally {
            session.gate().lock().unlock();
        }
    }

    private MachineConfig machine(MachineConfig config) {
        Set<Patch> on = EnumSet.noneOf(Patch.class);
        on.addAll(config.patches());
        patches.forEach(text -> apply(text, on));
        return config.with(seed == null ? config.seed() : seed, on);
    }

    private void apply(String text, Set<Patch> on) {
        for (Patch patch : Patch.values()) {
            if (text.equals(patch.key() + "=0")) {
                on.remove(patch);
                return;
            }
            if (text.equals(patch.key() + "=1")) {
                on.add(patch);
                return;
            }
        }
        List<String> names = EnumSet.allOf(Patch.class).stream().map(Patch::key).toList();
        throw new ParameterException(
                spec.commandLine(),
                "--patch: found '" + text + "', expected NAME=0 or NAME=1 with one of " + String.join(", ", names));
    }

    private static void report(Session session, Run run, long wallMs) {
        System.out.printf(
                "%s of virtual time in %d ms%n", Progress.time(session.machine().nowNs()), wallMs);
        List<Kill> kills = session.machine().kills();
        System.out.printf("kills: %d%n", kills.size());
        for (Kill kill : kills) {
            System.out.printf(
                    "  %s: %s in %s by %s%n", Progress.time(kill.atNs()), kill.task(), kill.cgroup(), kill.by());
        }
        Stalls stalls = session.machine().stalls();
        System.out.printf(
                "stalls: %d, %s in all%n",
                stalls.count(), Telling.span(stalls.totalNs(session.machine().nowNs())));
        run.answers().forEach(sentence -> System.out.println("  " + sentence));
        System.out.printf("failed: %d%n", run.failed().size());
        for (Run.Failed failed : run.failed()) {
            System.out.printf(
                    "  line %d, at %s: %s: found %s%n",
                    failed.line(), Progress.time(failed.atNs()), failed.step(), failed.seen());
        }
    }

    private static void write(Path dir, Run run, long wallMs) throws Failure {
        try {
            Files.createDirectories(dir);
            Files.writeString(dir.resolve("summary.json"), run.summaryJson(wallMs));
            Files.writeString(dir.resolve("timeline.csv"), run.timelineCsv());
            Files.writeString(dir.resolve("trace.jsonl"), run.traceJsonl());
        } catch (IOException e) {
            throw Failure.of(Main.FAILED, "cannot write into " + dir + ": " + e.getMessage());
        }
    }
}
