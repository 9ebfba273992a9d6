package org.reclaimfs.machine;

import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;
import org.reclaimfs.swap.BlockBytes;
import org.reclaimfs.swap.SwapHeader;

/**
 * A block device's node in /dev: bytes at any offset over the device's pages (block/fops.c, 7.2). There is no page cache:
 * part of a page is read, changed and written at once. Lock: the machine's.
 */
public final class BlockFile {
    private final String name;
    private final BlockBytes device;
    private final Core core;
    private final byte[] page = new byte[Units.PAGE_SIZE];

    BlockFile(String name, BlockBytes device, Core core) {
        this.name = name;
        this.device = device;
        this.core = core;
    }

    /** As in /dev. */
    public String name() {
        return name;
    }

    /** Capacity in bytes; a device has no node while this is 0. */
    public long sizeBytes() {
        return device.sizeBytes();
    }

    /** From now on the device is in use; each open needs its {@link #close}. */
    public void open() {
        device.open();
    }

    public void close() {
        device.close();
    }

    /**
     * Reads up to {@code length} bytes to {@code into} from {@code at} on.
     *
     * @return bytes read; 0 at the end
     * @throws ErrnoException EIO if the first page cannot be read
     */
    public int read(long offset, byte[] into, int at, int length) throws ErrnoException {
        int wanted = (int) Math.max(0, Math.min(length, sizeBytes() - offset));
        int done = 0;
        while (done < wanted) {
            int from = (int) ((offset + done) % Units.PAGE_SIZE);
            int count = Math.min(wanted - done, Units.PAGE_SIZE - from);
            if (!readPage((offset + done) / Units.PAGE_SIZE)) {
                return soFar(done);
            }
            System.arraycopy(page, from, into, at + done, count);
            done += count;
        }
        return done;
    }

    private boolean readPage(long index) {
        if (index == 0 && !device.written() && core.swap.byPath("/dev/" + name) != null) {
            // A scenario may use a device as swap that nobody made an area on; programs find what mkswap would have
            // left.
            SwapHeader.put(page, Units.bytesToPages(sizeBytes()), name);
            return true;
        }
        return device.readPage(index, page);
    }

    /**
     * Writes bytes of {@code source} from {@code at} on.
     *
     * @return bytes written, fewer at the end of the device
     * @throws ErrnoException ENOSPC at or behind the end, EIO if the first page cannot be written, ETXTBSY for a swap device
     */
    public int write(long offset, byte[] source, int at, int length) throws ErrnoException {
        refuseSwap();
        if (offset >= sizeBytes()) {
            throw new ErrnoException(Errno.ENOSPC, name + " has " + sizeBytes() + " bytes");
        }
        int wanted = (int) Math.min(length, sizeBytes() - offset);
        int done = 0;
        while (done < wanted) {
            int from = (int) ((offset + done) % Units.PAGE_SIZE);
            int count = Math.min(wanted - done, Units.PAGE_SIZE - from);
            long index = (offset + done) / Units.PAGE_SIZE;
            if (count < Units.PAGE_SIZE && !device.readPage(index, page)) {
                return soFar(done);
            }
            System.arraycopy(source, at + done, page, from, count);
            if (!device.writePage(index, page)) {
                return soFar(done);
            }
            done += count;
        }
        return done;
    }

    private int soFar(int done) throws ErrnoException {
        if (done == 0) {
            throw new ErrnoException(Errno.EIO, name + ": I/O error");
        }
        return done;
    }

    /**
     * Forgets a range, which then reads as zeros: whole pages are discarded, the rest is overwritten (blkdev_fallocate,
     * which would have the range begin and end with blocks).
     *
     * @throws ErrnoException EINVAL behind the end, EIO, ETXTBSY for a swap device
     */
    public void discard(long offset, long length) throws ErrnoException {
        refuseSwap();
        if (offset >= sizeBytes()) {
            throw new ErrnoException(Errno.EINVAL, name + " has " + sizeBytes() + " bytes");
        }
        long end = Math.min(offset + length, sizeBytes());
        long first = Units.bytesToPagesUp(offset);
        long behind = end == sizeBytes() ? Units.bytesToPagesUp(end) : Units.bytesToPages(end);
        if (first > behind) {
            zero(offset, end);
            return;
        }
        zero(offset, Units.pagesToBytes(first));
        device.discardPages(first, behind - first);
        zero(Units.pagesToBytes(behind), end);
    }

    private void zero(long from, long to) throws ErrnoException {
        if (from < to) {
            write(from, new byte[(int) (to - from)], 0, (int) (to - from));
        }
    }

    private void refuseSwap() throws ErrnoException {
        if (core.swap.byPath("/dev/" + name) != null) {
            throw new ErrnoException(Errno.ETXTBSY, name + " is used for swap");
        }
    }
}
