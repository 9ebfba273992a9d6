package org.reclaimfs.fuse;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How an operation ends: with a number for the kernel. */
final class Ending {
    private static final Logger LOG = LoggerFactory.getLogger(Ending.class);

    private Ending() {}

    /** One operation: its result, 0 or more. */
    @FunctionalInterface
    interface Op {
        int run() throws ErrnoException;
    }

    /** The one place where an errno leaves Java. */
    static int call(String op, @Nullable String path, Op body) {
        try {
            int result = body.run();
            if (LOG.isTraceEnabled()) { // guarded: its arguments would be boxed for every call
                LOG.trace("{} {} = {}", op, path, result);
            }
            return result;
        } catch (ErrnoException | RuntimeException | Error e) { // an Error must not unwind through native frames either
            return errno(op, path, e);
        }
    }

    /** What the caller of an operation that ended like this is told, as −errno. */
    static int errno(String op, @Nullable String path, Throwable e) {
        if (e instanceof ErrnoException refusal) {
            LOG.trace("{} {}: {}", op, path, e.getMessage());
            return -refusal.errno().number();
        }
        Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        if (e instanceof OutOfMemoryError && handler != null) { // whoever runs the server decides what that means
            handler.uncaughtException(Thread.currentThread(), e);
            return -Errno.ENOMEM.number();
        }
        LOG.error("{} {} failed", op, path, e);
        return -Errno.EIO.number();
    }
}
