package org.reclaimfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.reclaimfs.Cli.execute;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.Cli.Result;
import org.reclaimfs.lab.Column;
import org.reclaimfs.lab.Comparison;
import org.reclaimfs.lab.Outcome;
import org.reclaimfs.lab.Report;
import org.reclaimfs.scenario.Scenario;

/** compare: columns in, a table, files and an exit status out. */
final class CompareCommandTest {
    private static final String STALL =
            """
            machine: {memory: 128MiB, cpus: 2}
            zram: [{name: zram0, disksize: 512MiB}]
            swap: [{device: /dev/zram0}]
            timeline: [{0s: task hog cgroup=/}, {0s: 'alloc hog 1G content=random'}]
            end: 20s
            """;

    @TempDir
    private Path temp = Path.of("");

    private Path file(String yaml) throws IOException {
        return Files.writeString(temp.resolve("stall.yaml"), yaml);
    }

    private Result compare(String yaml, String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of("compare"));
        line.addAll(List.of(arguments));
        line.add(file(yaml).toString());
        return execute(line.toArray(String[]::new));
    }

    @Test
    void columnsStandSideBySideAndStockComesFirst() throws IOException {
        Path out = temp.resolve("out");
        Result result =
                compare(STALL, "--out", out.toString(), "--patch", "ram_backed_swap", "--patch", "net_progress,seed=2");
        assertThat(result.status()).as(result.toString()).isZero();
        assertThat(result.out()).contains("policy ", "stock ", "ram_backed_swap ", "net_progress,seed=2 ", "3 runs in");
        List<String> csv = Files.readAllLines(out.resolve("compare.csv"));
        assertThat(csv.get(0)).startsWith("policy,state,first_kill_ns,killed,killed_by,lost_bytes,stalled_ns,");
        assertThat(csv.get(1)).matches("stock,ok,\\d+,hog,oom,\\d+,.*");
        assertThat(csv.get(3)).startsWith("\"net_progress,seed=2\",ok,");
        assertThat(csv).hasSize(4).allSatisfy(line -> assertThat(cells(line)).isEqualTo(cells(csv.get(0))));
        // A column is what run plays.
        Path own = temp.resolve("own");
        execute(
                "run",
                "--patch",
                "ram_backed_swap=1",
                "--out",
                own.toString(),
                file(STALL).toString());
        assertThat(out.resolve("2-ram_backed_swap/timeline.csv")).hasSameBinaryContentAs(own.resolve("timeline.csv"));
        assertThat(out.resolve("2-ram_backed_swap/trace.jsonl")).hasSameBinaryContentAs(own.resolve("trace.jsonl"));
    }

    /** Commas outside of quotes. */
    private static int cells(String line) {
        return line.replaceAll("\"[^\"]*\"", "").split(",", -1).length;
    }

    @Test
    void thePageNeedsNothingElseAndThePictureIsOne() throws IOException {
        Path out = temp.resolve("out");
        compare(STALL, "--out", out.toString(), "--patch", "ram_backed_swap");
        String page = Files.readString(out.resolve("index.html"));
        assertThat(page)
                .contains("<svg ", "<table>", "free memory", "retry decisions a second", "What resets the counter");
        assertThat(page.split("<polyline", -1))
                .as("two lines in each of eight plots")
                .hasSize(2 * 8 + 1);
        assertThat(page.split("mark\" d=", -1)).as("a kill each").hasSize(2 * 8 + 1);
        assertThat(page).doesNotContain("http:", "https:", "src=", "@import", "url(", "<link", "NaN", "Infinity");
        BufferedImage picture = ImageIO.read(out.resolve("compare.png").toFile());
        assertThat(picture.getWidth()).isGreaterThanOrEqualTo(1200);
        assertThat(picture.getRGB(0, 0)).as("white paper").isEqualTo(-1);
        long ink = 0;
        for (int y = 0; y < picture.getHeight(); y++) {
            ink += picture.getRGB(picture.getWidth() / 2, y) == -1 ? 0 : 1;
        }
        assertThat(ink).as("lines across the middle").isGreaterThan(20);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "nosuch               | found 'nosuch', expected stock, killer=",
                "ram_backed_swap=2    | found 'ram_backed_swap=2'",
                "ram_backed_swap,     | found ''",
                "killer=60            | killer: found '60', expected PERCENT:DURATION",
                "killer=60%:0         | killer: found '60%:0'",
                "cpus=0               | cpus: found '0', expected a whole number from 1 to 4096",
                "version=6.1          | version: found '6.1', expected 7.2 or 6.12",
                "costs.none=1         | found 'costs.none'",
                "vm.nosuch=1          | vm.nosuch=1: ENOENT",
                "vm.swappiness=201    | vm.swappiness=201: EINVAL",
                "vm.reclaim_progress_pct=1 | vm.reclaim_progress_pct=1: ENOENT",
            })
    void whatMakesNoSenseIsNamed(String column, String said) throws IOException {
        Result result = compare(STALL, "--patch", column);
        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains(said);
        assertThat(result.out()).isEmpty();
    }

    @Test
    void aKnobIsSetInItsColumn() throws IOException {
        Result result = compare(STALL, "--patch", "reclaim_progress,vm.reclaim_progress_pct=0");
        assertThat(result.status()).as(result.toString()).isZero();
        assertThat(result.out()).containsPattern("reclaim_progress,vm.*the same as stock");
    }

    @Test
    void aFailedExpectFailsItsColumnOnly() throws IOException {
        String yaml =
                """
                machine: {memory: 128MiB}
                timeline: [{1s: 'expect /proc/sys/vm/swappiness == 60'}]
                end: 2s
                """;
        Path out = temp.resolve("out");
        Result result = compare(yaml, "--out", out.toString(), "--patch", "vm.swappiness=10");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).contains("failed: line 2: expect /proc/sys/vm/swappiness == 60: found 10");
        assertThat(Files.readAllLines(out.resolve("compare.csv")))
                .anyMatch(line -> line.startsWith("stock,ok,"))
                .anyMatch(line -> line.startsWith("vm.swappiness=10,failed,"));
    }

    private Comparison comparison(Path file, int failing) throws Exception {
        ScenarioFile read = ScenarioFile.read(file);
        Scenario scenario = read.scenario();
        List<Column> columns =
                List.of(Column.parse("seed=1", scenario.machine()), Column.parse("seed=2", scenario.machine()));
        return new Comparison(columns, scenario, other -> {
            if (other.machine().seed() == failing) {
                throw new IllegalStateException("no machine today");
            }
            return read.with(other).virtualSession();
        });
    }

    @Test
    void aRunThatBreaksLeavesTheOthersAlone() throws Exception {
        List<Outcome> outcomes = comparison(file(STALL), 1).run(nowNs -> {});
        assertThat(outcomes.get(0).problem()).isEqualTo("IllegalStateException: no machine today");
        assertThat(outcomes.get(0).figures()).isNull();
        assertThat(outcomes.get(1).problem()).isNull();
        Report report = new Report("stall", "a machine", outcomes);
        report.write(temp.resolve("out"));
        assertThat(report.text()).contains("failed: IllegalStateException: no machine today");
        assertThat(temp.resolve("out/2-seed-2/summary.json")).isRegularFile();
        assertThat(temp.resolve("out/1-seed-1")).doesNotExist();
    }

    @Test
    void interruptedItKeepsWhatThereIsAndSaysSo() throws Exception {
        String long_ =
                STALL.replace("content=random", "content=ratio:3 rate=1M/s").replace("20s", "1000h");
        Comparison comparison = comparison(file(long_), 0);
        List<Outcome> outcomes = comparison.run(nowNs -> {
            if (nowNs > 0) {
                comparison.stop();
            }
        });
        assertThat(outcomes).anyMatch(Outcome::partial);
        assertThat(outcomes).allMatch(outcome -> outcome.partial() || outcome.problem() != null);
        Report report = new Report("stall", "a machine", outcomes);
        report.write(temp.resolve("out"));
        assertThat(report.text()).contains("partial: interrupted at ");
        assertThat(Files.readString(temp.resolve("out/index.html"))).contains("these results are partial");
        assertThat(Files.readString(temp.resolve("out/compare.csv"))).contains(",partial,");
    }
}
