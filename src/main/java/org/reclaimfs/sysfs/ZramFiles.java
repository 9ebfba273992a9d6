package org.reclaimfs.sysfs;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.LateWork;
import org.reclaimfs.kernfs.SteppedWork;
import org.reclaimfs.kernfs.Store;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Activity;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.zram.Rework;
import org.reclaimfs.zram.ZramDevice;
import org.reclaimfs.zram.ZramSettings;

/** A zram device as its files see it. Lock: the machine's. */
final class ZramFiles {
    private static final int SECTOR_BYTES = 512;
    private static final int PATH_MAX = 4096;
    private static final int NAME_MAX = 255;
    private static final Set<String> DIRECTORIES = Set.of("", "dev", "proc", "sys", "run", "tmp");
    private static final Set<String> CHARACTER_DEVICES = Set.of("kmsg", "null");

    final ZramDevice device;
    final ZramSettings settings;
    private final Machine machine;
    private final Runnable changed;
    private final Nodes nodes;

    /**
     * @param changed the device's pool comes or goes
     */
    ZramFiles(Machine machine, ZramDevice device, Runnable changed, Nodes nodes) {
        this.machine = machine;
        this.changed = changed;
        this.nodes = nodes;
        this.device = device;
        this.settings = device.settings;
    }

    String backingDev() {
        String path = device.backingPath();
        return path == null ? "none" : path;
    }

    /** pr_info of the driver. */
    void log(String message) {
        machine.log("zram: " + message);
    }

    /** The block layer tells of a new size, in sectors. */
    void logCapacity(long fromBytes, long toBytes) {
        String change = fromBytes / SECTOR_BYTES + " to " + toBytes / SECTOR_BYTES;
        if (fromBytes != toBytes) {
            machine.log(device.name() + ": detected capacity change from " + change);
        }
        changed.run();
    }

    /** Refuses with EBUSY while the device has a disksize, and logs what the driver says about it. */
    void needUninitialised(String complaint) throws ErrnoException {
        if (device.initialised()) {
            log(complaint);
            throw new ErrnoException(Errno.EBUSY, "not while the device has a disksize");
        }
    }

    // ---- the device's lock ----

    /** The same store, but while writeback or recompression is at work it waits (dev_lock). */
    static Store<ZramFiles> locked(Store<ZramFiles> store) {
        return (zram, in, file) -> zram.device.reworking()
                ? new Waiting(zram, new LateWork(() -> store.store(zram, in, file)))
                : store.store(zram, in, file);
    }

    // ---- the device's node ----

    /** The same store, which gives the device its room, with the node in line. */
    static Store<ZramFiles> growing(Store<ZramFiles> store) {
        return (zram, in, file) -> NodeChange.growing(zram.nodes, zram.device, () -> store.store(zram, in, file));
    }

    /** The same store, which takes the room away, with the node in line. */
    static Store<ZramFiles> ending(Store<ZramFiles> store) {
        return (zram, in, file) ->
                NodeChange.ending(zram.nodes, zram.device, zram.swappedOn(), () -> store.store(zram, in, file));
    }

    private boolean swappedOn() {
        return machine.swap().byPath("/dev/" + device.name()) != null;
    }

    /** A write that waits for the device's lock, and what it does then. */
    private record Waiting(ZramFiles zram, LateWork write) implements Work {
        @Override
        public long slice(long nowNs) throws ErrnoException {
            return write.begun() == null && zram.device.reworking() ? IDLE : write.slice(nowNs);
        }

        /** The lock itself is waited for whatever comes (down_write); what is done with it may end early. */
        @Override
        public void signal() {
            write.signal();
        }
    }

    /** The rest of a write that has done its work, in so many ns. */
    static Work waitFor(long ns) {
        return new Work() {
            private boolean waited;

            @Override
            public long slice(long nowNs) {
                long left = waited || ns == 0 ? FINISHED : ns;
                waited = true;
                return left;
            }
        };
    }

    /** The rest of a write that reworks slots. */
    Work work(Rework rework) {
        Activity activity = machine.devices().rework(rework);
        return new SteppedWork(() -> machine.step(activity), activity::error, activity::signal);
    }

    // ---- backing_dev ----

    /**
     * backing_dev_store: opens the path for reading and writing, exclusively. The machine's files are its block devices,
     * null, kmsg and some directories; a relative path starts at the root.
     */
    void setBackingDev(String path) throws ErrnoException {
        String name = resolve(path);
        if (DIRECTORIES.contains(name)) {
            throw new ErrnoException(Errno.EISDIR, path + " is a directory");
        }
        if (name.startsWith("dev/") && CHARACTER_DEVICES.contains(name.substring("dev/".length()))) {
            throw new ErrnoException(Errno.ENOTBLK, path + " is no block device");
        }
        if (!name.startsWith("dev/")) {
            throw new ErrnoException(Errno.ENOENT, "no " + path);
        }
        Disk disk = machine.devices().disk(name.substring("dev/".length()));
        if (disk == null) {
            throw refusal(name.substring("dev/".length()), path);
        }
        if (machine.swap().byPath("/" + name) != null || claimed("/" + name)) {
            throw new ErrnoException(Errno.EBUSY, path + " is in use");
        }
        if (disk.bytes() < Units.PAGE_SIZE) {
            throw new ErrnoException(Errno.EINVAL, path + " is smaller than a page");
        }
        device.setBacking("/" + name, disk);
        log("setup backing device /" + name);
    }

    /** The path without slashes at its start and without empty and dot parts. Errors: ENAMETOOLONG, ENOTDIR. */
    private String resolve(String path) throws ErrnoException {
        if (path.length() >= PATH_MAX) {
            throw new ErrnoException(Errno.ENAMETOOLONG, "a path has at most 4095 bytes");
        }
        StringBuilder name = new StringBuilder();
        for (String part : path.split("/+", -1)) {
            if (part.length() > NAME_MAX) {
                throw new ErrnoException(Errno.ENAMETOOLONG, "a name has at most 255 bytes");
            }
            String known = name.toString();
            if (!known.isEmpty() && !DIRECTORIES.contains(known) && isThere(known)) {
                throw new ErrnoException(Errno.ENOTDIR, "/" + known + " is no directory");
            }
            if (part.equals("..")) {
                name.setLength(Math.max(0, name.lastIndexOf("/")));
            } else if (!part.isEmpty() && !part.equals(".")) {
                name.append(name.isEmpty() ? "" : "/").append(part);
            }
        }
        return name.toString();
    }

    private boolean isThere(String name) {
        String node = name.startsWith("dev/") ? name.substring("dev/".length()) : "";
        return CHARACTER_DEVICES.contains(node) || machine.devices().disk(node) != null || zram(node) != null;
    }

    private @Nullable ZramDevice zram(String name) {
        return machine.devices().zrams().stream()
                .filter(zram -> zram.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private boolean claimed(String path) {
        return machine.devices().zrams().stream().anyMatch(zram -> zram != device && path.equals(zram.backingPath()));
    }

    /** Why a path that is no disk cannot be used. */
    private ErrnoException refusal(String name, String path) {
        ZramDevice other = zram(name);
        if (other == null) {
            return new ErrnoException(Errno.ENOENT, "no " + path);
        }
        if (other.busy()) {
            return new ErrnoException(Errno.EBUSY, path + " is in use");
        }
        return other.initialised()
                ? new ErrnoException(Errno.EOPNOTSUPP, "a zram device behind another is not modelled")
                : new ErrnoException(Errno.EINVAL, path + " has no size");
    }
}
