package org.reclaimfs.kernfs;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.ErrnoException;

/** Work that begins with its first slice. A signal that comes before is passed on then: nobody tells of it twice. */
public final class LateWork implements Work {
    /** Does what is done at once; returns what is left. */
    @FunctionalInterface
    public interface Beginning {
        Work begin() throws ErrnoException;
    }

    private final Beginning beginning;
    private @Nullable Work begun;
    private boolean signalled;

    public LateWork(Beginning beginning) {
        this.beginning = beginning;
    }

    /** What it is once it has begun; null before. */
    public @Nullable Work begun() {
        return begun;
    }

    /**
     * Begins now, if it has not yet; returns what is left.
     *
     * @throws ErrnoException what the beginning says; then it has not begun
     */
    public Work begin() throws ErrnoException {
        Work work = begun;
        if (work == null) {
            work = beginning.begin();
            begun = work;
            if (signalled) {
                work.signal();
            }
        }
        return work;
    }

    @Override
    public long slice(long nowNs) throws ErrnoException {
        return begin().slice(nowNs);
    }

    @Override
    public void signal() {
        signalled = true;
        if (begun != null) {
            begun.signal();
        }
    }
}
