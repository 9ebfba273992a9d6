package org.reclaimfs.kernfs;

import org.reclaimfs.abi.ErrnoException;

/**
 * The read side of a row: seq_show. Runs under the gate's lock.
 *
 * @param <T> subject
 */
@FunctionalInterface
public interface Show<T> {
    /**
     * Prints the whole file as of now.
     *
     * @throws ErrnoException what read(2) answers instead of text
     */
    void show(T subject, SeqFile out, OpenFile file) throws ErrnoException;
}
