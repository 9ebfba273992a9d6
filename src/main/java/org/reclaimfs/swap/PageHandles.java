package org.reclaimfs.swap;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/** A number for each of a device's pages, 0 where none was set; costs 8 bytes a page near those that were. NOT thread safe. */
public final class PageHandles {
    private static final int CHUNK = 512;

    private final Map<Integer, long[]> chunks = new HashMap<>();

    public long get(int page) {
        long[] chunk = chunks.get(page / CHUNK);
        return chunk == null ? 0 : chunk[page % CHUNK];
    }

    public void set(int page, long handle) {
        long[] chunk = chunks.get(page / CHUNK);
        if (chunk == null) {
            if (handle == 0) {
                return;
            }
            chunk = new long[CHUNK];
            chunks.put(page / CHUNK, chunk);
        }
        chunk[page % CHUNK] = handle;
    }

    /** The page's number; from now on it has none. */
    public long take(int page) {
        long handle = get(page);
        if (handle != 0) {
            set(page, 0);
        }
        return handle;
    }

    /** Takes the numbers of the pages from {@code from} to before {@code to}; tells each that was set, in order. */
    public void takeAll(int from, int to, LongConsumer taken) {
        for (int at = from; at < to; ) {
            int chunk = at / CHUNK;
            int end = (int) Math.min(to, (chunk + 1L) * CHUNK);
            long[] handles = chunks.get(chunk);
            if (handles != null) {
                for (int page = at; page < end; page++) {
                    if (handles[page % CHUNK] != 0) {
                        taken.accept(handles[page % CHUNK]);
                        handles[page % CHUNK] = 0;
                    }
                }
                if (end - at == CHUNK) {
                    chunks.remove(chunk);
                }
            }
            at = end;
        }
    }
}
