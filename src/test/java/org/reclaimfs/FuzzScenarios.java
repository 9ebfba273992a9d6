package org.reclaimfs;

import java.nio.charset.StandardCharsets;
import org.reclaimfs.scenario.Problem;
import org.reclaimfs.scenario.ScenarioException;
import org.reclaimfs.scenario.ScenarioParser;

/** The reader of scenarios, for a fuzzer that is guided by coverage: a text is understood, or refused with places and reasons. */
public final class FuzzScenarios {
    private FuzzScenarios() {}

    /** One input; throws what ends the fuzzing. */
    public static void fuzzerTestOneInput(byte[] data) {
        try {
            ScenarioParser.parse(new String(data, StandardCharsets.UTF_8));
        } catch (ScenarioException e) {
            if (e.problems().isEmpty()) {
                throw new IllegalStateException("refused without a reason", e);
            }
            for (Problem problem : e.problems()) {
                if (problem.line() < 1
                        || problem.column() < 1
                        || problem.message().isBlank()) {
                    throw new IllegalStateException("refused without a place or a reason: " + problem, e);
                }
            }
        }
    }
}
