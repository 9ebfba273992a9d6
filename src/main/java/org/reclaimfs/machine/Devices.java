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
import org.reclaimfs.swap.SwapDiscard;
import org.reclaimfs.swap.SwapFile;
import org.reclaimfs.zram.Rework;
import org.reclaimfs.zram.ZramDevice;

/** The machine's block devices by name, what is done to them, and which of them are swap. Guarded by the machine's lock. */
public final class Devices {
    private final Core core;
    private final OomPath oom;
    private final Kswapds kswapds;
    private final LongSupplier nowNs;
    final SwapLog swapLog;
    private final Map<String, Disk> disks = new LinkedHashMap<>();
    private final Map<Integer, ZramDevice> zrams = new TreeMap<>();
    private final Map<String, SwapFile> swapFiles = new LinkedHashMap<>();
    /** What real files are on whose file system is on no disk of the machine: it has times, but nobody sees it. */
    private final Disk elsewhere = new Disk("elsewhere", Units.pagesToBytes(Swapon.MAX_SWAP_PAGES), Disk.Profile.NVME);

    private final Swapon swapon;
    private ByteStore bytes = new HeapBytes();
    private Runnable onChange = () -> {};

    Devices(Core core, OomPath oom, Kswapds kswapds, LongSupplier nowNs) {
        this.core = core;
        this.oom = oom;
        this.kswapds = kswapds;
        this.nowNs = nowNs;
        this.swapLog = new SwapLog(core.log, this);
        this.swapon = new Swapon(core, this);
        core.swap.onWriteError((device, slot, pages) -> swapLog.writeFailed(device, slot, pages, core.effort.nowNs()));
    }

    public Collection<Disk> disks() {
        return disks.values();
    }

    public @Nullable Disk disk(String name) {
        return disks.get(name);
    }

    public Collection<ZramDevice> zrams() {
        return zrams.values();
    }

    public @Nullable ZramDevice zram(int id) {
        return zrams.get(id);
    }

    public void addDisk(Disk disk) {
        if (disk.inRam()) {
            disk.keepIn(core.ram);
        }
        disk.keepBytesIn(() -> bytes);
        disks.put(disk.name(), disk);
        onChange.run();
    }

    /** Where bytes are kept that programs write to devices; to be said before they do. */
    public void keepBytesIn(ByteStore store) {
        bytes = store;
    }

    /** {@code listener} runs after a device came or went; it replaces an earlier one. */
    public void onChange(Runnable listener) {
        onChange = listener;
    }

    /** The devices' nodes in /dev: a new one for each device; one without capacity is to be hidden. */
    public List<BlockFile> nodes() {
        List<BlockFile> nodes = new ArrayList<>();
        disks.values().forEach(disk -> nodes.add(new BlockFile(disk.name(), disk.data(), core)));
        zrams.values().forEach(zram -> nodes.add(new BlockFile(zram.name(), zram.data(), core)));
        return nodes;
    }

    /** A new zram device with the lowest free number (hot_add). */
    public ZramDevice addZram() {
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
    public void removeZram(int id) throws ErrnoException {
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

    /** A writeback or recompression of a zram device, from its beginning; it ends with its errno. */
    public Activity rework(Rework rework) {
        rework.begin();
        return new ReworkActivity(core, rework);
    }

    /** Activates a swap area without discards; see {@link Swapon#on}. Errors: EPERM, ENOENT, EBUSY, EINVAL. */
    public SwapDevice swapon(String path, int priority) throws ErrnoException {
        return swapon(path, priority, SwapDiscard.NONE);
    }

    /** Activates a swap area; see {@link Swapon#on}. Errors: EPERM, ENOENT, EBUSY, EINVAL. */
    public SwapDevice swapon(String path, int priority, SwapDiscard discard) throws ErrnoException {
        return swapon.on(path, priority, discard, nowNs.getAsLong());
    }

    /** Activates a file of the host; see {@link Swapon#onFile}. Errors: EPERM, EBUSY, EINVAL. */
    public SwapDevice swapon(RealFile file, int priority, SwapDiscard discard) throws ErrnoException {
        return swapon.onFile(file, priority, discard, nowNs.getAsLong());
    }

    /** Whether there is room for one more swap area. Errors: EPERM. */
    public void askForSwap() throws ErrnoException {
        swapon.askForType();
    }

    /**
     * A swap file on a file system of a disk, behind those there are; mkswap has seen it.
     *
     * @throws ErrnoException ENODEV without that disk, EEXIST, EINVAL below two pages, EBUSY if the disk itself is swap or
     *     backs a zram device, ENOSPC if the files do not fit
     */
    public void addSwapFile(String path, long pages, String diskName) throws ErrnoException {
        Disk disk = disks.get(diskName);
        if (disk == null) {
            throw new ErrnoException(Errno.ENODEV, "no disk " + diskName);
        }
        if (!path.startsWith("/") || path.startsWith("/dev/") || pages < 2) {
            throw new ErrnoException(Errno.EINVAL, "expected the path of a file, not in /dev, and at least 8192 bytes");
        }
        if (swapFiles.containsKey(path)) {
            throw new ErrnoException(Errno.EEXIST, path + " exists");
        }
        String device = "/dev/" + diskName;
        if (core.swap.byPath(device) != null
                || zrams.values().stream().anyMatch(zram -> device.equals(zram.backingPath()))) {
            throw new ErrnoException(Errno.EBUSY, device + " is in use and can have no file system");
        }
        long first = endOf(swapFiles.values(), disk);
        if (first + pages > Math.min(Swapon.MAX_SWAP_PAGES, Units.bytesToPages(disk.bytes()))) {
            throw new ErrnoException(Errno.ENOSPC, device + " has no room for " + path);
        }
        swapFiles.put(path, new SwapFile(path, disk, pages, (int) first));
    }

    /** Behind the files that there are on a disk. */
    private static long endOf(Collection<SwapFile> files, Disk disk) {
        long end = 1; // the file system has something in front
        for (SwapFile file : files) {
            end = file.disk() == disk ? Math.max(end, file.endBlock()) : end;
        }
        return end;
    }

    /**
     * Where a real file lies while it is swap. Which blocks it has is not known, only which follow each other; a file of a file
     * system on a zram device is taken as if that were on a disk: its pages would be compressed.
     */
    SwapFile placeOf(RealFile file, long pages) {
        Disk disk = disks.getOrDefault(file.disk(), elsewhere);
        List<SwapFile> others = new ArrayList<>();
        for (SwapDevice device : core.swap.active()) {
            if (device.backend instanceof SwapFile other) {
                others.add(other);
            }
        }
        long first = endOf(others, disk);
        boolean fits = first + pages <= Math.min(Swapon.MAX_SWAP_PAGES, Units.bytesToPages(disk.bytes()));
        return new SwapFile(file.path(), disk, pages, fits ? (int) first : 0);
    }

    /** Everything under way on disks is done at once. */
    void completeAll() {
        disks.values().forEach(Disk::completeAll);
        elsewhere.completeAll();
    }

    Collection<SwapFile> swapFiles() {
        return swapFiles.values();
    }

    /**
     * Work that does to pages of a zram device what dd or blkdiscard would.
     *
     * @throws ErrnoException ENODEV for another device, ENOSPC for a write to one without disksize, ETXTBSY for one to a
     *     device that is swap, EIO beyond its end
     */
    public Activity blockIo(String path, BlockIo.Kind kind, long page, long pages, Content content)
            throws ErrnoException {
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
        if (page + pages > Math.min(zram.disksizePages(), Swapon.MAX_SWAP_PAGES)) {
            throw new ErrnoException(Errno.EIO, path + " has " + zram.disksizePages() + " pages");
        }
        return new BlockIo(core, zram, kind, (int) page, (int) (page + pages), content);
    }

    /** What a path stands for. Errors: ENOENT. */
    SwapBackend backend(String path) throws ErrnoException {
        SwapFile file = swapFiles.get(path);
        if (file != null) {
            return file;
        }
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

    /**
     * Work that takes a swap device out of use.
     *
     * @throws ErrnoException ENOENT for a path of nothing, EINVAL if it is not active or already on its way out, ENOMEM if
     *     vm.overcommit_memory is 2 and its size would be more than may be promised
     */
    public Activity swapoff(String path) throws ErrnoException {
        SwapDevice device = core.swap.byPath(path);
        if (device == null) {
            backend(path);
        }
        if (device == null || !core.swap.accepting(device)) {
            throw new ErrnoException(Errno.EINVAL, path + " is not active swap");
        }
        if (!core.overcommit.allows(device.usablePages(), 0)) {
            throw new ErrnoException(Errno.ENOMEM, "more would be promised than vm.overcommit_memory=2 allows");
        }
        return new Swapoff(core, device, oom, kswapds);
    }
}
