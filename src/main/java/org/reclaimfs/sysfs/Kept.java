package org.reclaimfs.sysfs;

import java.util.List;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;
import org.reclaimfs.kernfs.Store;
import org.reclaimfs.kernfs.Work;

/** Stores for settings of a block device that are checked as the kernel does, and then only kept. */
final class Kept {
    private static final long U32_MAX = 0xffff_ffffL;

    private Kept() {}

    /** An unsigned base-10 number (queue_var_store); every error is EINVAL. */
    static Store<BlockDir> unsigned(String name, long low, long high) {
        return (dir, in, file) -> {
            dir.keep(name, Long.toString(bounded(in.text(), low, high)));
            return Work.DONE;
        };
    }

    /** Non-zero is kept as 1. */
    static Store<BlockDir> flag(String name) {
        return (dir, in, file) -> {
            dir.keep(name, bounded(in.text(), 0, U32_MAX) == 0 ? "0" : "1");
            return Work.DONE;
        };
    }

    /** A signed base-10 number. */
    static Store<BlockDir> integer(String name, long low) {
        return (dir, in, file) -> {
            long value = Numbers.kstrtoll(in.text(), 10);
            if (value < low) {
                throw new ErrnoException(Errno.EINVAL, "at least " + low);
            }
            dir.keep(name, Long.toString(value));
            return Work.DONE;
        };
    }

    /** One of some words. */
    static Store<BlockDir> word(String name, String... words) {
        return (dir, in, file) -> {
            String chosen = List.of(words).stream().filter(in::is).findFirst().orElse("");
            if (chosen.isEmpty()) {
                throw new ErrnoException(Errno.EINVAL, "expected one of " + String.join(", ", words));
            }
            dir.keep(name, chosen);
            return Work.DONE;
        };
    }

    /** A number of base 10 within a range; every error is EINVAL. */
    static long bounded(String text, long low, long high) throws ErrnoException {
        long value = base10(text);
        if (value < low || value > high) {
            throw new ErrnoException(Errno.EINVAL, "expected " + low + " to " + high);
        }
        return value;
    }

    /** {@code kstrtoull(text, 10)} whose every error is EINVAL. */
    static long base10(String text) throws ErrnoException {
        try {
            return Numbers.kstrtoull(text, 10);
        } catch (ErrnoException e) {
            throw new ErrnoException(Errno.EINVAL, "not a number of base 10: '" + text + "'");
        }
    }
}
