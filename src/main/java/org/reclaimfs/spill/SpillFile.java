package org.reclaimfs.spill;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.swap.ByteStore;
import org.reclaimfs.swap.HeapBytes;

/**
 * Keeps pieces in the heap while they are less than a limit together, and the others in a temporary file without a name:
 * it is gone with the process, whatever ends that. Freed room in the file is used again for pieces of about the same
 * length; the file never shrinks. NOT thread safe.
 *
 * <p>Why no FileChannel: it closes when its thread is interrupted.
 */
public final class SpillFile implements ByteStore {
    /** What a server keeps in memory, in bytes. */
    public static final long HEAP_BYTES = 128L << 20;

    /** Places in the file are of so many sizes: multiples of 64 bytes. */
    private static final int STEP = 64;

    private static final int PAGE = 4096;
    private static final int FIRST_ARRAY = 16;

    private final long limitBytes;
    private final HeapBytes heap = new HeapBytes();
    private @Nullable RandomAccessFile file;
    private long fileBytes;

    /** By size: offsets of free places, and how many. */
    private final long[][] free = new long[PAGE / STEP + 1][0];

    private final int[] freeCount = new int[free.length];

    /** @param limitBytes of pieces in the heap */
    public SpillFile(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    // A handle in the heap is positive; one in the file is -1 - its offset.

    @Override
    public long put(byte[] from, int length) {
        if (heap.bytes() + length <= limitBytes) {
            return heap.put(from, length);
        }
        long offset = place(length);
        try {
            RandomAccessFile to = opened();
            to.seek(offset);
            to.write(from, 0, length);
            return -1 - offset;
        } catch (IOException e) { // the host's disk is full: the guest sees an I/O error
            giveBack(offset, length);
            return NONE;
        }
    }

    @Override
    public void get(long handle, byte[] into, int length) {
        if (handle > 0) {
            heap.get(handle, into, length);
            return;
        }
        try {
            RandomAccessFile from = opened();
            from.seek(-1 - handle);
            from.readFully(into, 0, length);
        } catch (IOException e) {
            throw new UncheckedIOException("bytes of a device cannot be read back", e);
        }
    }

    @Override
    public void drop(long handle, int length) {
        if (handle > 0) {
            heap.drop(handle, length);
        } else {
            giveBack(-1 - handle, length);
        }
    }

    private RandomAccessFile opened() throws IOException {
        RandomAccessFile known = file;
        if (known == null) {
            Path path = Files.createTempFile("reclaimfs", ".bytes");
            known = new RandomAccessFile(path.toFile(), "rw");
            Files.delete(path);
            file = known;
        }
        return known;
    }

    private static int sizeOf(int length) {
        return (length + STEP - 1) / STEP;
    }

    private long place(int length) {
        int size = sizeOf(length);
        if (freeCount[size] > 0) {
            return free[size][--freeCount[size]];
        }
        long offset = fileBytes;
        fileBytes += (long) size * STEP;
        return offset;
    }

    private void giveBack(long offset, int length) {
        int size = sizeOf(length);
        if (freeCount[size] == free[size].length) {
            free[size] = Arrays.copyOf(free[size], Math.max(FIRST_ARRAY, 2 * freeCount[size]));
        }
        free[size][freeCount[size]++] = offset;
    }

    /** Bytes of the file, in use or not. */
    long fileBytes() {
        return fileBytes;
    }

    /** Bytes in the heap. */
    long heapBytes() {
        return heap.bytes();
    }
}
