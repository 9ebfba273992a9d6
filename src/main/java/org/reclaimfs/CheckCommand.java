package org.reclaimfs;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.reclaimfs.scenario.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code check}: reads a scenario and builds its machine, without playing it. */
@Command(
        name = "check",
        description = "Validate a scenario: every error with line and column.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {"", "Exit status: 0 the scenario is right, 2 it is not or cannot be read."})
final class CheckCommand implements Callable<Integer> {
    @Parameters(paramLabel = "F", description = "the scenario (YAML)")
    private Path file = Path.of("");

    @Override
    public Integer call() throws Failure {
        ScenarioFile scenario = ScenarioFile.read(file);
        try (Session session = scenario.virtualSession()) {
            System.out.println(
                    scenario.name() + ": ok, " + scenario.scenario().timeline().size() + " steps, "
                            + (session.machine().memory().totalPages() >> 8) + " MiB of memory for use");
        }
        return 0;
    }
}
