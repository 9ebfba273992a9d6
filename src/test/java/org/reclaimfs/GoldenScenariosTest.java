package org.reclaimfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The scenarios that restate captures of a kernel: what is exact in them stays exact, what is near stays near. */
final class GoldenScenariosTest {
    private static final Path SCENARIOS = Path.of("tests/scenarios/golden");

    @TempDir
    private Path temp;

    static Stream<String> scenarios() throws IOException {
        try (Stream<Path> files = Files.list(SCENARIOS)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void countsAreAsExactAsTheTableSays(String name) {
        GoldenScenario scenario = new GoldenScenario(SCENARIOS.resolve(name));
        PrintStream out = System.out;
        try {
            System.setOut(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
            assertThat(Main.execute(
                            "run", "--out", temp.toString(), scenario.file().toString()))
                    .isNotEqualTo(Main.USAGE);
        } finally {
            System.setOut(out);
        }
        Map<Integer, String> found = scenario.read(GoldenScenario.lines(temp.resolve("trace.jsonl")));
        List<String> off = new ArrayList<>();
        scenario.rows().forEach((line, row) -> {
            if (row.counts() && !row.open() && !row.holds(String.valueOf(found.get(line)))) {
                off.add(name + ":" + line + ": " + row.quantity() + " is " + found.get(line) + ", expected "
                        + row.golden());
            }
        });
        assertThat(scenario.rows()).isNotEmpty();
        assertThat(off).isEmpty();
    }

    @ParameterizedTest(name = "{0} {1}: {2} is {3}")
    @CsvSource({
        "exact, 41, 41, exact",
        "exact, 41, 42, off: not exact",
        "exact, EAGAIN, ok, off: not exact",
        "25%, 100, 125, within",
        "25%, 100, 126, off: not near",
        "25%, 100, none, off: not near",
        "near 2K, 100, 2148, within",
        "near 2K, 100, 2149, off: not near",
        "range, 100..200, 75, range",
        "range, 100..200, 251, off: not range",
        "set, -|hog, hog, set",
        "set, -|hog, system, off: not set",
        "info, 100, 7, info"
    })
    void verdictsSayHowNearTheModelCame(String near, String golden, String model, String verdict) {
        GoldenRow row = new GoldenRow("s", "", "q", golden, GoldenRow.Nearness.parse(near, golden), false);
        assertThat(row.verdict(List.of(model))).isEqualTo(verdict);
    }
}
