package org.reclaimfs.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Whose node a block device's is. */
final class Nodes {
    private static final int S_IFMT = 0170000;
    static final int S_IFDIR = 0040000;
    static final int S_IFBLK = 0060000;
    static final int S_IFREG = 0100000;

    private Nodes() {}

    /** The kind of file that a descriptor refers to; 0 if it cannot be told. */
    static int type(int fd) {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self/fd/" + fd), "unix:mode") & S_IFMT;
        } catch (IOException e) {
            return 0;
        }
    }

    /** MAJOR:MINOR of the device that a descriptor refers to; null if it is no block device. */
    static @Nullable String number(int fd) {
        try {
            return type(fd) == S_IFBLK
                    ? number((Long) Files.getAttribute(Path.of("/proc/self/fd/" + fd), "unix:rdev"))
                    : null;
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
