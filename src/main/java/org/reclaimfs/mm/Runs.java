package org.reclaimfs.mm;

import java.util.Arrays;

/**
 * The runs of {@link MemMap}: their fields and ids. What one run holds is together, in eight ints, since whoever looks at
 * a run looks at several fields of it and a machine of runs is far bigger than the processor's caches. The ints lie in
 * pieces that never move, so growing copies nothing. NOT thread safe.
 */
abstract class Runs {
    public static final int NIL = -1;

    private static final int PIECE_SHIFT = 14;
    private static final int PIECE_MASK = (1 << PIECE_SHIFT) - 1;
    private static final int RUN_SHIFT = 3;

    // The ints of a run.
    static final int TABLE = 0;
    /** Offset in the table lowest, then the node, length above; 0 in a free run. */
    static final int SPAN = 1;

    static final int FLAGS = 2;
    static final int PREV = 3;
    static final int NEXT = 4;
    static final int SLOT = 5;
    static final int SHADOW = 6;
    /** Memcg below, memcg of the shadow above. */
    static final int MEMCGS = 7;

    static final int LOW = 0xffff;
    /** An offset, of the low half of a span; the node is the rest of it. */
    static final int OFFSET = 0x3ff;

    private static final int NODE_SHIFT = 10;
    static final int HIGH_SHIFT = 16;

    private int[][] pieces = new int[8][];
    private int free = NIL;
    private int used;
    private int live;

    // ---- ids ----

    /** Where the run's ints are: {@code piece(run)[at(run) + FIELD]}. */
    final int[] piece(int run) {
        return pieces[run >>> PIECE_SHIFT];
    }

    static int at(int run) {
        return (run & PIECE_MASK) << RUN_SHIFT;
    }

    private int get(int run, int field) {
        return piece(run)[at(run) + field];
    }

    private void put(int run, int field, int value) {
        piece(run)[at(run) + field] = value;
    }

    /** A run with any content. */
    final int alloc() {
        int r = free;
        live++;
        if (r != NIL) {
            free = next(r);
            return r;
        }
        r = used++;
        if ((r & PIECE_MASK) == 0) {
            int no = r >>> PIECE_SHIFT;
            if (no == pieces.length) {
                pieces = Arrays.copyOf(pieces, no * 2);
            }
            pieces[no] = new int[1 << PIECE_SHIFT + RUN_SHIFT];
        }
        return r;
    }

    final void release(int run) {
        put(run, SPAN, 0);
        put(run, NEXT, free);
        free = run;
        live--;
    }

    final int runsLive() {
        return live;
    }

    // ---- fields ----

    public final int table(int run) {
        return get(run, TABLE);
    }

    public final int off(int run) {
        return get(run, SPAN) & OFFSET;
    }

    public final int len(int run) {
        return get(run, SPAN) >>> HIGH_SHIFT;
    }

    public final int flags(int run) {
        return get(run, FLAGS);
    }

    public final void setFlags(int run, int value) {
        put(run, FLAGS, value);
    }

    public final boolean has(int run, int flag) {
        return (get(run, FLAGS) & flag) != 0;
    }

    public final int prev(int run) {
        return get(run, PREV);
    }

    public final void setPrev(int run, int value) {
        put(run, PREV, value);
    }

    public final int next(int run) {
        return get(run, NEXT);
    }

    public final void setNext(int run, int value) {
        put(run, NEXT, value);
    }

    /** The NUMA node of the pages' frames, or of the frames they had when they were evicted. */
    public final int node(int run) {
        return (get(run, SPAN) & LOW) >>> NODE_SHIFT;
    }

    public final void setNode(int run, int node) {
        put(run, SPAN, get(run, SPAN) & ~(LOW ^ OFFSET) | node << NODE_SHIFT);
    }

    /** First swap slot of the run; page i has slot + i. */
    public final int slot(int run) {
        return get(run, SLOT);
    }

    public final void setSlot(int run, int value) {
        put(run, SLOT, value);
    }

    /** Id of the memcg that is charged for the pages, or recorded with their slots. */
    public final int memcg(int run) {
        return get(run, MEMCGS) & LOW;
    }

    public final void setMemcg(int run, int id) {
        put(run, MEMCGS, get(run, MEMCGS) & ~LOW | id);
    }

    /** Nonresident age at the eviction of the first page (32 bits, wraps); page i has shadow + i. */
    public final int shadow(int run) {
        return get(run, SHADOW);
    }

    public final int shadowMemcg(int run) {
        return get(run, MEMCGS) >>> HIGH_SHIFT;
    }

    public final void setShadow(int run, int age, int memcgId) {
        put(run, SHADOW, age);
        put(run, MEMCGS, get(run, MEMCGS) & LOW | memcgId << HIGH_SHIFT);
    }

    /** One above the highest run id ever used, for walks over all runs; ids with {@code len == 0} are free. */
    public final int runLimit() {
        return used;
    }
}
