package org.reclaimfs.kernfs;

import org.reclaimfs.abi.ErrnoException;

/** What is left of a write after its handler returned: nothing, a short count, or slices of work. */
public interface Work {
    /** {@link #slice}: no work is left. */
    long FINISHED = -1;

    /** {@link #slice}: nothing can be done until somebody else has done something; ask again a little later. */
    long IDLE = -2;

    /** Nothing left; the whole write was taken. */
    Work DONE = new Done(-1);

    /** The finished kind, with the number of bytes write(2) returns (−1: all). */
    record Done(int bytes) implements Work {
        @Override
        public long slice(long nowNs) {
            return FINISHED;
        }
    }

    /**
     * A short write, as sysctl does it.
     *
     * @param bytes what write(2) returns
     */
    static Work consumed(int bytes) {
        return new Done(bytes);
    }

    /**
     * One bounded slice, under the gate's lock.
     *
     * @param nowNs virtual time since boot
     * @return virtual ns this slice cost (the writer waits that long), {@link #FINISHED} or {@link #IDLE}
     * @throws ErrnoException ends the write with this errno
     */
    long slice(long nowNs) throws ErrnoException;

    /** The writer has a signal pending; called under the lock, and the next slice decides (EINTR …). */
    default void signal() {}
}
