package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;

/** Something that takes virtual time, in slices. */
public abstract class Activity {
    /** {@link #step}: nothing is left to do. */
    public static final long DONE = -1;

    /** A slice ends when it has cost about this much, so that nobody holds the lock for long. */
    static final long SLICE_NS = 500_000;

    private boolean signalled;
    private @Nullable Errno error;

    /**
     * Runs one bounded slice at {@code nowNs}.
     *
     * @return the virtual time in ns after which the next slice is due, or {@link #DONE}
     */
    public abstract long step(long nowNs);

    /** A signal is pending for the caller on whose behalf this runs. */
    public void signal() {
        signalled = true;
    }

    boolean signalled() {
        return signalled;
    }

    /** How it ended, once done: null is success. */
    public @Nullable Errno error() {
        return error;
    }

    long fail(Errno errno) {
        error = errno;
        return DONE;
    }
}
