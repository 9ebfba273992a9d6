package org.reclaimfs.memcg;

/**
 * The statistics of a cgroup on one node as reclaim sees them: as of the last flush, up to 2 s ago (lruvec_page_state,
 * mem_cgroup_flush_stats; spec/03 section 3). Taken lazily: before the first change, or at the first look, after a flush.
 */
final class StatSnapshot {
    private static final MemoryStat[] ITEMS = {
        MemoryStat.INACTIVE_ANON,
        MemoryStat.ACTIVE_ANON,
        MemoryStat.INACTIVE_FILE,
        MemoryStat.ACTIVE_FILE,
        MemoryStat.WORKINGSET_ACTIVATE_ANON,
        MemoryStat.WORKINGSET_ACTIVATE_FILE
    };
    /** Place of an item in the snapshot by its ordinal; -1 if it is not kept. */
    private static final int[] PLACE = new int[MemoryStat.values().length];

    static {
        java.util.Arrays.fill(PLACE, -1);
        for (int i = 0; i < ITEMS.length; i++) {
            PLACE[ITEMS[i].ordinal()] = i;
        }
    }

    private final long[] values = new long[ITEMS.length];
    private int epoch;

    static boolean keeps(int ordinal) {
        return PLACE[ordinal] >= 0;
    }

    /** Makes the snapshot one of the flush number {@code flush}; {@code live} has not changed since that. */
    void bring(int flush, long[] live) {
        if (epoch != flush) {
            epoch = flush;
            for (int i = 0; i < ITEMS.length; i++) {
                values[i] = live[ITEMS[i].ordinal()];
            }
        }
    }

    long value(MemoryStat item) {
        return values[PLACE[item.ordinal()]];
    }
}
