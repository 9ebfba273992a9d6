package org.reclaimfs;

import java.util.List;
import java.util.function.Supplier;
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
        footer = {"", "Exit status: 0 done, 1 failed, 2 wrong usage or scenario."})
public final class Main implements Runnable {
    /** In the order in which the help names them. */
    private static final List<Supplier<Object>> VERBS = List.of(
            MountCommand::new,
            ExecCommand::new,
            RunCommand::new,
            CompareCommand::new,
            CheckCommand::new,
            DoctorCommand::new,
            NodesCommand::new);

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
        return commandLine(arguments.length > 0 ? arguments[0] : "")
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(110)
                .setUsageHelpLongOptionsMaxWidth(24)
                .setParameterExceptionHandler((e, args) -> misuse(e))
                .setExecutionExceptionHandler((e, commandLine, result) -> failed(e))
                .execute(arguments);
    }

    /** With this verb alone, if it is one: looking into the annotations of all takes a tenth of the time a mount needs. */
    private static CommandLine commandLine(String verb) {
        CommandLine line = new CommandLine(new Main());
        List<Object> commands = VERBS.stream().map(Supplier::get).toList();
        List<Object> asked =
                commands.stream().filter(command -> name(command).equals(verb)).toList();
        (asked.isEmpty() ? commands : asked).forEach(line::addSubcommand);
        return line;
    }

    private static String name(Object command) {
        return command.getClass().getAnnotation(Command.class).name();
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
        int status;
        try {
            status = execute(arguments);
        } catch (OutOfMemoryError e) {
            Fatal.tell();
            status = FAILED;
        }
        System.out.flush();
        System.exit(status);
    }
}
