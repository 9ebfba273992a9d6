package org.reclaimfs;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/** Plays the scenarios of tests/scenarios/golden and prints golden | model | ratio; started by tests/bench/golden.sh. */
final class GoldenTable {
    private static final String FORM = "%-24s | %-58s | %14s | %22s | %11s | %s%n";

    /** A run: a scenario, the patch that is switched ("" for none), a seed. */
    private record Job(GoldenScenario scenario, String patch, int seed) {}

    /** @param place the scenario, and the line of its step if it has one */
    private record Line(String place, GoldenRow row, List<String> models) {}

    private final Path scratch;
    private final int seeds;
    private final List<GoldenScenario> scenarios = new ArrayList<>();
    /** Rows of golden-behaviour.tsv by scenario and patch. */
    private final Map<String, List<GoldenRow>> stalls = new LinkedHashMap<>();

    private GoldenTable(Path root, Path scratch, int seeds, List<String> names) throws IOException {
        this.scratch = scratch;
        this.seeds = seeds;
        try (Stream<Path> files = Files.list(root.resolve("tests/scenarios/golden"))) {
            files.sorted()
                    .map(GoldenScenario::new)
                    .filter(s -> names.isEmpty() || names.stream().anyMatch(s.name()::contains))
                    .forEach(scenarios::add);
        }
        for (String line : GoldenScenario.lines(root.resolve("tests/fixtures/golden-behaviour.tsv"))) {
            if (!line.startsWith("#") && !line.isBlank()) {
                String[] cells = line.split("\t");
                GoldenRow row = new GoldenRow(
                        cells[0], cells[1], cells[2], cells[4], GoldenRow.Nearness.parse(cells[3], cells[4]), false);
                stalls.computeIfAbsent(cells[0] + "\t" + cells[1], key -> new ArrayList<>())
                        .add(row);
            }
        }
    }

    /**
     * @param arguments the project's folder, a folder for output, the number of seeds of a stall, "all" or "off" (which
     *     rows to print), then parts of scenario names
     */
    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
        List<String> names = List.of(arguments).subList(4, arguments.length);
        GoldenTable table =
                new GoldenTable(Path.of(arguments[0]), Path.of(arguments[1]), Integer.parseInt(arguments[2]), names);
        boolean good = table.print(out, table.play(), arguments[3].equals("off"));
        out.flush();
        System.exit(good ? 0 : 1);
    }

    private List<Job> jobs() {
        List<Job> jobs = new ArrayList<>();
        for (GoldenScenario scenario : scenarios) {
            List<String> patches = stalls.keySet().stream()
                    .filter(key -> key.startsWith(scenario.name() + "\t"))
                    .map(key -> key.substring(key.indexOf('\t') + 1))
                    .toList();
            for (String patch : patches) {
                for (int seed = 1; seed <= seeds; seed++) {
                    jobs.add(new Job(scenario, patch, seed));
                }
            }
            if (patches.isEmpty()) {
                jobs.add(new Job(scenario, "", 1));
            }
        }
        return jobs;
    }

    private Path dir(Job job) {
        return scratch.resolve(job.scenario.name() + "," + job.patch + "," + job.seed);
    }

    /** Plays every job on as many threads as there are processors; returns the lines of the table. */
    private List<Line> play() throws InterruptedException, ExecutionException {
        ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        List<Future<Integer>> running = new ArrayList<>();
        List<Job> jobs = jobs();
        for (Job job : jobs) {
            Callable<Integer> play = () -> Main.execute(arguments(job));
            running.add(threads.submit(play));
        }
        for (Future<Integer> run : running) {
            if (run.get() == Main.USAGE) {
                throw new IllegalStateException("a scenario was refused");
            }
        }
        threads.shutdown();
        List<Line> lines = new ArrayList<>();
        for (Job job : jobs) {
            if (job.seed == 1) {
                add(job, lines);
            }
        }
        return lines;
    }

    private String[] arguments(Job job) {
        List<String> words =
                new ArrayList<>(List.of("run", "--seed", Integer.toString(job.seed), "--out", dir(job).toString()));
        if (!job.patch.isEmpty()) {
            words.addAll(List.of("--patch", job.patch));
        }
        words.add(job.scenario.file().toString());
        return words.toArray(String[]::new);
    }

    private void add(Job job, List<Line> lines) {
        Map<Integer, String> seen = job.scenario.read(GoldenScenario.lines(dir(job).resolve("trace.jsonl")));
        job.scenario
                .rows()
                .forEach((line, row) -> lines.add(new Line(row.scenario() + ":" + line, row, List.of(seen.get(line)))));
        List<GoldenStall> runs = new ArrayList<>();
        List<GoldenRow> rows = stalls.getOrDefault(job.scenario.name() + "\t" + job.patch, List.of());
        for (int seed = 1; seed <= seeds && !rows.isEmpty(); seed++) {
            runs.add(new GoldenStall(dir(new Job(job.scenario, job.patch, seed))));
        }
        for (GoldenRow row : rows) {
            lines.add(new Line(
                    row.scenario(),
                    row,
                    runs.stream().map(run -> run.value(row.quantity())).toList()));
        }
    }

    private boolean print(PrintStream out, List<Line> lines, boolean onlyOff) {
        out.printf(FORM, "capture", "quantity", "golden", "model", "ratio", "verdict");
        int bad = 0;
        Map<String, Integer> verdicts = new LinkedHashMap<>();
        for (Line line : lines) {
            GoldenRow row = line.row;
            String verdict = row.verdict(line.models);
            boolean off = verdict.startsWith(GoldenRow.OFF);
            bad += off && row.counts() ? 1 : 0;
            verdicts.merge(off ? GoldenRow.OFF : verdict, 1, Integer::sum);
            if (off || !onlyOff) {
                String model = String.join(" ", line.models.stream().distinct().toList());
                String quantity = row.section().isEmpty() ? row.quantity() : row.section() + ": " + row.quantity();
                out.printf(FORM, line.place, quantity, row.golden(), model, row.ratio(line.models), verdict);
            }
        }
        out.printf("%d rows: %s; %d exact or 25 %% rows off%n", lines.size(), verdicts, bad);
        return bad == 0;
    }
}
