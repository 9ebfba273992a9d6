package org.reclaimfs.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Whose node a block device's is. */
final class Nodes {
    private static final int S_IFMT = 0170000;
    private static final int S_IFBLK = 0060000;

    private Nodes() {}

    /** MAJOR:MINOR of the device that a descriptor refers to; null if it is no block device. */
    static @Nullable String number(int fd) {
        Path file = Path.of("/proc/self/fd/" + fd);
        try {
            if (((Integer) Files.getAttribute(file, "unix:mode") & S_IFMT) != S_IFBLK) {
                return null;
            }
            return number((Long) Files.getAttribute(file, "unix:rdev"));
        } catch (IOException e) {
            return null;
        }
    }

    /** A dev_t as the C library has it (sys/sysmacros.h). */
    static String number(long rdev) {
        long major = rdev >>> 8 & 0xfff | rdev >>> 32 & ~0xfffL;
        long minor = rdev & 0xff | rdev >>> 12 & 0xffffff00L;
        return major + ":" + minor;
    }

    /** The device of the machine in {@code tree} that is shown with this number, or null. */
    static @Nullable String device(String tree, String number) {
        try {
            Path link = Files.readSymbolicLink(Path.of(tree, "sys/dev/block", number));
            return String.valueOf(link.getFileName());
        } catch (IOException e) {
            return null;
        }
    }
}
