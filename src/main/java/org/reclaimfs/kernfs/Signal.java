package org.reclaimfs.kernfs;

/** Whether the calling task has a signal pending: a FUSE INTERRUPT of the request. */
@FunctionalInterface
public interface Signal {
    /** For callers nobody interrupts (scenario steps). */
    Signal NEVER = () -> false;

    /** True once the caller was interrupted. Call it only on the thread that serves the request; ask every ~10 ms. */
    boolean pending();
}
