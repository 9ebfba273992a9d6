package org.reclaimfs.kernfs;

import org.reclaimfs.abi.ErrnoException;

/**
 * The write side of a row: one write(2), one command. Runs under the gate's lock and returns quickly; what
 * takes (virtual) time goes into the {@link Work} it returns.
 *
 * @param <T> subject
 */
@FunctionalInterface
public interface Store<T> {
    /**
     * Takes one write.
     *
     * @return {@link Work#DONE}, a short count, or slices for the gate to drive
     * @throws ErrnoException what write(2) answers
     */
    Work store(T subject, ControlInput in, OpenFile file) throws ErrnoException;
}
