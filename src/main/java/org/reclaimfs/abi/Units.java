package org.reclaimfs.abi;

/** Pages, bytes and KiB. The model counts pages; only text converts, and only here. */
public final class Units {
    /** Bytes in a page (x86-64, order 0). */
    public static final int PAGE_SIZE = 4096;

    /** log2 of {@link #PAGE_SIZE}. */
    public static final int PAGE_SHIFT = 12;

    /**
     * PAGE_COUNTER_MAX in pages: "no limit", printed as {@code max} (include/linux/page_counter.h,
     * LONG_MAX / PAGE_SIZE).
     */
    public static final long PAGE_COUNTER_MAX = Long.MAX_VALUE / PAGE_SIZE;

    private Units() {}

    /** Whole pages in {@code bytes}, taken as unsigned; the rest is dropped. */
    public static long bytesToPages(long bytes) {
        return bytes >>> PAGE_SHIFT;
    }

    /** Pages that hold {@code bytes}, taken as unsigned; a started page counts. */
    public static long bytesToPagesUp(long bytes) {
        return (bytes >>> PAGE_SHIFT) + ((bytes & (PAGE_SIZE - 1)) == 0 ? 0 : 1);
    }

    /** Bytes in {@code pages}; unsigned above 2^51 pages. */
    public static long pagesToBytes(long pages) {
        return pages << PAGE_SHIFT;
    }

    /** KiB in {@code pages}: the kernel's {@code K(x)}. */
    public static long pagesToKiB(long pages) {
        return pages << (PAGE_SHIFT - 10);
    }

    /** Whole pages in {@code kib} KiB. */
    public static long kibToPages(long kib) {
        return kib >>> (PAGE_SHIFT - 10);
    }

    /**
     * Pages of a limit written in bytes, capped at {@link #PAGE_COUNTER_MAX} (mm/page_counter.c
     * page_counter_memparse).
     */
    public static long limitPages(long bytes) {
        return Math.min(bytesToPages(bytes), PAGE_COUNTER_MAX);
    }
}
