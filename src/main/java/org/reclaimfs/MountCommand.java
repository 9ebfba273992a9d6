package org.reclaimfs;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.fuse.FuseMount;
import org.reclaimfs.fuse.FuseOptions;
import org.reclaimfs.fuse.MountException;
import org.reclaimfs.scenario.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mount}: serves a machine on a directory until someone unmounts it. */
@Command(
        name = "mount",
        description = "Show a machine's files in DIR, in the foreground, until DIR is unmounted or this is ended.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Prints `reclaimfs: ready` when the files answer. Exit status: 0 unmounted, 1 failed, 2 wrong usage"
                    + " or scenario."
        })
final class MountCommand implements Callable<Integer> {
    private static final long READY_SECONDS = 30;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--scenario",
            paramLabel = "F",
            description = "the machine and its timeline (YAML); default: 4 GiB, 4 CPUs")
    private @Nullable Path scenario;

    @Option(
            names = "--speed",
            paramLabel = "X",
            description = "virtual seconds per real second; 1 (the default) is real time")
    private @Nullable Double speed;

    @Option(names = "--manual", description = "time stands still, but for the step `advance D`")
    private boolean manual;

    @Option(
            names = "--foreground",
            description = "always so here; the launcher mount-scripts/reclaimfs returns without it")
    private boolean foreground;

    @Parameters(paramLabel = "DIR", description = "an empty directory")
    private Path directory = Path.of("");

    @Override
    public Integer call() throws Failure {
        if (manual && speed != null) {
            throw new ParameterException(spec.commandLine(), "--speed and --manual exclude each other");
        }
        double factor = speed == null ? 1 : speed;
        if (!(factor > 0 && factor <= 1e9)) {
            throw new ParameterException(
                    spec.commandLine(), "--speed: found " + factor + ", expected a factor above 0");
        }
        ScenarioFile file = scenario == null ? ScenarioFile.none() : ScenarioFile.read(scenario);
        long startMs = System.currentTimeMillis();
        try (Session session = file.session(machine -> startMs * 1_000_000 + machine.nowNs())) {
            serve(session, factor);
        }
        return 0;
    }

    private void serve(Session session, double factor) throws Failure {
        // After a signal what was asked for is done, so the status is 0.
        try (FuseMount mount =
                FuseMount.startUntilSignal(session.kernfs(), directory, FuseOptions.DEFAULT, () -> Runtime.getRuntime()
                        .halt(0))) {
            Fatal.onOutOfMemory(mount::close);
            if (!mount.awaitReady(READY_SECONDS, TimeUnit.SECONDS)) {
                throw Failure.of(Main.FAILED, directory + " is mounted but does not answer");
            }
            session.gate().onDriver(mount::giveWayToRequests);
            session.startTimeline();
            if (!manual) {
                session.gate().start(factor);
            }
            System.out.println("reclaimfs: ready");
            System.out.flush();
            mount.awaitUnmounted();
        } catch (MountException e) {
            throw Failure.of(Main.FAILED, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
