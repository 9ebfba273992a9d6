package org.reclaimfs.sandbox;

import jnr.ffi.Pointer;
import org.reclaimfs.abi.ErrnoException;

/** Which blocks of its device a file has (FS_IOC_FIEMAP, linux/fiemap.h), as iomap_swapfile_activate wants to know it (fs/iomap, 7.2). */
final class Extents {
    private static final long FIEMAP = 0xC020660BL;
    /** struct fiemap without extents: start and length in bytes, flags, number of extents found, room for extents. */
    private static final int HEADER_BYTES = 32;

    /** struct fiemap_extent: offset in the file, offset on the device, length; flags at 40. */
    private static final int EXTENT_BYTES = 56;

    private static final int ROOM = 64;
    private static final int SYNC = 1;

    private static final int LAST = 0x1;
    /** UNKNOWN, DELALLOC, ENCODED, DATA_ENCRYPTED, NOT_ALIGNED, DATA_INLINE, DATA_TAIL, SHARED: nothing to be written to directly. */
    private static final int UNFIT = 0x2 | 0x4 | 0x8 | 0x80 | 0x100 | 0x200 | 0x400 | 0x2000;

    private Extents() {}

    /**
     * Whether the first bytes of a file have blocks of their own, written to or only promised. File systems that cannot say are
     * taken to have no holes: those of the FAT family.
     *
     * @param bytes a multiple of the page size
     */
    static boolean whole(Kernel kernel, int fd, long bytes) {
        Pointer map = kernel.memory(HEADER_BYTES + ROOM * EXTENT_BYTES);
        long at = 0;
        while (at < bytes) {
            map.putLong(0, at);
            map.putLong(8, bytes - at);
            map.putInt(16, SYNC);
            map.putInt(20, 0);
            map.putInt(24, ROOM);
            try {
                kernel.ioctl(fd, FIEMAP, map.address());
            } catch (ErrnoException e) {
                return true;
            }
            long end = covered(map, at);
            if (end == at) {
                return false;
            }
            at = end;
        }
        return true;
    }

    /** The end of the extents that follow on {@code at} without a gap; {@code at} if there is none. */
    private static long covered(Pointer map, long at) {
        long end = at;
        for (int i = 0; i < map.getInt(20); i++) {
            long extent = HEADER_BYTES + (long) i * EXTENT_BYTES;
            int flags = map.getInt(extent + 40);
            if (map.getLong(extent) > end || (flags & UNFIT) != 0) {
                return at;
            }
            end = Math.max(end, map.getLong(extent) + map.getLong(extent + 16));
            if ((flags & LAST) != 0) {
                break;
            }
        }
        return end;
    }
}
