package org.reclaimfs.zram;

import org.reclaimfs.mm.Content;
import org.reclaimfs.swap.Disk;

/**
 * The backing device of a zram device: how many of its blocks of a page are in use, and what went there and back (struct
 * zram's backing_dev, bitmap and bd_stat). Which block a page has is not known: all are the same. NOT thread safe.
 */
final class Backing {
    final String path;
    private final Disk disk;
    private final long blocks;
    private long usedBlocks;
    /** Where the next block would be written if none had been freed: neighbours make larger requests. */
    private int nextBlock;

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

    /** Until the disk's queue has room, a writer sleeps. */
    long queueFreeNs() {
        return disk.queueFreeNs();
    }
}
