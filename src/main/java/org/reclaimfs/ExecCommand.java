package org.reclaimfs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.fuse.FuseMount;
import org.reclaimfs.fuse.FuseOptions;
import org.reclaimfs.fuse.MountException;
import org.reclaimfs.sandbox.BlockDevices;
import org.reclaimfs.sandbox.Processes;
import org.reclaimfs.sandbox.Sandbox;
import org.reclaimfs.sandbox.SandboxException;
import org.reclaimfs.sandbox.Tier;
import org.reclaimfs.scenario.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code exec}: the part of it that the launcher starts in a mount namespace, where nothing it mounts can stay behind. */
@Command(
        name = "exec",
        description =
                "Run a program in a sandbox in front of a machine. The launcher mount-scripts/reclaimfs exec calls"
                        + " this; its -h tells more.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class ExecCommand implements Callable<Integer> {
    private static final String AUTO = "auto";
    private static final long READY_SECONDS = 30;
    private static final long LOOK_MS = 300;
    /** By which a process gets the number asked for. */
    static final Path LAST_PID = Path.of("/proc/sys/kernel/ns_last_pid");

    /** For every user of the sandbox. */
    private static final FuseOptions OPTIONS = new FuseOptions(true, false, "reclaimfs");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--scenario", paramLabel = "F", description = "the machine and its timeline (YAML)")
    private @Nullable Path scenario;

    @Option(names = "--speed", paramLabel = "X", description = "virtual seconds per real second", defaultValue = "1")
    private double speed = 1;

    @Option(names = "--tier", paramLabel = "T", description = "files, syscalls, block or auto", defaultValue = AUTO)
    private String tier = AUTO;

    @Option(names = "--stand-ins", description = "each simulated task is a real, idle process, too")
    private boolean standIns;

    @Option(names = "--with", paramLabel = "PROGRAM", description = "systemd-oomd, or the path of one, runs beside CMD")
    private @Nullable String with;

    @Option(names = "--units", paramLabel = "DIR", description = "unit files and drop-ins, as in /etc/systemd")
    private List<Path> unitDirs = new ArrayList<>();

    @Option(names = "--tree", paramLabel = "DIR", description = "where the machine is, or is to be", required = true)
    private Path tree = Path.of("");

    @Option(names = "--served", description = "another process serves the tree")
    private boolean served;

    @Option(names = "--script", paramLabel = "FILE", description = "mount-scripts/sandbox.sh", required = true)
    private Path script = Path.of("");

    @Parameters(paramLabel = "CMD", arity = "1..*", description = "the program and its arguments")
    private List<String> command = new ArrayList<>();

    @Override
    public Integer call() throws Failure {
        if (!(speed > 0 && speed <= 1e9)) {
            throw new ParameterException(spec.commandLine(), "--speed: found " + speed + ", expected a factor above 0");
        }
        if (with != null && speed > 1) {
            throw new ParameterException(
                    spec.commandLine(), "--speed: systemd-oomd has timers of its own, expected at most 1");
        }
        Tier chosen = tier();
        if (with != null && chosen == Tier.FILES) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--with systemd-oomd needs the tier syscalls: it asks who is at the end of a socket");
        }
        return served ? inFrontOfServer(chosen) : inFrontOfOwnMachine(chosen);
    }

    private Tier tier() throws Failure {
        if (!tier.equals(AUTO)) {
            Tier wanted = Tier.valueOf(tier.toUpperCase(Locale.ROOT));
            String missing = wanted.missing();
            if (missing != null) {
                throw Failure.of(Main.FAILED, "--tier " + tier + ": this host lacks " + missing);
            }
            return wanted;
        }
        String missing = Tier.SYSCALLS.missing();
        if (missing != null) {
            Main.say("tier syscalls is left out: this host lacks " + missing);
            return Tier.FILES;
        }
        // A plain user cannot have it and need not hear of it each time: doctor tells.
        return Tier.BLOCK.missing() == null ? Tier.BLOCK : Tier.SYSCALLS;
    }

    private int inFrontOfServer(Tier chosen) throws Failure {
        try (BlockDevices devices = ready(begin(chosen))) {
            Sandbox sandbox = sandbox(devices == null ? withoutBlocks(chosen) : chosen, null);
            letRun(sandbox);
            Thread watch = new Thread(() -> endWithServer(sandbox), "reclaimfs-watch");
            watch.setDaemon(true);
            watch.start();
            return await(sandbox);
        }
    }

    private void endWithServer(Sandbox sandbox) {
        Path sign = tree.resolve("reclaimfs/version");
        try {
            while (!sandbox.hasEnded()) {
                Files.readString(sign);
                Thread.sleep(LOOK_MS);
            }
        } catch (IOException e) {
            Main.say("the server of " + tree + " is gone: the sandbox ends");
            sandbox.kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int inFrontOfOwnMachine(Tier chosen) throws Failure {
        ScenarioFile file = (scenario == null ? ScenarioFile.none() : ScenarioFile.read(scenario)).withUnits(unitDirs);
        @Nullable BlockDevices begun = begin(chosen); // it ends with us, whatever comes before it is ready
        long startMs = System.currentTimeMillis();
        StandIns processes = new StandIns();
        Session.Mounts mounts = (root, machine) -> Tree.attach(root, machine, processes);
        try (Session session = file.session(machine -> startMs * 1_000_000 + machine.nowNs(), mounts);
                FuseMount mount = FuseMount.start(session.kernfs(), tree, OPTIONS)) {
            Fatal.onOutOfMemory(mount::close);
            if (!mount.awaitReady(READY_SECONDS, TimeUnit.SECONDS)) {
                throw Failure.of(Main.FAILED, "the machine is mounted but does not answer");
            }
            if (standIns || with != null) {
                checkStandIns(session);
            }
            SystemdOomd oomd = with == null ? null : SystemdOomd.prepare(session, unitDirs);
            try (BlockDevices devices = ready(begun)) {
                session.startTimeline();
                Sandbox sandbox = sandbox(devices == null ? withoutBlocks(chosen) : chosen, speed);
                if (oomd != null) {
                    oomd.start();
                }
                Why why = new Why(session);
                why.start();
                if (standIns || oomd != null) {
                    processes.start(session, new Processes(sandbox), why::look);
                } else {
                    letRun(sandbox);
                }
                int status = await(sandbox);
                why.tell();
                if (oomd != null) {
                    oomd.kills().forEach(line -> Main.say("systemd-oomd: " + line));
                }
                return status;
            }
        } catch (MountException e) {
            throw Failure.of(Main.FAILED, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Main.FAILED;
        }
    }

    private static void checkStandIns(Session session) throws Failure {
        if (!Files.isWritable(LAST_PID)) {
            throw Failure.of(Main.FAILED, "--stand-ins: this host lacks " + LAST_PID + " (CONFIG_CHECKPOINT_RESTORE)");
        }
        StandIns.number(session);
    }

    private static Tier withoutBlocks(Tier chosen) {
        return chosen == Tier.BLOCK ? Tier.SYSCALLS : chosen;
    }

    /** Begins to make block devices for those of the machine; null for a tier without. */
    private @Nullable BlockDevices begin(Tier chosen) throws Failure {
        try {
            return chosen == Tier.BLOCK ? BlockDevices.start(tree.toString(), Main.class) : null;
        } catch (SandboxException e) {
            throw Failure.of(Main.FAILED, String.valueOf(e.getMessage()));
        }
    }

    /** Each with its node; null for a tier without, or a host. */
    private @Nullable BlockDevices ready(@Nullable BlockDevices devices) throws Failure {
        if (devices == null || devices.awaitReady()) {
            return devices;
        }
        devices.close();
        if (tier.equals(AUTO)) {
            Main.say("tier block is left out: no block devices can be made");
            return null;
        }
        throw Failure.of(Main.FAILED, "--tier block: no block devices can be made");
    }

    private Sandbox sandbox(Tier chosen, @Nullable Double clock) throws Failure {
        try {
            return Sandbox.start(new Sandbox.Plan(script.toString(), tree.toString(), chosen, clock, with, command));
        } catch (SandboxException e) {
            throw Failure.of(Main.FAILED, String.valueOf(e.getMessage()));
        }
    }

    private static void letRun(Sandbox sandbox) throws Failure {
        try {
            sandbox.letRun();
        } catch (SandboxException e) {
            throw Failure.of(Main.FAILED, String.valueOf(e.getMessage()));
        }
    }

    private static int await(Sandbox sandbox) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> passOn(sandbox), "reclaimfs-pass-on"));
        try {
            return sandbox.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            sandbox.kill();
            return Main.FAILED;
        }
    }

    /** SIGTERM or SIGHUP has come: the program decides when to end, and how. */
    private static void passOn(Sandbox sandbox) {
        if (!sandbox.hasEnded()) {
            try {
                sandbox.terminate();
                Runtime.getRuntime().halt(sandbox.await());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
