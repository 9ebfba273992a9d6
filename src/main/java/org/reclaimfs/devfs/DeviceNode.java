package org.reclaimfs.devfs;

import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Raw;
import org.reclaimfs.machine.BlockFile;

/**
 * /dev/NAME of a block device, shown as a regular file of its size: a loop device over it is the block device. Whoever has
 * it open keeps a zram device from being reset.
 */
final class DeviceNode implements Raw<BlockFile> {
    /** What one slice of a write compresses stays well below a millisecond with most algorithms. */
    private static final int SLICE_BYTES = 32 << 10;

    @Override
    public void opened(BlockFile device, OpenFile file) throws ErrnoException {
        if (device.sizeBytes() == 0) {
            throw new ErrnoException(Errno.ENXIO, device.name() + " lost its size just now");
        }
        device.open();
        file.onRelease(device::close);
    }

    @Override
    public int writeSliceBytes() {
        return SLICE_BYTES;
    }

    @Override
    public long sizeBytes(BlockFile device) {
        return device.sizeBytes();
    }

    @Override
    public int read(BlockFile device, long offset, byte[] target, int length) throws ErrnoException {
        return device.read(offset, target, 0, length);
    }

    @Override
    public int write(BlockFile device, long offset, byte[] source, int length) throws ErrnoException {
        return device.write(offset, source, 0, length);
    }

    @Override
    public void discard(BlockFile device, long offset, long length) throws ErrnoException {
        device.discard(offset, length);
    }
}
