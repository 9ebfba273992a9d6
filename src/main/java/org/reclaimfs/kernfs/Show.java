package org.reclaimfs.kernfs;

import org.reclaimfs.abi.ErrnoException;

/**
 * The read side of a row: seq_show. Runs as a look at the subject ({@link Gate#beginLook}), which may be in the middle of its work; one
 * that {@link #changes} it runs under the gate's lock.
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

    /** Whether a read changes the subject: it then waits its turn like a write. */
    default boolean changes() {
        return false;
    }

    /** The same, as one whose read changes the subject. */
    static <T> Show<T> changing(Show<T> show) {
        return new Show<>() {
            @Override
            public void show(T subject, SeqFile out, OpenFile file) throws ErrnoException {
                show.show(subject, out, file);
            }

            @Override
            public boolean changes() {
                return true;
            }
        };
    }
}
