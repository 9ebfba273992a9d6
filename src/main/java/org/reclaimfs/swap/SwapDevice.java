package org.reclaimfs.swap;

import java.util.BitSet;

/**
 * One active swap area (swap_info_struct): slots in clusters of 512. Slot 0 is the header. NOT thread safe.
 */
public final class SwapDevice {
    static final int CLUSTER = 512;
    private static final int NO_CLUSTER = ClusterList.NONE;

    private enum ClusterState {
        FREE,
        CURRENT,
        NONFULL,
        FULL
    }

    public final int type;
    public final String path;
    /** A block device prints as "partition", a file as "file". */
    public final boolean partition;

    public final int priority;
    public final SwapBackend backend;
    private final int slots;
    private final BitSet used;
    private final short[] clusterUsed;
    private final ClusterState[] state;
    /** Clusters with holes, and emptied ones, in the order they came: the first is used next. */
    private final ClusterList nonfull;

    private int nextFresh;
    private final ClusterList freed;
    private long inuse;

    /** The rotational device's one cluster; solid-state clusters belong to CPUs. */
    final Cursor global = new Cursor();

    /** Where a CPU, or a rotational device, goes on allocating. */
    static final class Cursor {
        int cluster = NO_CLUSTER;
        int next;
    }

    SwapDevice(int type, String path, boolean partition, long pages, int priority, SwapBackend backend) {
        this.type = type;
        this.path = path;
        this.partition = partition;
        this.priority = priority;
        this.backend = backend;
        this.slots = Math.toIntExact(pages);
        this.used = new BitSet();
        int clusters = (slots + CLUSTER - 1) / CLUSTER;
        this.clusterUsed = new short[clusters];
        this.state = new ClusterState[clusters];
        java.util.Arrays.fill(state, ClusterState.FREE);
        this.nonfull = new ClusterList(clusters);
        this.freed = new ClusterList(clusters);
        used.set(0);
        clusterUsed[0] = 1;
    }

    /** Slots for pages: all but the header. */
    public long usablePages() {
        return slots - 1L;
    }

    public long usedPages() {
        return inuse;
    }

    public long freePages() {
        return usablePages() - inuse;
    }

    /** Takes up to {@code want} consecutive slots at the cursor; returns the first, or -1; the count is in {@link #taken}. */
    int allocate(Cursor cursor, int want) {
        while (cursor.cluster != NO_CLUSTER || nextCluster(cursor)) {
            int first = allocateHere(cursor, want);
            if (first >= 0) {
                return first;
            }
        }
        return -1;
    }

    /** As {@link #allocate}, from the cursor's cluster only; -1 and no cluster if that is used up. */
    int allocateHere(Cursor cursor, int want) {
        int end = Math.min((cursor.cluster + 1) * CLUSTER, slots);
        int first = used.nextClearBit(cursor.next);
        if (first >= end) {
            leave(cursor);
            return -1;
        }
        int limit = Math.min(end, first + want);
        int stop = used.nextSetBit(first);
        taken = (stop < 0 ? limit : Math.min(stop, limit)) - first;
        used.set(first, first + taken);
        clusterUsed[cursor.cluster] += (short) taken;
        inuse += taken;
        cursor.next = first + taken;
        if (cursor.next >= end) {
            leave(cursor);
        }
        return first;
    }

    /** Slots the last successful {@link #allocate} took. */
    int taken;

    /** The cursor is done with its cluster: full, or with holes that the non-full list offers again. */
    void leave(Cursor cursor) {
        int c = cursor.cluster;
        cursor.cluster = NO_CLUSTER;
        if (c == NO_CLUSTER) {
            return;
        }
        if (clusterUsed[c] == size(c)) {
            state[c] = ClusterState.FULL;
        } else if (clusterUsed[c] == 0) {
            state[c] = ClusterState.FREE;
            freed.add(c);
        } else {
            state[c] = ClusterState.NONFULL;
            nonfull.add(c);
        }
    }

    private int size(int cluster) {
        return Math.min(CLUSTER, slots - cluster * CLUSTER);
    }

    private boolean nextCluster(Cursor cursor) {
        int c = nonfull.poll();
        if (c == NO_CLUSTER && nextFresh < state.length) {
            c = nextFresh++;
        }
        if (c == NO_CLUSTER) {
            c = freed.poll();
        }
        if (c == NO_CLUSTER) {
            return false;
        }
        state[c] = ClusterState.CURRENT;
        cursor.cluster = c;
        cursor.next = c * CLUSTER;
        return true;
    }

    void free(int slot, int pages) {
        for (int s = slot, end = slot + pages; s < end; ) {
            int c = s / CLUSTER;
            int n = Math.min(end, (c + 1) * CLUSTER) - s;
            used.clear(s, s + n);
            clusterUsed[c] -= (short) n;
            noteFreed(c);
            s += n;
        }
        inuse -= pages;
    }

    private void noteFreed(int c) {
        if (state[c] == ClusterState.CURRENT) {
            return;
        }
        if (clusterUsed[c] == 0) {
            state[c] = ClusterState.FREE;
            nonfull.remove(c);
            freed.add(c);
        } else if (state[c] == ClusterState.FULL) {
            state[c] = ClusterState.NONFULL;
            nonfull.add(c);
        }
    }

    void checkInvariants() {
        if (used.cardinality() != inuse + 1) {
            throw new IllegalStateException(path + ": " + used.cardinality() + " slots set, " + inuse + " in use");
        }
    }
}
