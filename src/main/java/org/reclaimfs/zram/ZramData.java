package org.reclaimfs.zram;

import org.reclaimfs.swap.BlockBytes;

/** A zram device's data as bytes, one request a page (zram_bio_read, zram_bio_write, zram_bio_discard; 7.2). */
final class ZramData implements BlockBytes {
    private final ZramDevice device;

    ZramData(ZramDevice device) {
        this.device = device;
    }

    @Override
    public long sizeBytes() {
        return device.disksizeBytes();
    }

    @Override
    public boolean readPage(long page, byte[] into) {
        if (page >= device.store().slots.slots()) {
            return false;
        }
        device.noteRead((int) page, 1);
        device.store().readPage((int) page, into);
        return true;
    }

    @Override
    public boolean writePage(long page, byte[] from) {
        return page < device.store().slots.slots() && device.writePage((int) page, from);
    }

    @Override
    public void discardPages(long page, long pages) {
        int end = (int) Math.min(page + pages, device.store().slots.slots());
        int from = (int) Math.min(page, end);
        device.free(from, end - from);
    }

    @Override
    public void open() {
        device.open();
    }

    @Override
    public void close() {
        device.close();
    }

    @Override
    public boolean written() {
        return device.initialised() && device.store().bytes.used();
    }
}
