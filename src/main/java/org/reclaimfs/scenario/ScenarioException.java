package org.reclaimfs.scenario;

import java.util.Comparator;
import java.util.List;

/** A scenario is wrong; all that is wrong with it, in the file's order. */
public final class ScenarioException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    ScenarioException(List<Problem> problems) {
        super(problems.size() + " errors in the scenario", null, false, false);
        this.problems = problems.stream()
                .sorted(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column))
                .toList();
    }

    public List<Problem> problems() {
        return problems;
    }
}
