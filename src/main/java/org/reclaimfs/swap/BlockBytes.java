package org.reclaimfs.swap;

/** A block device's data as bytes, page by page, as its node in /dev gives and takes them. NOT thread safe. */
public interface BlockBytes {
    /** Capacity; 0 while the device has none. */
    long sizeBytes();

    /** Reads one page of 4096 bytes; false on an I/O error. */
    boolean readPage(long page, byte[] into);

    /** Writes one page of 4096 bytes; false on an I/O error. */
    boolean writePage(long page, byte[] from);

    /** Forgets pages: they read as zeros from now on. */
    void discardPages(long page, long pages);

    /** A program opens the device's node, and keeps it from being taken away. */
    default void open() {}

    /** The node is closed. */
    default void close() {}

    /** Whether anything was ever written here as bytes, so that what is on the device is what a program put there. */
    boolean written();
}
