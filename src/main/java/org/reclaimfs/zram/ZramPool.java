package org.reclaimfs.zram;

import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.SlabCache;
import org.reclaimfs.mm.Zsmalloc;

/**
 * The memory that the objects of a zram device take: its zsmalloc pool, their handles, and mem_limit (zs_malloc,
 * update_used_max; 7.2). Unit: pages of RAM. NOT thread safe.
 */
final class ZramPool {
    private final Memory ram;
    private final Zsmalloc objects = new Zsmalloc();
    private final SlabCache handles;
    private long limitPages;
    private long maxUsedPages;

    ZramPool(Memory ram) {
        this.ram = ram;
        this.handles = new SlabCache(ram, Zsmalloc.SLAB_BYTES);
    }

    /** mem_limit; 0: there is none. */
    void setLimitPages(long pages) {
        limitPages = pages;
    }

    /** Gives all of it back. */
    void close() {
        ram.giveZspages(objects.pages());
        handles.add(-objects.objectCount());
    }

    /** Whether so many objects of {@code bytes} have room, with none of the machine's memory short. */
    boolean roomFor(int bytes, int count) {
        long grow = objects.pagesToAdd(bytes, count);
        boolean allowed = limitPages == 0 || objects.pages() + grow <= limitPages;
        return allowed && ram.freePages() >= grow + handles.pagesToAdd(count);
    }

    /** Makes up to {@code count} objects of {@code bytes}; returns how many there was memory for, near {@code node} first. */
    int add(int bytes, int count, int node) {
        int ok = 0;
        while (ok < count) {
            int n = (int) Math.min(count - ok, handles.makeRoom());
            if (n == 0) {
                break;
            }
            if (!tryAdd(bytes, n, node)) {
                if (n == 1 || !tryAdd(bytes, 1, node)) {
                    break;
                }
                n = 1;
            }
            ok += n;
        }
        return ok;
    }

    private boolean tryAdd(int bytes, int count, int node) {
        long grow = objects.pagesToAdd(bytes, count);
        if (!ram.anyFree(grow)) {
            return false;
        }
        if (limitPages != 0 && objects.pages() + grow > limitPages) {
            // The kernel finds out after allocating, so the mark may show a page that was given back.
            maxUsedPages = count == 1 ? Math.max(maxUsedPages, objects.pages() + grow) : maxUsedPages;
            return false;
        }
        take(bytes, count, node, grow);
        maxUsedPages = Math.max(maxUsedPages, objects.pages());
        return true;
    }

    private void take(int bytes, int count, int node, long grow) {
        ram.takeZspages(node, grow);
        objects.add(bytes, count);
        handles.add(count);
    }

    /** As {@link #add}, of one object for one that is dropped next: with no regard to limit and mark. */
    boolean addInExchange(int bytes) {
        long grow = handles.makeRoom() > 0 ? objects.pagesToAdd(bytes, 1) : -1;
        if (grow < 0 || !ram.anyFree(grow)) {
            return false;
        }
        take(bytes, 1, 0, grow);
        return true;
    }

    void drop(int bytes, int count) {
        ram.giveZspages(-objects.add(bytes, -count));
        handles.add(-count);
    }

    Zsmalloc objects() {
        return objects;
    }

    long pages() {
        return objects.pages();
    }

    /** mem_used_max. */
    long maxUsedPages() {
        return maxUsedPages;
    }

    void resetMaxUsed() {
        maxUsedPages = objects.pages();
    }
}
