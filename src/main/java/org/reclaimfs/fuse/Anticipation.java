package org.reclaimfs.fuse;

import jnr.ffi.Pointer;

/**
 * Waits for the next request, with open eyes for a moment before the leader goes to sleep, as long as that pays: a client that opens, reads
 * and closes sends its next request within microseconds, and putting a CPU to sleep and waking it takes longer than that.
 * Used by one thread at a time, the leader.
 */
final class Anticipation {
    /** struct pollfd: fd, events, revents. */
    static final int POLLFD_BYTES = 8;

    private static final int EVENTS = 4;
    private static final short POLLIN = 1;
    private static final int FOREVER = -1;
    /** Longer than a busy client thinks between two requests, shorter than a time slice. */
    private static final long PATIENCE_NS = 60_000;

    private static final int MAX_CREDIT = 8;

    private final LibFuse2 lib;
    private final Pointer pollfd;
    /** Rises with each request that came in time, falls with each wait in vain; no credit, no looking. */
    private int credit;

    private long doneNs;

    Anticipation(LibFuse2 lib, int fd, Pointer pollfd) {
        this.lib = lib;
        this.pollfd = pollfd;
        pollfd.putInt(0, fd);
        pollfd.putShort(EVENTS, POLLIN);
    }

    /** Whether a request can be received at once. */
    boolean pending() {
        return lib.poll(pollfd, 1, 0) > 0;
    }

    /** Returns when a request is there, or a signal or the end has come. */
    void await() {
        long beginNs = System.nanoTime();
        if (credit <= 0) {
            lib.poll(pollfd, 1, FOREVER);
            // Requests close to each other, though each was slept for, start the looking again.
            long nowNs = System.nanoTime();
            credit = nowNs - doneNs < PATIENCE_NS * 4 ? credit + 1 : -MAX_CREDIT;
            doneNs = nowNs;
            return;
        }
        do {
            if (pending()) {
                credit = Math.min(credit + 1, MAX_CREDIT);
                return;
            }
            Thread.onSpinWait();
        } while (System.nanoTime() - beginNs < PATIENCE_NS);
        credit -= 3;
        doneNs = System.nanoTime();
        lib.poll(pollfd, 1, FOREVER);
    }
}
