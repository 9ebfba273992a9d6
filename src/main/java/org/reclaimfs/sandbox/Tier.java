package org.reclaimfs.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How much of the machine a program in the sandbox meets. */
public enum Tier {
    /** What can be read and written. */
    FILES,
    /** System calls that no file can answer, too. */
    SYSCALLS,
    /** Block devices, too. */
    BLOCK;

    private static final Path LOOP_CONTROL = Path.of("/dev/loop-control");

    private static final Path ACTIONS = Path.of("/proc/sys/kernel/seccomp/actions_avail");

    /** Its name on the command line. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What this host lacks for it, or null if nothing. */
    public @Nullable String missing() {
        if (this == FILES) {
            return null;
        }
        if (Abi.current() == null) {
            return "system call numbers of " + System.getProperty("os.arch") + " (x86-64 and aarch64 are known)";
        }
        if (!actions().contains("user_notif")) {
            return "seccomp user notification (Linux 5.5)";
        }
        return this == BLOCK ? missingForBlocks() : null;
    }

    private static @Nullable String missingForBlocks() {
        if (!realRoot()) {
            return "root (no user namespace may make device nodes or mount them)";
        }
        if (!Files.exists(LOOP_CONTROL)) {
            return LOOP_CONTROL + " (modprobe loop; a container has to be given it)";
        }
        return Files.isWritable(LOOP_CONTROL) ? null : "permission for " + LOOP_CONTROL;
    }

    /** User 0 of the machine, not of a user namespace. */
    private static boolean realRoot() {
        try {
            return Files.readString(Path.of("/proc/self/uid_map")).strip().matches("0 +0 +4294967295")
                    && (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether swap calls can be kept from the host. */
    static boolean canRefuse() {
        return Abi.current() != null && actions().contains("errno");
    }

    private static List<String> actions() {
        try {
            return List.of(Files.readString(ACTIONS).strip().split(" "));
        } catch (IOException e) {
            return List.of();
        }
    }
}
