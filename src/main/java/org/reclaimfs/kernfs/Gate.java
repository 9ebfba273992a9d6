package org.reclaimfs.kernfs;

import java.util.concurrent.locks.Lock;
import org.reclaimfs.abi.ErrnoException;

/** What the tree needs of the model's world: its one lock, its present, its kind of time. */
public interface Gate {
    /** The machine's lock. */
    Lock lock();

    /**
     * Called under the lock: brings the model to the present.
     *
     * @return now, virtual ns since boot
     */
    long enter();

    /**
     * Takes the lock to read something, and brings the model to the present unless somebody is just doing so; ended by
     * {@link #endLook}. May come between two pieces of somebody else's work.
     */
    default void beginLook() {
        lock().lock();
        enter();
    }

    /** Gives the lock back. */
    default void endLook() {
        lock().unlock();
    }

    /**
     * Drives work to its end in the mount's kind of time, without the lock held at entry: takes it for each
     * slice, releases it in between, and makes the caller wait what the slices cost. Asks {@code signal} at
     * least every ~10 ms of waiting and tells {@link Work#signal} (under the lock) once it is pending.
     *
     * @throws ErrnoException from a slice
     */
    void drive(Work work, Signal signal) throws ErrnoException;
}
