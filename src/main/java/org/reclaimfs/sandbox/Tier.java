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
    SYSCALLS;

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
        return actions().contains("user_notif") ? null : "seccomp user notification (Linux 5.5)";
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
