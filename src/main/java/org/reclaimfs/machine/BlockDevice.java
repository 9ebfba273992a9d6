package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.swap.IoCounts;
import org.reclaimfs.zram.ZramDevice;

/**
 * A disk as the block layer lists it now: a snapshot. Numbers as captured: virtio disks are major 254 with 16 minors
 * each, zram devices major 253 with one.
 *
 * @param name as in /dev
 * @param bytes capacity; 0 for a zram device without a disksize
 * @param io what it has counted
 */
public record BlockDevice(String name, int major, int minor, long bytes, IoCounts io) {
    private static final int SECTOR_BYTES = 512;
    private static final int PAGE_SECTORS = 8;
    private static final long NS_PER_MS = 1_000_000;
    private static final int VIRTIO_MAJOR = 254;
    private static final int VIRTIO_MINORS = 16;
    private static final int ZRAM_MAJOR = 253;
    private static final int RAM_MAJOR = 1;

    /** All of them: RAM disks, which the kernel brings, other disks, each in their order of addition, then zram devices by number. */
    public static List<BlockDevice> all(Machine machine) {
        List<BlockDevice> list =
                all(machine.devices().disks(), machine.devices().zrams(), machine.nowNs());
        list.replaceAll(machine.nodeNumbers()::shown);
        return list;
    }

    static List<BlockDevice> all(Collection<Disk> disks, Collection<ZramDevice> zrams, long nowNs) {
        List<BlockDevice> list = new ArrayList<>();
        List<BlockDevice> onBus = new ArrayList<>();
        for (Disk disk : disks) {
            (disk.inRam() ? list : onBus).add(of(disk, onBus.size(), nowNs));
        }
        list.addAll(onBus);
        for (ZramDevice zram : zrams) {
            list.add(of(zram));
        }
        return list;
    }

    /**
     * A plain disk, or a RAM disk with the number that its name ends in.
     *
     * @param index its place among the disks that are not RAM disks
     */
    public static BlockDevice of(Disk disk, int index, long nowNs) {
        boolean ram = disk.inRam();
        int minor = ram ? Integer.parseInt(disk.name().substring("ram".length())) : index * VIRTIO_MINORS;
        return new BlockDevice(disk.name(), ram ? RAM_MAJOR : VIRTIO_MAJOR, minor, disk.bytes(), disk.counts(nowNs));
    }

    /** A zram device, which does one request a page. */
    public static BlockDevice of(ZramDevice zram) {
        return new BlockDevice(zram.name(), ZRAM_MAJOR, zram.id, zram.disksizeBytes(), zram.counts());
    }

    /** The same device with another number. */
    BlockDevice withNumber(int otherMajor, int otherMinor) {
        return new BlockDevice(name, otherMajor, otherMinor, bytes, io);
    }

    /** Capacity in 512-byte sectors. */
    public long sectors() {
        return bytes / SECTOR_BYTES;
    }

    /**
     * The 17 fields of /proc/diskstats and /sys/block/X/stat (Documentation/admin-guide/iostats.rst), times in ms. Nothing
     * discards: the four fields of it stay 0, as they do for a kernel's zram and brd.
     */
    public long[] stat() {
        return new long[] {
            io.reads(),
            io.readMerges(),
            io.readPages() * PAGE_SECTORS,
            ms(io.readNs()),
            io.writes(),
            io.writeMerges(),
            io.writtenPages() * PAGE_SECTORS,
            ms(io.writeNs()),
            io.readsInFlight() + io.writesInFlight(),
            ms(io.busyNs()),
            ms(io.readNs() + io.writeNs() + io.flushNs()),
            0,
            0,
            0,
            0,
            io.flushes(),
            ms(io.flushNs())
        };
    }

    private static long ms(long ns) {
        return ns / NS_PER_MS;
    }
}
