package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.swap.ByteStore;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.swap.HeapBytes;
import org.reclaimfs.swap.SwapBackend;
import org.reclaimfs.swap.SwapDevice;
import org.reclaimfs.swap.SwapDevices;
import org.reclaimfs.zram.ZramDevice;

/** The machine's block devices by name, and which of them are swap. */
final class Devices {
    /** The header that mkswap leaves on a zram device compresses to this many bytes (golden zram/2_after_mkswap). */
    private static final Content SWAP_HEADER = new Content("swap header", 73, false, false);

    /** A slot is an int. */
    private static final long MAX_SWAP_PAGES = Integer.MAX_VALUE;

    private final Core core;
    private final LongSupplier nowNs;
    final SwapLog swapLog;
    private final Map<String, Disk> disks = new LinkedHashMap<>();
    private final Map<Integer, ZramDevice> zrams = new TreeMap<>();
    private ByteStore bytes = new HeapBytes();
    private Runnable onChange = () -> {};

    Devices(Core core, LongSupplier nowNs) {
        this.core = core;
        this.nowNs = nowNs;
        this.swapLog = new SwapLog(core.log, this);
    }

    Collection<Disk> disks() {
        return disks.values();
    }

    @Nullable
    Disk disk(String name) {
        return disks.get(name);
    }

    Collection<ZramDevice> zrams() {
        return zrams.values();
    }

    @Nullable
    ZramDevice zram(int id) {
        return zrams.get(id);
    }

    void addDisk(Disk disk) {
        if (disk.inRam()) {
            disk.keepIn(core.ram);
        }
        disk.keepBytesIn(() -> bytes);
        disks.put(disk.name(), disk);
        onChange.run();
    }

    /** Where bytes go that programs write from now on; no device has any yet. */
    void keepBytesIn(ByteStore store) {
        bytes = store;
    }

    /** {@code listener} runs after a device came or went. */
    void onChange(Runnable listener) {
        onChange = listener;
    }

    /** The nodes of all devices; one without capacity is to be hidden. */
    List<BlockFile> nodes() {
        List<BlockFile> nodes = new ArrayList<>();
        disks.values().forEach(disk -> nodes.add(new BlockFile(disk.name(), disk.data(), core)));
        zrams.values().forEach(zram -> nodes.add(new BlockFile(zram.name(), zram.data(), core)));
        return nodes;
    }

    /** A new zram device with the lowest free number (hot_add). */
    ZramDevice addZram() {
        int id = 0;
        while (zrams.containsKey(id)) {
            id++;
        }
        ZramDevice device = new ZramDevice(id, core.ram, core.costs, Costs.Algorithm.LZO_RLE, nowNs, () -> bytes);
        zrams.put(id, device);
        onChange.run();
        core.log.info(nowNs.getAsLong(), "zram: Added device: " + device.name());
        return device;
    }

    /** hot_remove. Errors: ENODEV, EBUSY. */
    void removeZram(int id) throws ErrnoException {
        ZramDevice device = zrams.get(id);
        if (device == null) {
            throw new ErrnoException(Errno.ENODEV, "no zram" + id);
        }
        // The kernel would wait for a writeback or recompression to end.
        if (device.busy() || device.reworking()) {
            throw new ErrnoException(Errno.EBUSY, device.name() + " is in use");
        }
        device.reset();
        zrams.remove(id);
        onChange.run();
        core.log.info(nowNs.getAsLong(), "zram: Removed device: " + device.name());
    }

    /**
     * Makes a swap header on a device and activates it.
     *
     * @param path /dev/NAME of a disk or zram device
     * @param priority {@link SwapDevices#DEFAULT_PRIORITY} or 0..32767
     * @throws ErrnoException ENOENT, EBUSY, EINVAL as swapon(2); EPERM if all swap types are taken
     */
    SwapDevice swapon(String path, int priority) throws ErrnoException {
        if (core.swap.byPath(path) != null) {
            throw new ErrnoException(Errno.EBUSY, path + " is already used for swap");
        }
        if (zrams.values().stream().anyMatch(zram -> path.equals(zram.backingPath()))) {
            throw new ErrnoException(Errno.EBUSY, path + " is the backing device of a zram device");
        }
        SwapBackend backend = backend(path);
        long pages = backend instanceof ZramDevice zram
                ? zram.disksizePages()
                : Units.bytesToPages(((Disk) backend).bytes());
        if (pages < 2) {
            throw new ErrnoException(Errno.EINVAL, path + " has no room for swap: set its disksize first");
        }
        if (pages > MAX_SWAP_PAGES) {
            throw new ErrnoException(Errno.EINVAL, path + " is too large: at most 8 TiB of a swap device are modelled");
        }
        SwapDevice device = core.swap.add(path, true, pages, priority, backend);
        if (device == null) {
            throw new ErrnoException(Errno.EPERM, "all swap types are in use");
        }
        if (backend instanceof ZramDevice zram) {
            zram.open();
            zram.noteRead(0, 1); // mkswap looks for old signatures
            zram.write(0, SWAP_HEADER, 1, 0);
            zram.noteRead(0, 1);
        } else {
            ((Disk) backend).noteSwapon();
        }
        swapLog.added(device, nowNs.getAsLong());
        return device;
    }

    /**
     * Work that does to pages of a zram device what dd or blkdiscard would.
     *
     * @throws ErrnoException ENODEV for another device, ENOSPC for a write to one without disksize, ETXTBSY for one to a
     *     device that is swap, EIO beyond its end
     */
    Activity blockIo(String path, BlockIo.Kind kind, long page, long pages, Content content) throws ErrnoException {
        if (!(backend(path) instanceof ZramDevice zram)) {
            throw new ErrnoException(Errno.ENODEV, path + " is no zram device: nothing is known of other disks' data");
        }
        if (kind != BlockIo.Kind.READ && core.swap.byPath(path) != null) {
            throw new ErrnoException(Errno.ETXTBSY, path + " is used for swap");
        }
        if (!zram.initialised()) {
            throw new ErrnoException(
                    kind == BlockIo.Kind.WRITE ? Errno.ENOSPC : Errno.EIO,
                    path + " has no room: set its disksize first");
        }
        if (page + pages > Math.min(zram.disksizePages(), MAX_SWAP_PAGES)) {
            throw new ErrnoException(Errno.EIO, path + " has " + zram.disksizePages() + " pages");
        }
        return new BlockIo(core, zram, kind, (int) page, (int) (page + pages), content);
    }

    private SwapBackend backend(String path) throws ErrnoException {
        String name = path.startsWith("/dev/") ? path.substring("/dev/".length()) : "";
        Disk disk = disks.get(name);
        if (disk != null) {
            return disk;
        }
        for (ZramDevice zram : zrams.values()) {
            if (zram.name().equals(name)) {
                return zram;
            }
        }
        throw new ErrnoException(Errno.ENOENT, "no block device " + path);
    }

    /** Work that takes a swap device out of use. Errors: EINVAL if it is not active, or already on its way out. */
    Activity swapoff(String path, OomPath oom, Kswapds kswapds) throws ErrnoException {
        SwapDevice device = core.swap.byPath(path);
        if (device == null || !core.swap.accepting(device)) {
            throw new ErrnoException(Errno.EINVAL, path + " is not active swap");
        }
        return new Swapoff(core, device, oom, kswapds);
    }
}
