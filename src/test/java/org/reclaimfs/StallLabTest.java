package org.reclaimfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.reclaimfs.lab.Column;
import org.reclaimfs.lab.Comparison;
import org.reclaimfs.lab.Outcome;
import org.reclaimfs.machine.Kill;
import org.reclaimfs.scenario.Scenario;
import org.reclaimfs.scenario.ScenarioParser;

/**
 * The stall of patch A on the twins (spec/11 sections 4, 5 and 7): the checks it must pass, and for each ingredient that can be
 * taken away, what happens without it. tests/bench/lab.sh plays the long versions.
 */
final class StallLabTest {
    private static final Path TWINS = Path.of("tests/scenarios/lab");
    private static final int CLUSTER = 512;

    /** What one run says, by names of summary.json. */
    private record Result(Outcome outcome) {
        Outcome.Figures figures() {
            Outcome.Figures figures = outcome.figures();
            assertThat(figures).as(outcome.problem()).isNotNull();
            return figures;
        }

        long count(String key) {
            Matcher matcher = Pattern.compile("\"" + key + "\": (\\d+)").matcher(json());
            assertThat(matcher.find()).as(key).isTrue();
            return Long.parseLong(matcher.group(1));
        }

        /** Of all stalls that are told. */
        long highestCounter() {
            return Pattern.compile("\"highestNoProgressLoops\":(\\d+)")
                    .matcher(json())
                    .results()
                    .mapToLong(match -> Long.parseLong(match.group(1)))
                    .max()
                    .orElse(0);
        }

        String word(String key) {
            Matcher matcher = Pattern.compile("\"" + key + "\": ?\"([^\"]*)\"").matcher(block("firstOom"));
            return matcher.find() ? matcher.group(1) : "none";
        }

        /** A flat map in the summary. */
        private String block(String name) {
            int from = json().indexOf("\"" + name + "\": {");
            return json().substring(from, json().indexOf('}', from));
        }

        private String json() {
            return figures().files().summaryJson();
        }

        /** Short, for failure messages. */
        @Override
        public String toString() {
            return outcome.column().name() + ": killed " + victims() + "; "
                    + figures().sentences();
        }

        List<String> victims() {
            return figures().kills().stream().map(Kill::task).toList();
        }

        double retriesPerCall() {
            return (double) figures().retries() / count("calls");
        }

        double lastedS() {
            return figures().longestNs() / 1e9;
        }

        long firstKillNs() {
            return figures().kills().get(0).atNs();
        }
    }

    private static List<Result> play(String file, String... columns) throws Exception {
        return play(ScenarioFile.read(TWINS.resolve(file)), columns);
    }

    private static List<Result> play(ScenarioFile file, String... columns) throws Exception {
        Scenario scenario = file.scenario();
        List<Column> parsed = new ArrayList<>();
        for (String column : columns) {
            parsed.add(Column.parse(column, scenario.machine()));
        }
        Comparison comparison =
                new Comparison(parsed, scenario, other -> file.with(other).virtualSession());
        return comparison.run(nowNs -> {}).stream().map(Result::new).toList();
    }

    // ---- spec/11 section 7 ----

    /** Early at the gate, late with anon used up; the same victim; until then real progress and nothing else. */
    @Test
    void incompressibleDataEndAtTheGateOrWithAnonUsedUp() throws Exception {
        List<Result> seeds = play("twin-random.yaml", "seed=1", "seed=2", "seed=3", "seed=4", "seed=5", "seed=6");
        List<Result> gate =
                seeds.stream().filter(r -> r.word("exit").equals("counter")).toList();
        List<Result> usedUp =
                seeds.stream().filter(r -> r.word("exit").equals("estimate")).toList();
        assertThat(gate).isNotEmpty();
        assertThat(usedUp).isNotEmpty();
        assertThat(gate.size() + usedUp.size()).isEqualTo(seeds.size());
        assertThat(seeds).allSatisfy(run -> {
            assertThat(run.victims()).containsExactly("hog");
            assertThat(run.count("objectFailures")).isZero();
            assertThat(run.retriesPerCall()).isBetween(0.85, 1.0);
        });
        assertThat(gate).allSatisfy(run -> {
            assertThat((run.count("usedSlots") + 1) % CLUSTER)
                    .as("frozen at a cluster's end")
                    .isZero();
            assertThat(run.count("slotFailures")).isPositive();
            assertThat(run.highestCounter()).isEqualTo(17);
            assertThat(run.count("anonPages")).isGreaterThan(1000);
        });
        assertThat(usedUp).allSatisfy(run -> assertThat(run.count("anonPages")).isLessThan(1000));
        assertThat(gate.get(0).count("usedSlots")).isLessThan(usedUp.get(0).count("usedSlots"));
    }

    @Test
    void compressibleDataStallWithoutAnEndAndHardlyRetry() throws Exception {
        Result half = play("twin-half.yaml", "stock").get(0);
        assertThat(half.retriesPerCall()).isBetween(0.001, 0.03);
        assertThat(half.count("fruitless")).isZero();
        assertThat(half.count("slotFailures")).isZero();
        assertThat(half.figures().fullUs()).isGreaterThan(half.figures().stalledNs() / 1000 * 8 / 10);
        assertThat(String.join("\n", half.figures().sentences())).contains("real progress", "counter never above 0");
    }

    /** What A1 stores follows from MIN, by the formula within 25 %; so 2 GiB stall no longer than 1 GiB. */
    @Test
    void theStallFollowsMinNotTheSizeOfRam() throws Exception {
        long predicted = Math.round((5632 - 5632 / 2) / (1.018 - 1));
        Result small = play("twin-1g.yaml", "stock").get(0);
        Result large = play("twin-2g.yaml", "stock").get(0);
        for (Result run : List.of(small, large)) {
            assertThat(run.victims()).containsExactly("hog");
            assertThat(run.count("usedSlots")).isBetween(predicted * 3 / 4, predicted * 5 / 4);
        }
        assertThat(large.lastedS()).isLessThan(small.lastedS() * 1.25);
    }

    // ---- the policies on the twins ----

    @Test
    void everyPolicyButTheGateShortensTheStall() throws Exception {
        List<Result> runs = play(
                "twin-random.yaml",
                "stock",
                "ram_backed_swap",
                "reclaim_progress",
                "reclaim_progress_scanned",
                "net_progress",
                "scaled_anon",
                "efficiency_gate",
                "killer=10%:0s");
        Result stock = runs.get(0);
        for (Result run : runs) {
            assertThat(run.victims()).as(run.outcome().column().name()).containsExactly("hog");
        }
        for (int quick : new int[] {1, 2, 4}) {
            assertThat(runs.get(quick).lastedS()).isLessThan(stock.lastedS() / 3);
        }
        assertThat(runs.get(5).lastedS()).as("scaled").isLessThan(stock.lastedS() / 2);
        for (int asStock : new int[] {3, 6}) {
            assertThat(runs.get(asStock).figures().files().timelineCsv())
                    .isEqualTo(stock.figures().files().timelineCsv());
        }
        Kill killed = runs.get(7).figures().kills().get(0);
        assertThat(killed.by()).isEqualTo("psi-killer");
        assertThat(killed.atNs()).isLessThan(stock.firstKillNs());
    }

    @Test
    void patchAKillsWhereStockSurvivesASpike() throws Exception {
        List<Result> runs = play("false-positive.yaml", "stock", "ram_backed_swap");
        assertThat(runs.get(0).victims()).isEmpty();
        assertThat(runs.get(1).victims()).hasSize(1);
        assertThat(runs.get(1).count("usedSlots")).isLessThan(runs.get(1).count("totalSlots") / 100);
    }

    // ---- without an ingredient (spec/11 section 5) ----

    /** The scenario with other words, given as pairs. */
    private static ScenarioFile changed(String file, String... fromTo) throws Exception {
        String text = Files.readString(TWINS.resolve(file));
        for (int i = 0; i < fromTo.length; i += 2) {
            assertThat(text).contains(fromTo[i]);
            text = text.replace(fromTo[i], fromTo[i + 1]);
        }
        return new ScenarioFile(file, ScenarioParser.parse(text));
    }

    /** 1: pool pages from nowhere, as same-filled pages are to zram, and no swap tables: nobody is killed. */
    @Test
    void withoutPoolPagesNobodyIsKilled() throws Exception {
        ScenarioFile same = changed("twin-random.yaml", "3000M content=random", "1000M content=same");
        Result run = play(same, "version=6.12").get(0);
        assertThat(run.victims()).isEmpty();
        assertThat(run.count("pswpout")).isGreaterThan(100_000);
        assertThat(run.count("poolPagesConsumed")).isLessThan(1000);
    }

    /** 2 and 4: progress that is net, or never resets the counter: 17 calls and out. */
    @Test
    void withNetProgressSeventeenCallsAreAll() throws Exception {
        Result run = play("twin-random.yaml", "net_progress").get(0);
        assertThat(run.highestCounter()).isEqualTo(17);
        assertThat(run.figures().rounds()).isLessThan(100);
        assertThat(run.word("exit")).isEqualTo("counter");
    }

    /** 3: an estimate without anon: the first round that fails is the last. */
    @Test
    void withoutAnonInTheEstimateTheFirstFailureIsTheEnd() throws Exception {
        Result run = play("twin-random.yaml", "ram_backed_swap").get(0);
        assertThat(run.figures().rounds()).isLessThan(10);
        assertThat(run.word("exit")).isEqualTo("estimate");
    }

    /** 5: nobody else allocates: the one allocating task loops all the same, and with half-compressible data retries less. */
    @Test
    void aloneTheHogStillLoops() throws Exception {
        ScenarioFile alone = changed("twin-random.yaml", "fork sh rate=8/s", "alloc sh 4K");
        assertThat(play(alone, "stock").get(0).retriesPerCall()).isBetween(0.85, 1.0);
    }

    /** 5b: a kernel without swap tables has no gate: every seed runs to the end of anon, those that met the gate too. */
    @Test
    void withoutSwapTablesTheStallRunsToTheEndOfAnon() throws Exception {
        List<Result> runs = play("twin-random.yaml", "version=6.12,seed=3", "version=6.12,seed=4");
        assertThat(runs).allSatisfy(run -> {
            assertThat(run.count("slotFailures")).isZero();
            assertThat(run.word("exit")).isEqualTo("estimate");
            assertThat(run.count("anonPages")).isLessThan(1000);
        });
    }

    /** 5c: without the boost free memory starts lower, and the gate comes earlier. */
    @Test
    void withoutTheBoostTheStallIsShorter() throws Exception {
        List<Result> runs = play("twin-random.yaml", "stock", "vm.watermark_boost_factor=0");
        assertThat(runs.get(1).count("usedSlots")).isLessThan(runs.get(0).count("usedSlots") * 3 / 4);
    }

    /** 6 and 7: pages that are touched again come back and are young: phase B, which has no end inside the kernel. */
    @Test
    void withoutTouchesThereIsNoThrash() throws Exception {
        String touch = "touch app size=460M pattern=uniform for=5m write";
        Result thrash =
                play(changed("thrash.yaml", "end: 60s", "end: 13s"), "stock").get(0);
        Result still = play(
                        changed("thrash.yaml", "end: 60s", "end: 13s", touch, "release app region=heap size=4K"),
                        "stock")
                .get(0);
        assertThat(thrash.victims()).isEmpty();
        assertThat(thrash.count("refaultedPages")).isGreaterThan(1000);
        assertThat(thrash.count("highestNoProgressLoops")).isZero();
        assertThat(still.count("refaultedPages")).isZero();
        assertThat(share(still)).isGreaterThan(share(thrash) * 1.2);
    }

    /** Pages stolen of pages scanned by direct reclaim. */
    private static double share(Result run) {
        return (double) run.count("reclaimedPages") / run.count("scannedPages");
    }

    /** 8: scanning that costs nothing: as many pages, in less time. */
    @Test
    void scansCostTime() throws Exception {
        List<Result> runs = play("twin-random.yaml", "seed=4", "seed=4,costs.scan_anon=0,costs.table_fail=0");
        assertThat(runs.get(1).lastedS()).isLessThan(runs.get(0).lastedS());
    }

    /** 9: a kswapd that never gives up keeps the tasks asleep at the gate, spins in their place, and nobody is ever killed. */
    @Test
    void withoutAHopelessKswapdTasksSleepAndItSpins() throws Exception {
        List<Result> runs = play("twin-random.yaml", "seed=4", "seed=4,kswapd_failures=1000000");
        assertThat(runs.get(0).victims()).hasSize(1);
        assertThat(runs.get(1).victims()).isEmpty();
        assertThat(runs.get(1).figures().longestNs())
                .isGreaterThan(10 * runs.get(0).figures().longestNs());
        assertThat(runs.get(1).figures().scanKswapd())
                .isGreaterThan(10 * runs.get(0).figures().scanKswapd());
        assertThat(runs.get(1).count("calls")).isLessThan(runs.get(0).count("calls"));
    }

    /** 10: nothing in the loop sleeps: the stall is CPU time, memory full all along, no I/O. */
    @Test
    void theLoopDoesNotSleep() throws Exception {
        Result run = play("twin-random.yaml", "stock").get(0);
        assertThat(run.figures().fullUs() * 1000).isGreaterThan(run.figures().longestNs() * 9 / 10);
        assertThat(run.count("pgscan_direct_throttle")).isLessThan(run.figures().rounds() / 100);
    }
}
