package org.reclaimfs.sysfs;

import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.zram.ZramDevice;

/** A zram device with the settings that only its files know. Lock: the machine's. */
final class ZramFiles {
    /** Priorities of algorithms: the primary one and three for recompression. */
    static final int PRIORITIES = 4;

    private static final int FIRST_BATCH = 32;
    private static final int PATH_MAX = 4096;
    private static final Set<String> DIRECTORIES = Set.of("", "/", "/dev", "/proc", "/sys", "/run", "/tmp");

    final ZramDevice device;
    private final Machine machine;
    /** Backing devices of all zram devices of the machine. */
    private final Set<String> claimed;

    private final @Nullable Costs.Algorithm[] secondary = new Costs.Algorithm[PRIORITIES];
    private @Nullable String backingDev;

    // These four survive a reset.
    long writebackLimit;
    boolean writebackLimitEnable;
    long writebackBatchSize = FIRST_BATCH;
    boolean compressedWriteback;

    ZramFiles(Machine machine, ZramDevice device, Set<String> claimed) {
        this.machine = machine;
        this.device = device;
        this.claimed = claimed;
    }

    /** The algorithm of a priority, or null. */
    Costs.@Nullable Algorithm algorithm(int priority) {
        return priority == 0 ? device.algorithm() : secondary[priority];
    }

    void setSecondary(int priority, Costs.Algorithm algorithm) {
        secondary[priority] = algorithm;
    }

    String backingDev() {
        return backingDev == null ? "none" : backingDev;
    }

    boolean hasBackingDev() {
        return backingDev != null;
    }

    /** Pages with an object of their own: what writeback and recompression could move. */
    long movablePages() {
        return Units.bytesToPages(device.origDataBytes()) - device.samePages();
    }

    /** zram_reset_device, and what it forgets here. */
    void reset() {
        device.reset();
        detach();
    }

    /** Gives the backing device and the algorithms back. */
    void detach() {
        if (backingDev != null) {
            claimed.remove(backingDev);
            backingDev = null;
        }
        Arrays.fill(secondary, null);
    }

    /** backing_dev_store; the machine's /dev has its block devices and null. */
    void setBackingDev(String path) throws ErrnoException {
        if (path.length() >= PATH_MAX) {
            throw new ErrnoException(Errno.ENAMETOOLONG, "a path has at most 4095 bytes");
        }
        if (DIRECTORIES.contains(path)) {
            throw new ErrnoException(Errno.EISDIR, path + " is a directory");
        }
        if (path.equals("/dev/null")) {
            throw new ErrnoException(Errno.ENOTBLK, path + " is no block device");
        }
        String name = path.startsWith("/dev/") ? path.substring("/dev/".length()) : "";
        long bytes = capacity(name, path);
        if (machine.swap().byPath(path) != null || claimed.contains(path) && !path.equals(backingDev)) {
            throw new ErrnoException(Errno.EBUSY, path + " is in use");
        }
        if (bytes < Units.PAGE_SIZE) {
            throw new ErrnoException(Errno.EINVAL, path + " is smaller than a page");
        }
        if (backingDev != null) {
            claimed.remove(backingDev);
        }
        backingDev = path;
        claimed.add(path);
    }

    private long capacity(String name, String path) throws ErrnoException {
        Disk disk = machine.disk(name);
        if (disk != null) {
            return disk.bytes();
        }
        for (ZramDevice zram : machine.zrams()) {
            if (zram.name().equals(name)) {
                return zram.disksizeBytes();
            }
        }
        throw new ErrnoException(Errno.ENOENT, "no " + path);
    }
}
