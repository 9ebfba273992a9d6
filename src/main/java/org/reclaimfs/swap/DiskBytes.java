package org.reclaimfs.swap;

import java.util.Arrays;
import java.util.function.Supplier;
import org.reclaimfs.abi.Units;

/**
 * What programs wrote to a disk through its node. Pages never written, and pages of zeros, take no room. What a zram device has
 * written back is read from there, whatever programs wrote over it meanwhile. NOT thread safe.
 */
final class DiskBytes implements BlockBytes {
    private static final byte[] ZEROS = new byte[Units.PAGE_SIZE];

    private final Disk disk;
    private final Supplier<ByteStore> store;
    private final PageHandles handles = new PageHandles();
    private boolean written;

    DiskBytes(Disk disk, Supplier<ByteStore> store) {
        this.disk = disk;
        this.store = store;
    }

    @Override
    public long sizeBytes() {
        return disk.bytes();
    }

    @Override
    public boolean readPage(long page, byte[] into) {
        disk.noteIo(false, 1);
        if (page <= Integer.MAX_VALUE && disk.readTenant((int) page, into)) {
            return true;
        }
        long handle = page > Integer.MAX_VALUE ? ByteStore.NONE : handles.get((int) page);
        if (handle == ByteStore.NONE) {
            Arrays.fill(into, (byte) 0);
        } else {
            store.get().get(handle, into, Units.PAGE_SIZE);
        }
        return true;
    }

    @Override
    public boolean writePage(long page, byte[] from) {
        if (page > Integer.MAX_VALUE || !disk.takes((int) page)) {
            return false;
        }
        disk.noteIo(true, 1);
        written = true;
        drop((int) page);
        if (Arrays.equals(from, ZEROS)) {
            return true;
        }
        long handle = store.get().put(from, Units.PAGE_SIZE);
        handles.set((int) page, handle);
        return handle != ByteStore.NONE;
    }

    private void drop(int page) {
        long handle = handles.take(page);
        if (handle != ByteStore.NONE) {
            store.get().drop(handle, Units.PAGE_SIZE);
        }
    }

    @Override
    public void discardPages(long page, long pages) {
        int end = (int) Math.min(page + pages, Integer.MAX_VALUE);
        handles.takeAll((int) Math.min(page, end), end, handle -> store.get().drop(handle, Units.PAGE_SIZE));
        disk.forget((int) Math.min(page, end), end);
    }

    @Override
    public boolean written() {
        return written;
    }
}
