package org.reclaimfs;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Picks a verb. The launcher mount-scripts/reclaimfs adds umount, ctl and a mount that returns. */
@Command(
        name = "reclaimfs",
        description = "A pretend Linux memory interface with a model of memory reclaim behind it.",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        subcommands = {
            MountCommand.class,
            ExecCommand.class,
            RunCommand.class,
            CompareCommand.class,
            CheckCommand.class,
            DoctorCommand.class,
            NodesCommand.class
        },
        footer = {"", "Exit status: 0 done, 1 failed, 2 wrong usage or scenario."})
public final class Main implements Runnable {
    static final int FAILED = 1;
    static final int USAGE = 2;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Main() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a verb is needed");
    }

    /** Runs a command line; returns its exit status. */
    static int execute(String... arguments) {
        return new CommandLine(new Main())
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(110)
                .setUsageHelpLongOptionsMaxWidth(24)
                .setParameterExceptionHandler((e, args) -> misuse(e))
                .setExecutionExceptionHandler((e, commandLine, result) -> failed(e))
                .execute(arguments);
    }

    private static int misuse(ParameterException e) {
        String verb = e.getCommandLine().getCommandName();
        String help = verb.equals("reclaimfs") ? "reclaimfs -h" : "reclaimfs " + verb + " -h";
        say(e.getMessage() + " (`" + help + "` tells how)");
        return USAGE;
    }

    private static int failed(Exception e) throws Exception {
        if (e instanceof Failure failure) {
            failure.lines().forEach(line -> System.err.println(line));
            return failure.status();
        }
        throw e;
    }

    static void say(String message) {
        System.err.println("reclaimfs: " + message);
    }

    public static void main(String[] arguments) {
        int status = execute(arguments);
        System.out.flush();
        System.exit(status);
    }
}
