package org.reclaimfs.swap;

import org.reclaimfs.mm.Content;

/**
 * A swap file of a file system on a disk: pages in one row from somewhere on. What it costs is the disk's business, as
 * swap goes past the file system (SWP_FS_OPS is for networks). NOT thread safe.
 */
public final class SwapFile implements SwapBackend {
    public final String path;
    private final Disk disk;
    private final long pages;
    private final int firstBlock;

    /**
     * A file that mkswap has seen.
     *
     * @param firstBlock where it begins, in pages
     */
    public SwapFile(String path, Disk disk, long pages, int firstBlock) {
        this.path = path;
        this.disk = disk;
        this.pages = pages;
        this.firstBlock = firstBlock;
    }

    public Disk disk() {
        return disk;
    }

    /** Its size, with the header. */
    public long pages() {
        return pages;
    }

    /** The first page of the disk behind it. */
    public long endBlock() {
        return firstBlock + pages;
    }

    @Override
    public boolean synchronous() {
        return disk.synchronous();
    }

    @Override
    public boolean solidState() {
        return disk.solidState();
    }

    @Override
    public boolean ramBacked() {
        return disk.ramBacked();
    }

    @Override
    public int write(int slot, Content content, int count, int node) {
        return disk.write(firstBlock + slot, content, count, node);
    }

    @Override
    public long writeCostNs(Content content) {
        return disk.writeCostNs(content);
    }

    @Override
    public long submitNs(boolean write, int slot, int count, long nowNs) {
        return disk.submitNs(write, firstBlock + slot, count, nowNs);
    }

    @Override
    public long queueFreeNs() {
        return disk.queueFreeNs();
    }

    @Override
    public long readCostNs(int slot, int count) {
        return disk.readCostNs(firstBlock + slot, count);
    }

    @Override
    public void noteRead(int slot, int count) {
        disk.noteRead(firstBlock + slot, count);
    }

    @Override
    public void free(int slot, int count) {
        disk.free(firstBlock + slot, count);
    }
}
