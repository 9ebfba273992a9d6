package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;
import org.reclaimfs.mm.Content;
import org.reclaimfs.swap.BlockBytes;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.swap.SwapBackend;
import org.reclaimfs.swap.SwapDevice;
import org.reclaimfs.swap.SwapDevices;
import org.reclaimfs.swap.SwapDiscard;
import org.reclaimfs.swap.SwapFile;
import org.reclaimfs.swap.SwapHeader;
import org.reclaimfs.zram.ZramDevice;

/**
 * swapon(2) (mm/swapfile.c, 7.2; spec/06 section 1). A device that programs have written to needs the header that mkswap
 * leaves, and so does a real file; any other device, and a swap file of a scenario, is taken as if mkswap had just been there.
 */
final class Swapon {
    /** The header that mkswap leaves on a zram device compresses to this many bytes (golden zram/2_after_mkswap). */
    private static final Content SWAP_HEADER = new Content("swap header", 73, false, false);

    private static final int[] NO_BAD_PAGES = {};

    /** A slot is an int. */
    static final long MAX_SWAP_PAGES = Integer.MAX_VALUE;

    private final Core core;
    private final Devices devices;

    Swapon(Core core, Devices devices) {
        this.core = core;
        this.devices = devices;
    }

    /**
     * Activates a swap area.
     *
     * @param path /dev/NAME of a disk or zram device, or a swap file
     * @param priority {@link SwapDevices#DEFAULT_PRIORITY} or 0..32767
     * @throws ErrnoException EPERM if all swap types are taken, ENOENT, EBUSY, EINVAL, in this order
     */
    SwapDevice on(String path, int priority, SwapDiscard discard, long nowNs) throws ErrnoException {
        askForType();
        SwapBackend backend = devices.backend(path);
        refuseUsed(path, backend);
        long pages = pages(backend);
        if (pages < 2) {
            throw new ErrnoException(Errno.EINVAL, path + " has no room for swap: set its disksize first");
        }
        BlockBytes data = data(backend);
        int[] bad = NO_BAD_PAGES;
        boolean ready = data != null && data.written();
        if (data != null && ready) {
            SwapHeader header = header(firstPage(data), pages, false, nowNs);
            pages = header.pages();
            bad = header.badPages();
        }
        SwapDevice device = add(path, pages, priority, backend, bad);
        claim(backend, ready);
        if (discard.area() && data != null) {
            data.discardPages(1, pages - 1);
        }
        devices.swapLog.added(device, discard, nowNs);
        return device;
    }

    /**
     * Activates a real file.
     *
     * @throws ErrnoException EPERM if all swap types are taken, EBUSY, EINVAL, in this order
     */
    SwapDevice onFile(RealFile file, int priority, SwapDiscard discard, long nowNs) throws ErrnoException {
        askForType();
        if (core.swap.byPath(file.path()) != null) {
            throw new ErrnoException(Errno.EBUSY, file.path() + " is already used for swap");
        }
        long pages = header(file.firstPage(), file.pages(), true, nowNs).pages();
        if (file.holes()) {
            core.log.err(nowNs, "swapon: swapfile has holes");
            throw new ErrnoException(Errno.EINVAL, file.path() + " has holes");
        }
        SwapDevice device = add(file.path(), pages, priority, devices.placeOf(file, pages), NO_BAD_PAGES);
        devices.swapLog.added(device, discard, nowNs);
        return device;
    }

    /** Before the path is looked at. Errors: EPERM if all swap types are taken. */
    void askForType() throws ErrnoException {
        if (core.swap.active().size() == SwapDevices.MAX_TYPES) {
            throw new ErrnoException(Errno.EPERM, "all swap types are in use");
        }
    }

    private SwapDevice add(String path, long pages, int priority, SwapBackend backend, int[] bad)
            throws ErrnoException {
        if (pages > MAX_SWAP_PAGES) {
            throw new ErrnoException(Errno.EINVAL, path + " is too large: at most 8 TiB of a swap device are modelled");
        }
        boolean partition = !(backend instanceof SwapFile);
        SwapDevice device = core.swap.add(path, partition, pages, priority, backend, bad);
        if (device == null) {
            throw new IllegalStateException("a type was free");
        }
        return device;
    }

    private void refuseUsed(String path, SwapBackend backend) throws ErrnoException {
        if (core.swap.byPath(path) != null) {
            throw new ErrnoException(Errno.EBUSY, path + " is already used for swap");
        }
        if (devices.zrams().stream().anyMatch(zram -> path.equals(zram.backingPath()))) {
            throw new ErrnoException(Errno.EBUSY, path + " is the backing device of a zram device");
        }
        if (devices.swapFiles().stream().anyMatch(file -> file.disk() == backend)) {
            throw new ErrnoException(Errno.EBUSY, path + " has a file system with swap files");
        }
    }

    private static long pages(SwapBackend backend) {
        if (backend instanceof SwapFile file) {
            return file.pages();
        }
        return backend instanceof ZramDevice zram ? zram.disksizePages() : Units.bytesToPages(((Disk) backend).bytes());
    }

    /** The bytes of a device; null for a file, of which none are known. */
    private static @Nullable BlockBytes data(SwapBackend backend) {
        if (backend instanceof ZramDevice zram) {
            return zram.data();
        }
        return backend instanceof Disk disk ? disk.data() : null;
    }

    private static byte[] firstPage(BlockBytes data) throws ErrnoException {
        byte[] page = new byte[Units.PAGE_SIZE];
        if (!data.readPage(0, page)) {
            throw new ErrnoException(Errno.EIO, "the header cannot be read");
        }
        return page;
    }

    private SwapHeader header(byte[] page, long pages, boolean file, long nowNs) throws ErrnoException {
        return SwapHeader.read(page, pages, file, why -> {
            if (why.startsWith("Unable to find")) {
                core.log.err(nowNs, why);
            } else {
                core.log.warn(nowNs, why);
            }
        });
    }

    /** What happens to the device besides; without a header, what mkswap would have done to it, too. */
    private static void claim(SwapBackend backend, boolean ready) {
        if (backend instanceof ZramDevice zram) {
            zram.open();
            if (!ready) {
                zram.noteRead(0, 1); // mkswap looks for old signatures
                zram.write(0, SWAP_HEADER, 1, 0);
                zram.noteRead(0, 1);
            }
        } else if (backend instanceof Disk disk && !ready) {
            disk.noteSwapon();
        }
    }
}
