package org.reclaimfs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.reclaimfs.sandbox.Tier;
import picocli.CommandLine.Command;

/** {@code doctor}: what this computer offers. */
@Command(
        name = "doctor",
        description = "Say what this computer offers, and so which ways of running a tool will work.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {"", "Exit status: 0 mounts will work, 1 they will not."})
final class DoctorCommand implements Callable<Integer> {
    private static final List<String> LIBRARY_DIRS =
            List.of("/lib", "/usr/lib", "/usr/local/lib", "/lib64", "/usr/lib64");

    @Override
    public Integer call() {
        Path fuse = Path.of("/dev/fuse");
        boolean device = Files.exists(fuse);
        boolean access = Files.isReadable(fuse) && Files.isWritable(fuse);
        boolean library = library("libfuse.so.2");
        boolean helper = onPath("fusermount") || onPath("fusermount3");
        line(
                "/dev/fuse",
                device && access,
                device ? "no permission: run as root, or chmod 666 /dev/fuse" : "modprobe fuse");
        line("libfuse.so.2", library, "apt-get install libfuse2");
        line("fusermount", helper, "apt-get install fuse3");
        line("user namespaces", runs("unshare", "-U", "-r", "true"), "sysctl user.max_user_namespaces");
        line("loop devices", Files.exists(Path.of("/dev/loop-control")), "modprobe loop");
        line(
                "seccomp notify",
                word("/proc/sys/kernel/seccomp/actions_avail", "user_notif"),
                "needs Linux 5.5 with seccomp");
        line("cgroup2", word("/proc/filesystems", "cgroup2"), "needs Linux 4.5 with cgroups");
        boolean works = device && access && library;
        System.out.println();
        line("mount, tier files", works, "see above");
        boolean sandbox = runs("unshare", "-m", "true") || runs("unshare", "-U", "-r", "-m", "true");
        line("exec, tier files", works && sandbox, "needs root or user namespaces");
        String missing = Tier.SYSCALLS.missing();
        line("exec, tier syscalls", works && sandbox && missing == null, missing == null ? "see above" : missing);
        line(
                "exec --stand-ins",
                works && sandbox && Files.exists(ExecCommand.LAST_PID),
                "needs a kernel with ns_last_pid");
        String lacking = Tier.BLOCK.missing();
        line("exec, tier block", works && sandbox && lacking == null, lacking == null ? "see above" : lacking);
        line("dbus-daemon", onPath("dbus-daemon"), "apt-get install dbus-daemon, for oomctl");
        return works ? 0 : Main.FAILED;
    }

    private static void line(String what, boolean there, String remedy) {
        System.out.printf("%-20s %s%n", what, there ? "yes" : "no (" + remedy + ")");
    }

    private static boolean library(String name) {
        return LIBRARY_DIRS.stream().map(Path::of).anyMatch(dir -> {
            if (Files.exists(dir.resolve(name))) {
                return true;
            }
            try (Stream<Path> below = Files.list(dir)) {
                return below.anyMatch(sub -> Files.exists(sub.resolve(name)));
            } catch (IOException e) {
                return false;
            }
        });
    }

    private static boolean onPath(String program) {
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
        return Stream.of(path.split(":")).anyMatch(dir -> Files.isExecutable(Path.of(dir, program)));
    }

    /** Only trying tells: security modules and container runtimes refuse what the kernel would allow. */
    private static boolean runs(String... command) {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static boolean word(String file, String word) {
        return List.of(read(file).split("\\s+")).contains(word);
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            return "";
        }
    }
}
