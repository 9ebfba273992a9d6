package org.reclaimfs.machine;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.mm.Content;

/** A swap device of the reference model: slots in clusters of 512, and zram's table if it is one. */
final class RefDevice {
    static final int CLUSTER = 512;

    final String path;
    final int slots;
    final int priority;
    final boolean zram;
    final boolean solidState;

    /** The pages that have slots here. */
    final Map<Integer, RefPage> owners = new HashMap<>();

    private final Set<Integer> used = new HashSet<>();
    private final Map<Integer, Integer> usedByCluster = new HashMap<>();
    /** Clusters nobody allocates from, first in, first out: with a slot freed since, with holes, empty. */
    private final LinkedHashSet<Integer> nonfull = new LinkedHashSet<>();

    private final LinkedHashSet<Integer> frag = new LinkedHashSet<>();

    private final LinkedHashSet<Integer> free = new LinkedHashSet<>();

    /** Where a CPU or a rotational device goes on. */
    static final class Cursor {
        @Nullable
        RefDevice device;

        int next;
    }

    final Cursor global = new Cursor();

    // zram
    final RefZpool pool = new RefZpool();
    private final Map<Integer, Content> table = new HashMap<>();
    long limitPages;
    long samePages;
    long hugePages;
    long comprBytes;
    long failedWrites;
    long notifyFree;
    long writtenPages;
    long readPages;

    private final RefMemory ram;
    /** Clusters that have a table: all with used slots, and those somebody allocates from. */
    private final Set<Integer> tables = new HashSet<>();
    /** zsmalloc's handle and share of a zspage's own data. */
    private final RefMemory.Slab handles;

    RefDevice(RefMemory ram, String path, int slots, int priority, boolean zram, boolean solidState) {
        this.ram = ram;
        this.handles = ram.new Slab(65);
        this.path = path;
        this.slots = slots;
        this.priority = priority;
        this.zram = zram;
        this.solidState = solidState;
        used.add(0);
        usedByCluster.put(0, 1);
        // The header's cluster has its table from the start.
        ram.takeSwapTable(true);
        tables.add(0);
        nonfull.add(0);
        for (int c = 1; c * CLUSTER < slots; c++) {
            free.add(c);
        }
    }

    private void freeCluster(int cluster) {
        free.add(cluster);
        tables.remove(cluster);
        ram.giveSwapTable();
    }

    /** swapoff is done: no cluster needs its table any more. */
    void dropTables() {
        tables.forEach(c -> ram.giveSwapTable());
        tables.clear();
    }

    int usedPages() {
        return used.size() - 1;
    }

    int freePages() {
        return slots - used.size();
    }

    private int end(int cluster) {
        return Math.min((cluster + 1) * CLUSTER, slots);
    }

    private boolean any(int cluster, boolean wantUsed) {
        int taken = usedByCluster.getOrDefault(cluster, 0);
        return wantUsed ? taken > 0 : taken < end(cluster) - cluster * CLUSTER;
    }

    /** The next free slot of the cursor's cluster, or -1 when the cluster is used up. */
    int takeAt(Cursor cursor) {
        if (cursor.device != this) {
            return -1;
        }
        int cluster = cursor.next / CLUSTER;
        for (int s = any(cluster, true) ? cursor.next : cluster * CLUSTER; s < end(cluster); s++) {
            if (used.add(s)) {
                usedByCluster.merge(cluster, 1, Integer::sum);
                if (s + 1 == end(cluster)) {
                    drop(cursor, cluster);
                } else {
                    cursor.next = s + 1;
                }
                return s;
            }
        }
        drop(cursor, cluster);
        return -1;
    }

    /** Takes a cluster for the cursor: one with holes, else a free one if it gets a table; false if there is none. */
    boolean takeCluster(Cursor cursor) {
        LinkedHashSet<Integer> from = !nonfull.isEmpty() ? nonfull : !free.isEmpty() ? free : frag;
        if (from == free && !ram.takeSwapTable(false)) {
            from = frag;
        }
        if (from.isEmpty()) {
            return false;
        }
        int cluster = from.iterator().next();
        from.remove(cluster);
        tables.add(cluster);
        cursor.device = this;
        cursor.next = cluster * CLUSTER;
        return true;
    }

    void leave(Cursor cursor) {
        if (cursor.device == this) {
            drop(cursor, cursor.next / CLUSTER);
        }
    }

    private void drop(Cursor cursor, int cluster) {
        cursor.device = null;
        if (!any(cluster, false)) {
            return;
        }
        if (any(cluster, true)) {
            frag.add(cluster);
        } else {
            freeCluster(cluster);
        }
    }

    void freeSlot(int slot, boolean current) {
        int cluster = slot / CLUSTER;
        used.remove(slot);
        usedByCluster.merge(cluster, -1, Integer::sum);
        if (current) {
            return;
        }
        frag.remove(cluster);
        if (any(cluster, true)) {
            nonfull.add(cluster);
        } else {
            nonfull.remove(cluster);
            freeCluster(cluster);
        }
    }

    // ---- zram ---------------------------------------------------------------------------------------------

    private static int objectBytes(Content content) {
        if (content.sameFilled()) {
            return 0;
        }
        return content.comprBytes() >= 3625 ? 4096 : content.comprBytes();
    }

    /** Stores a page; false if it cannot. */
    boolean store(int slot, Content content, int node) {
        int bytes = objectBytes(content);
        if (bytes == 0) {
            samePages++;
        } else {
            long grow = pool.pagesToAdd(bytes);
            boolean stored = handles.room() && ram.anyFree(grow);
            stored = stored && (limitPages == 0 || pool.pages() + grow <= limitPages);
            if (!stored) {
                failedWrites++;
                return false;
            }
            ram.takeZspages(node, grow);
            pool.add(bytes, 1);
            handles.add();
            comprBytes += bytes;
            hugePages += bytes == 4096 ? 1 : 0;
        }
        table.put(slot, content);
        return true;
    }

    void discard(int slot) {
        notifyFree++;
        Content content = table.remove(slot);
        if (content == null) {
            return;
        }
        int bytes = objectBytes(content);
        if (bytes == 0) {
            samePages--;
        } else {
            long before = pool.pages();
            pool.add(bytes, -1);
            ram.giveZspages(before - pool.pages());
            handles.remove();
            comprBytes -= bytes;
            hugePages -= bytes == 4096 ? 1 : 0;
        }
    }

    long storedPages() {
        return table.size();
    }

    /** The device is reset: its objects and its table are gone. */
    void reset() {
        for (int slot : Set.copyOf(table.keySet())) {
            discard(slot);
        }
        for (long i = 0; i < tablePages(slots); i++) {
            ram.giveKernel();
        }
    }

    /** Pages of zram's own table, 16 bytes a page. */
    static long tablePages(int slots) {
        return (slots * 16L + 4095) / 4096;
    }
}
