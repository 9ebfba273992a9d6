package org.reclaimfs.kernfs;

import org.reclaimfs.abi.ErrnoException;

/**
 * A file of bytes at offsets, not of text: a block device's backing file. All methods run under the gate's
 * lock.
 *
 * @param <T> subject
 */
public interface Raw<T> {
    /** {@link #read}: nothing is there yet; ask again later. */
    int WAIT = -1;

    /** A descriptor was opened; what it throws refuses that. */
    default void opened(T subject, OpenFile file) throws ErrnoException {}

    /** A longer write comes in pieces of so many bytes, so that others get the lock in between. */
    default int writeSliceBytes() {
        return Integer.MAX_VALUE;
    }

    /** st_size in bytes, now. */
    long sizeBytes(T subject);

    /**
     * Reads up to {@code length} bytes at {@code offset} into {@code target} from index 0.
     *
     * @return bytes read; 0 at the end
     */
    int read(T subject, long offset, byte[] target, int length) throws ErrnoException;

    /** The same for files whose open descriptors differ; may say {@link #WAIT}, and the reader sleeps. */
    default int read(T subject, OpenFile file, long offset, byte[] target, int length) throws ErrnoException {
        return read(subject, offset, target, length);
    }

    /**
     * Writes {@code length} bytes of {@code source} at {@code offset}.
     *
     * @return bytes taken
     */
    int write(T subject, long offset, byte[] source, int length) throws ErrnoException;

    /** The same for files whose open descriptors differ. */
    default int write(T subject, OpenFile file, long offset, byte[] source, int length) throws ErrnoException {
        return write(subject, offset, source, length);
    }

    /** Forgets a range: discard, which reaches a file as punch-hole. */
    void discard(T subject, long offset, long length) throws ErrnoException;
}
