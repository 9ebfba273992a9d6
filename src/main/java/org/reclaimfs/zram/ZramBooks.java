package org.reclaimfs.zram;

import org.reclaimfs.mm.Zsmalloc;

/** Whether the counts of a zram device are those of its table. */
final class ZramBooks {
    private ZramBooks() {}

    /** Throws if not. Costs time in proportion to the runs. */
    static void check(ZramStore store, Zsmalloc pool, long blocks) {
        SlotRuns slots = store.slots;
        Zsmalloc wanted = new Zsmalloc();
        long stored = 0;
        long same = 0;
        long writtenBack = 0;
        long bytes = 0;
        long huge = 0;
        for (int at = 0; at < slots.slots(); at = slots.runEnd(at)) {
            long state = slots.state(at);
            int pages = slots.runEnd(at) - at;
            if (state == Slot.EMPTY) {
                continue;
            }
            stored += pages;
            same += Slot.has(state, Slot.SAME) ? pages : 0;
            writtenBack += Slot.has(state, Slot.WRITTEN_BACK) ? pages : 0;
            if (Slot.inPool(state)) {
                wanted.add(store.objectBytes(state), pages);
                bytes += (long) store.objectBytes(state) * pages;
                huge += Slot.has(state, Slot.HUGE) ? pages : 0;
            }
        }
        require(stored == store.storedPages(), stored + " slots in use, " + store.storedPages() + " pages stored");
        require(same == store.samePages(), same + " same-filled slots, counted " + store.samePages());
        require(writtenBack == blocks, writtenBack + " slots written back, " + blocks + " blocks in use");
        require(bytes == store.comprBytes(), "objects of " + bytes + " bytes, counted " + store.comprBytes());
        require(huge == store.hugePages(), huge + " huge slots, counted " + store.hugePages());
        require(wanted.objectCount() == pool.objectCount(), "the pool's objects are not the slots'");
        require(wanted.pages() == pool.pages(), "the pool has " + pool.pages() + " pages for " + wanted.pages());
    }

    private static void require(boolean ok, String what) {
        if (!ok) {
            throw new IllegalStateException("zram: " + what);
        }
    }
}
