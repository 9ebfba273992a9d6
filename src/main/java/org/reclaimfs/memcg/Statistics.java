package org.reclaimfs.memcg;

import org.jspecify.annotations.Nullable;

/**
 * The statistics of one cgroup's subtree, in each item's own unit (struct memcg_vmstats, lruvec_stats). An item is counted
 * here alone and passed up the tree when somebody looks, as the kernel's rstat does: reclaim counts a dozen items a page.
 * NOT thread safe.
 */
final class Statistics {
    /** What all cgroups of a machine share: who has something to pass up, and how often statistics were flushed. */
    static final class Shared {
        private Statistics[] dirty = new Statistics[16];
        private int dirtyCount;
        private int flushes;

        private void add(Statistics one) {
            if (dirtyCount == dirty.length) {
                dirty = java.util.Arrays.copyOf(dirty, dirtyCount * 2);
            }
            dirty[dirtyCount++] = one;
        }

        /** Passes everything up. */
        void settle() {
            for (int i = 0; i < dirtyCount; i++) {
                dirty[i].passUp();
            }
            dirtyCount = 0;
        }

        /** From now on {@link Statistics#flushed} shows what is now. */
        void flush() {
            settle();
            flushes++;
        }
    }

    private static final MemoryStat[] SLABS = {MemoryStat.SLAB_RECLAIMABLE, MemoryStat.SLAB_UNRECLAIMABLE};
    private static final MemoryStat[] SCANS = {
        MemoryStat.PGSCAN_KSWAPD, MemoryStat.PGSCAN_DIRECT, MemoryStat.PGSCAN_KHUGEPAGED, MemoryStat.PGSCAN_PROACTIVE
    };
    private static final MemoryStat[] STEALS = {
        MemoryStat.PGSTEAL_KSWAPD,
        MemoryStat.PGSTEAL_DIRECT,
        MemoryStat.PGSTEAL_KHUGEPAGED,
        MemoryStat.PGSTEAL_PROACTIVE
    };

    private static final int ITEMS = MemoryStat.values().length;

    private final @Nullable Statistics parent;
    private final Shared shared;
    private final long[] total = new long[ITEMS];
    /** The same by node; the one node of a small machine shares the array. */
    private final long[][] byNode;
    /** By node: counted, and not passed up yet. */
    private final long[][] pending;

    private final StatSnapshot[] snapshots;
    private boolean dirty;

    Statistics(@Nullable Statistics parent, Shared shared, int nodes) {
        this.parent = parent;
        this.shared = shared;
        byNode = new long[nodes][];
        pending = new long[nodes][ITEMS];
        snapshots = new StatSnapshot[nodes];
        for (int node = 0; node < nodes; node++) {
            byNode[node] = nodes == 1 ? total : new long[ITEMS];
            snapshots[node] = new StatSnapshot();
        }
    }

    void add(MemoryStat item, int node, long n) {
        pending[node][item.ordinal()] += n;
        if (!dirty) {
            dirty = true;
            shared.add(this);
        }
    }

    private void passUp() {
        dirty = false;
        for (int node = 0; node < pending.length; node++) {
            for (int i = 0; i < ITEMS; i++) {
                long n = pending[node][i];
                if (n != 0) {
                    pending[node][i] = 0;
                    for (Statistics s = this; s != null; s = s.parent) {
                        s.apply(i, node, n);
                    }
                }
            }
        }
    }

    private void apply(int item, int node, long n) {
        if (StatSnapshot.keeps(item)) {
            snapshots[node].bring(shared.flushes, byNode[node]);
        }
        total[item] += n;
        if (byNode.length > 1) {
            byNode[node][item] += n;
        }
    }

    /** The item of the subtree; sums are computed. */
    long get(MemoryStat item) {
        shared.settle();
        return switch (item) {
            case SLAB -> sum(SLABS);
            case PGSCAN -> sum(SCANS);
            case PGSTEAL -> sum(STEALS);
            default -> total[item.ordinal()];
        };
    }

    private long sum(MemoryStat[] items) {
        long sum = 0;
        for (MemoryStat item : items) {
            sum += total[item.ordinal()];
        }
        return sum;
    }

    /** The item of the subtree on one node, for items that belong to pages. */
    long get(MemoryStat item, int node) {
        shared.settle();
        return byNode[node][item.ordinal()];
    }

    /** A list size or activation count as of the last flush. */
    long flushed(MemoryStat item, int node) {
        snapshots[node].bring(shared.flushes, byNode[node]);
        return snapshots[node].value(item);
    }
}
