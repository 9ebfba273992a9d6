package org.reclaimfs.swap;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

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
        FRAGMENTED,
        FULL
    }

    public final int type;
    public final String path;
    /** A block device prints as "partition", a file as "file". */
    public final boolean partition;

    public final int priority;
    public final SwapBackend backend;
    /** SWP_RAM_BACKED of patch A: what the device said of itself at swapon. */
    final boolean ramBacked;

    private final SwapTables tables;
    private final int slots;
    private final BitSet used;
    private final short[] clusterUsed;
    private final ClusterState[] state;
    // Clusters nobody allocates from, in the order they came: the first of a list is used next.

    /** A slot was freed since somebody last allocated here. */
    private final ClusterList nonfull;
    /** Somebody has passed holes here: a last resort. */
    private final ClusterList fragmented;

    private int nextFresh;
    /** Emptied clusters: they come after those never used. */
    private final ClusterList freed;

    private long inuse;
    private int bad;

    /** The rotational device's one cluster; solid-state clusters belong to CPUs. */
    final Cursor global = new Cursor();

    /** Where a CPU, or a rotational device, goes on allocating. */
    static final class Cursor {
        int cluster = NO_CLUSTER;
        int next;
    }

    SwapDevice(
            int type,
            String path,
            boolean partition,
            long pages,
            int priority,
            SwapBackend backend,
            SwapTables tables) {
        this.type = type;
        this.path = path;
        this.partition = partition;
        this.priority = priority;
        this.backend = backend;
        this.ramBacked = backend.ramBacked();
        this.tables = tables;
        this.slots = Math.toIntExact(pages);
        this.used = new BitSet();
        int clusters = (slots + CLUSTER - 1) / CLUSTER;
        this.clusterUsed = new short[clusters];
        this.state = new ClusterState[clusters];
        java.util.Arrays.fill(state, ClusterState.FREE);
        this.nonfull = new ClusterList(clusters);
        this.fragmented = new ClusterList(clusters);
        this.freed = new ClusterList(clusters);
        // The header's cluster has its table from the start: 511 slots that the gate does not stop.
        used.set(0);
        clusterUsed[0] = 1;
        state[0] = ClusterState.NONFULL;
        nonfull.add(0);
        nextFresh = 1;
        tables.takeForHeader();
    }

    /** Slots that mkswap found bad are never given out; the cluster of each has its table from the start. */
    void markBad(int[] badSlots) {
        for (int slot : badSlots) {
            int c = slot / CLUSTER;
            if (state[c] == ClusterState.FREE) {
                tables.takeForHeader();
                state[c] = ClusterState.NONFULL;
                nonfull.add(c);
            }
            used.set(slot);
            if (++clusterUsed[c] == size(c)) {
                state[c] = ClusterState.FULL;
                nonfull.remove(c);
            }
        }
        bad += badSlots.length;
    }

    /** Slots for pages: all but the header and bad ones. */
    public long usablePages() {
        return slots - 1L - bad;
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
        if (clusterUsed[cursor.cluster] == 0) {
            cursor.next = cursor.cluster * CLUSTER;
        }
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

    /** As {@link #allocateHere}, of slots that need not be neighbours; the cursor stays if there are fewer. */
    int allocateEach(Cursor cursor, int want, int[] into) {
        int end = Math.min((cursor.cluster + 1) * CLUSTER, slots);
        int next = clusterUsed[cursor.cluster] == 0 ? cursor.cluster * CLUSTER : cursor.next;
        int n = 0;
        while (n < want) {
            int slot = used.nextClearBit(next);
            if (slot >= end) {
                break;
            }
            used.set(slot);
            into[n++] = slot;
            next = slot + 1;
        }
        clusterUsed[cursor.cluster] += (short) n;
        inuse += n;
        cursor.next = next;
        if (n > 0 && next >= end) {
            leave(cursor);
        }
        return n;
    }

    /** Slots the last successful {@link #allocate} took. */
    int taken;

    /** The cursor is done with its cluster (relocate_cluster). */
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
            tables.give();
        } else {
            state[c] = ClusterState.FRAGMENTED;
            fragmented.add(c);
        }
    }

    private int size(int cluster) {
        return Math.min(CLUSTER, slots - cluster * CLUSTER);
    }

    private boolean nextCluster(Cursor cursor) {
        int c = nonfull.poll();
        if (c == NO_CLUSTER) {
            c = emptyCluster();
        }
        if (c == NO_CLUSTER) {
            c = fragmented.poll();
        }
        if (c == NO_CLUSTER) {
            return false;
        }
        state[c] = ClusterState.CURRENT;
        cursor.cluster = c;
        cursor.next = c * CLUSTER;
        return true;
    }

    /** A cluster without used slots, if there is one and memory for its table. */
    private int emptyCluster() {
        while (nextFresh < state.length && state[nextFresh] != ClusterState.FREE) {
            nextFresh++; // it has bad slots, and so is on another list
        }
        if (nextFresh == state.length && freed.isEmpty() || !tables.take()) {
            return NO_CLUSTER;
        }
        return nextFresh < state.length ? nextFresh++ : freed.poll();
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
            fragmented.remove(c);
            freed.add(c);
            tables.give();
        } else if (state[c] != ClusterState.NONFULL) {
            fragmented.remove(c);
            state[c] = ClusterState.NONFULL;
            nonfull.add(c);
        }
    }

    /** swapoff: the tables of clusters still in use are given back (cluster 0 keeps the header). */
    void dropTables() {
        for (ClusterState s : state) {
            if (s != ClusterState.FREE) {
                tables.give();
            }
        }
    }

    // ---- which page owns a slot ----

    private int @Nullable [][] owners;

    /** Whether {@link #owner} has been kept from the first slot in use on. */
    public boolean knowsOwners() {
        return owners != null;
    }

    /** From now on slots remember their pages: 4 bytes a slot, so only for readahead by slot. */
    public void keepOwners() {
        owners = new int[clusterUsed.length][];
    }

    /** Slots were given to neighbouring pages of a page table. */
    public void noteOwner(int slot, int pages, int table, int offset) {
        int[][] known = owners;
        if (known == null) {
            return;
        }
        for (int i = 0; i < pages; i++) {
            int s = slot + i;
            if (known[s / CLUSTER] == null) {
                known[s / CLUSTER] = new int[CLUSTER];
            }
            known[s / CLUSTER][s % CLUSTER] = table * CLUSTER + offset + i;
        }
    }

    /** Table * 512 + offset of the page that was last given the slot, or -1; whether it still has it is not known. */
    public int owner(int slot) {
        int[][] known = owners;
        return known == null || known[slot / CLUSTER] == null ? -1 : known[slot / CLUSTER][slot % CLUSTER];
    }

    void checkInvariants() {
        if (used.cardinality() != inuse + 1 + bad) {
            throw new IllegalStateException(path + ": " + used.cardinality() + " slots set, " + inuse + " in use");
        }
    }
}
