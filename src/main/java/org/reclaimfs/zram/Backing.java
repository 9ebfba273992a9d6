package org.reclaimfs.zram;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.mm.Content;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.swap.PageHandles;

/**
 * The backing device of a zram device: how many of its blocks of a page are in use, and what went there and back (struct
 * zram's backing_dev, bitmap and bd_stat). Which block a page has is known of pages with bytes only: of the others all are the
 * same. NOT thread safe.
 */
final class Backing {
    final String path;
    private final Disk disk;
    private final long blocks;
    private long usedBlocks;
    /** Where the next block would be written if none had been freed: neighbours make larger requests. */
    private int nextBlock;

    // Of slots with bytes: the block of each, and the slot of each block, both plus one; and which blocks these are.
    private final PageHandles blockOf = new PageHandles();
    private final PageHandles slotOf = new PageHandles();
    private final BitSet taken = new BitSet();

    private long reads;
    private long writes;

    /** @param blocks pages that fit */
    Backing(String path, Disk disk, long blocks) {
        this.path = path;
        this.disk = disk;
        this.blocks = blocks;
    }

    long freeBlocks() {
        return blocks - usedBlocks;
    }

    long usedBlocks() {
        return usedBlocks;
    }

    /** Reads of one page each since the device was initialised. */
    long reads() {
        return reads;
    }

    long writes() {
        return writes;
    }

    /**
     * Writes pages, each as a request of its own.
     *
     * @return how many the disk took: all, or none of those behind the first that failed
     */
    int write(Content content, int pages) {
        int taken = 0;
        while (taken < pages && disk.write((int) ((nextBlock + taken) % blocks), content, 1, 0) == 1) {
            taken++;
        }
        usedBlocks += taken;
        writes += taken;
        return taken;
    }

    /** When the pages written last, {@code pages} of them, are on the disk. */
    long writtenNs(int pages, long nowNs) {
        long done = disk.submitNs(true, nextBlock, pages, nowNs);
        nextBlock = (int) ((nextBlock + pages) % blocks);
        return done;
    }

    void noteRead(int pages) {
        reads += pages;
        disk.noteRead(0, pages);
    }

    long readNs(int pages, long nowNs) {
        return disk.submitNs(false, 0, pages, nowNs);
    }

    /** Blocks whose slots were freed. */
    void free(long pages) {
        usedBlocks -= pages;
    }

    /** Gives a slot with bytes the first block that no other has (zram_reserve_bdev_block). */
    void place(int slot) {
        int block = taken.nextClearBit(0);
        taken.set(block);
        blockOf.set(slot, block + 1L);
        slotOf.set(block, slot + 1L);
    }

    /** Slots with bytes whose blocks are free now. */
    void vacate(int from, int to) {
        blockOf.takeAll(from, to, block -> {
            taken.clear((int) block - 1);
            slotOf.take((int) block - 1);
        });
    }

    /** The slot with bytes that a block has; −1 if none. */
    int slotAt(int block) {
        return (int) slotOf.get(block) - 1;
    }

    /** The disk's node shows these blocks as {@code who} has them; null: no more. */
    void showAs(Disk.@Nullable Tenant who) {
        disk.letTo(who);
    }

    /** Until the disk's queue has room, a writer sleeps. */
    long queueFreeNs() {
        return disk.queueFreeNs();
    }
}
