package org.reclaimfs.swap;

import java.util.Arrays;

/** A {@link ByteStore} in the JVM's heap, without a limit. NOT thread safe. */
public final class HeapBytes implements ByteStore {
    private static final int FIRST_ARRAY = 64;
    private static final byte[] NOTHING = {};

    /** Piece of handle i + 1; of a free place, the handle of the next free one. */
    private byte[][] pieces = new byte[FIRST_ARRAY][];

    private int[] nextFree = new int[FIRST_ARRAY];
    private int firstFree;
    private int used;
    private long bytes;

    @Override
    public long put(byte[] from, int length) {
        int handle = firstFree;
        if (handle == NONE) {
            handle = ++used;
            if (used > pieces.length) {
                pieces = Arrays.copyOf(pieces, 2 * pieces.length);
                nextFree = Arrays.copyOf(nextFree, pieces.length);
            }
        } else {
            firstFree = nextFree[handle - 1];
        }
        pieces[handle - 1] = Arrays.copyOf(from, length);
        bytes += length;
        return handle;
    }

    @Override
    public void get(long handle, byte[] into, int length) {
        System.arraycopy(pieces[(int) handle - 1], 0, into, 0, length);
    }

    @Override
    public void drop(long handle, int length) {
        int at = (int) handle - 1;
        bytes -= pieces[at].length;
        pieces[at] = NOTHING;
        nextFree[at] = firstFree;
        firstFree = (int) handle;
    }

    /** Bytes of all pieces. */
    public long bytes() {
        return bytes;
    }
}
