package org.reclaimfs.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;

/**
 * Real files as swap areas: what swapon(2) and swapoff(2) do until they know which area is meant (mm/swapfile.c, 7.2). The machine is
 * given the first page and what the file system says about the blocks; nothing is ever written to the file. Thread safe.
 *
 * <p>No file is held open while it is swap: its file system may be on a device whose data this process serves, and the end of this
 * process must not wait for itself. So a file can be written to, truncated, removed or unmounted, which Linux refuses (ETXTBSY, EPERM,
 * EBUSY); the area is then still known by its path. Rules of single file systems (btrfs wants no copy-on-write) are not asked for.
 */
final class SwapFiles {
    // linux/magic.h: what has no blocks to swap to. What a container has as its root, overlayfs, stands for the disk of
    // the machine.
    private static final Set<Long> WITHOUT_BLOCKS = Set.of(0x01021994L, 0x858458f6L, 0x65735546L);

    private static final String LOOP_MAJOR = "7:";

    private final Kernel kernel;
    private final String tree;
    /** By device and inode: hard links and binds are the same file. */
    private final Map<String, String> names = new HashMap<>();

    /** @param tree where the machine is mounted, as this process sees it */
    SwapFiles(Kernel kernel, String tree) {
        this.kernel = kernel;
        this.tree = tree;
    }

    /**
     * swapon(2) of a file.
     *
     * @param fd of {@code O_PATH}, on a regular file
     * @throws ErrnoException what opening it for writing says (EROFS, ETXTBSY, EPERM, …), ENOENT if it is removed, EBUSY, EINVAL
     */
    synchronized void on(int fd, int flags) throws ErrnoException {
        int file = kernel.open("/proc/self/fd/" + fd, Kernel.O_RDWR);
        try {
            Map<String, Object> stat = stat(file);
            if ((Integer) stat.get("nlink") == 0) {
                throw new ErrnoException(Errno.ENOENT, "removed");
            }
            String known = names.get(key(stat));
            if (known != null && active(known)) {
                throw new ErrnoException(Errno.EBUSY, known + " is used for swap");
            }
            ByteBuffer statfs = ByteBuffer.wrap(kernel.statfs(file)).order(ByteOrder.LITTLE_ENDIAN);
            if (WITHOUT_BLOCKS.contains(statfs.getLong(0))) {
                throw new ErrnoException(Errno.EINVAL, "its file system has no blocks");
            }
            String name = kernel.link(fd);
            long pages = Units.bytesToPages((Long) stat.get("size"));
            boolean whole = Extents.whole(kernel, file, Units.pagesToBytes(pages));
            String disk = disk(Nodes.number((Long) stat.get("dev")));
            String line =
                    flags + " " + pages + (whole ? " whole " : " holes ") + (disk == null ? "-" : disk) + " " + name;
            kernel.write(tree + "/reclaimfs/swapfile", withPage(line, firstPage(file)));
            names.put(key(stat), name);
        } finally {
            kernel.close(file);
        }
    }

    /** The name by which the machine has the file, whatever path led to it; its own path if the machine does not know it. */
    synchronized String name(int fd) throws ErrnoException {
        String known = names.get(key(stat(fd)));
        return known != null && active(known) ? known : kernel.link(fd);
    }

    /** The device of the machine that a file system is on, or null: all that are real are loop devices, whatever others are called. */
    private @Nullable String disk(String number) {
        return number.startsWith(LOOP_MAJOR) ? Nodes.device(tree, number) : null;
    }

    private static Map<String, Object> stat(int fd) throws ErrnoException {
        try {
            return Files.readAttributes(Path.of("/proc/self/fd/" + fd), "unix:dev,ino,nlink,size");
        } catch (IOException e) {
            throw new ErrnoException(Errno.EIO, "stat");
        }
    }

    private static String key(Map<String, Object> stat) {
        return stat.get("dev") + ":" + stat.get("ino");
    }

    /** Whether it still is: a step may have ended it, too. */
    private boolean active(String name) throws ErrnoException {
        String shown = name.replace("\\", "\\134")
                .replace(" ", "\\040")
                .replace("\t", "\\011")
                .replace("\n", "\\012");
        try (var lines = Files.lines(Path.of(tree, "proc/swaps"), StandardCharsets.UTF_8)) {
            return lines.anyMatch(line -> line.startsWith(shown + " "));
        } catch (IOException e) {
            throw new ErrnoException(Errno.EIO, "/proc/swaps");
        }
    }

    /** As the page cache would have it: behind the end are zeros. */
    private static byte[] firstPage(int fd) throws ErrnoException {
        byte[] page = new byte[Units.PAGE_SIZE];
        try (InputStream in = Files.newInputStream(Path.of("/proc/self/fd/" + fd))) {
            in.readNBytes(page, 0, page.length);
            return page;
        } catch (IOException e) {
            throw new ErrnoException(Errno.EIO, "the header cannot be read");
        }
    }

    private static byte[] withPage(String line, byte[] page) {
        byte[] text = line.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(text.length + 1 + page.length)
                .put(text)
                .put((byte) 0)
                .put(page)
                .array();
    }
}
