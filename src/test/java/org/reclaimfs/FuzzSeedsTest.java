package org.reclaimfs;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.units.FuzzUnits;

/**
 * The targets of the fuzzer that is guided by coverage (tests/fuzz.sh --coverage) take the inputs it begins with, and texts made
 * of these; what it once found is among them. The seeds are lines of {@code src/test/resources/fuzz}, with Java's escapes.
 */
final class FuzzSeedsTest {
    private static final int MUTATIONS = 20;

    private interface Target {
        void take(byte[] input) throws Exception;
    }

    private static Target target(String name) {
        return switch (name) {
            case "numbers" -> FuzzNumbers::fuzzerTestOneInput;
            case "steps" -> FuzzSteps::fuzzerTestOneInput;
            case "scenarios" -> FuzzScenarios::fuzzerTestOneInput;
            case "tree" -> FuzzTree::fuzzerTestOneInput;
            case "units" -> FuzzUnits::fuzzerTestOneInput;
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static List<byte[]> seeds(String name) throws Exception {
        List<byte[]> seeds = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("src/test/resources/fuzz", name + ".txt"))) {
            seeds.add(line.translateEscapes().getBytes(StandardCharsets.ISO_8859_1));
        }
        return seeds;
    }

    @ParameterizedTest
    @CsvSource({"numbers", "steps", "scenarios", "tree", "units"})
    void seedsAndTheirNeighboursAreNoFindings(String name) throws Exception {
        RandomTexts texts = new RandomTexts(new SplittableRandom(1));
        Target target = target(name);
        for (byte[] seed : seeds(name)) {
            target.take(seed);
            for (int i = 0; i < MUTATIONS; i++) {
                byte[] text = texts.next(new String(seed, StandardCharsets.ISO_8859_1));
                try {
                    target.take(text);
                } catch (Exception e) {
                    throw new AssertionError("input '" + new String(text, StandardCharsets.ISO_8859_1) + "'", e);
                }
            }
        }
    }
}
