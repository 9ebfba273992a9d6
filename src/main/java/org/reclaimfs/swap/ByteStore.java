package org.reclaimfs.swap;

/**
 * Keeps the bytes of pages, compressed or not: pieces of 1 to 4096 bytes, each known by a handle. Where they are kept is
 * not the model's business. NOT thread safe: the machine's lock.
 */
public interface ByteStore {
    /** No handle: nothing was kept. */
    long NONE = 0;

    /**
     * Keeps a copy of the first {@code length} bytes.
     *
     * @return its handle, or {@link #NONE} if there is no room
     */
    long put(byte[] from, int length);

    /** Copies a piece of {@code length} bytes to the start of {@code into}. */
    void get(long handle, byte[] into, int length);

    /** Forgets a piece of {@code length} bytes. */
    void drop(long handle, int length);
}
