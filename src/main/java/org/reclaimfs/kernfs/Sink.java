package org.reclaimfs.kernfs;

/** Where read bytes go: a native buffer, an array. */
@FunctionalInterface
public interface Sink {
    /** Takes {@code length} bytes of {@code source} from index {@code from}; called at most once a read. */
    void put(byte[] source, int from, int length);
}
