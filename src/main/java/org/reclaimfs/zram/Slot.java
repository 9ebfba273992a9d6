package org.reclaimfs.zram;

/**
 * The state of a slot in 55 bits of a long: flags (enum zram_pageflags), the priority of the algorithm that its object is
 * compressed with, the number of its content among the device's (or that it has bytes, and how many its object takes), and
 * the second since boot of its last access.
 */
final class Slot {
    /** No slot state: nothing is stored. Contents are numbered from 1. */
    static final long EMPTY = 0;

    static final long SAME = 1L << 32;
    static final long WRITTEN_BACK = 1L << 33;
    static final long HUGE = 1L << 34;
    static final long IDLE = 1L << 35;
    static final long INCOMPRESSIBLE = 1L << 36;

    private static final int PRIORITY_SHIFT = 37;
    private static final long PRIORITY_MASK = 3L << PRIORITY_SHIFT;
    private static final int CONTENT_SHIFT = 39;
    private static final long SECONDS_MASK = 0xffff_ffffL;

    /** In place of a content: bytes that a program wrote; below it is the length of their object. */
    private static final int BYTES = 1 << 15;

    private static final long CONTENT_MASK = ~0L << CONTENT_SHIFT;

    /** Contents a device can tell apart. */
    static final int MAX_CONTENT = BYTES - 1;

    private Slot() {}

    /** A slot just written. */
    static long of(int content, long flags, long seconds) {
        return (long) content << CONTENT_SHIFT | flags | seconds & SECONDS_MASK;
    }

    /** A slot whose page has bytes, just written. */
    static long ofBytes(int length, long flags, long seconds) {
        return of(BYTES | length, flags, seconds);
    }

    static boolean hasBytes(long state) {
        return (content(state) & BYTES) != 0;
    }

    /** Length of the object of a slot that {@link #hasBytes}. */
    static int length(long state) {
        return content(state) & ~BYTES;
    }

    static long withLength(long state, int length) {
        return state & ~CONTENT_MASK | (long) (BYTES | length) << CONTENT_SHIFT;
    }

    static int content(long state) {
        return (int) (state >>> CONTENT_SHIFT);
    }

    static int priority(long state) {
        return (int) ((state & PRIORITY_MASK) >> PRIORITY_SHIFT);
    }

    static long withPriority(long state, int priority) {
        return state & ~PRIORITY_MASK | (long) priority << PRIORITY_SHIFT;
    }

    /** Second since boot of the last access. */
    static long seconds(long state) {
        return state & SECONDS_MASK;
    }

    static long withSeconds(long state, long seconds) {
        return state & ~SECONDS_MASK | seconds & SECONDS_MASK;
    }

    static boolean has(long state, long flag) {
        return (state & flag) != 0;
    }

    /** What idle marks, writeback and recompression look at: slots with an object in the pool. */
    static boolean inPool(long state) {
        return state != EMPTY && (state & (SAME | WRITTEN_BACK)) == 0;
    }
}
