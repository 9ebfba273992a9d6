package org.reclaimfs.sandbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;

/** What the pretend machine answers to the calls that {@link Filter} sends here. Thread safe: it keeps nothing. */
final class Answers {
    /** The kernel shall do the call itself. */
    static final long CONTINUE = -1;

    private static final int CAP_SYS_ADMIN = 21;

    // linux/magic.h
    private static final long FUSE_SUPER_MAGIC = 0x65735546L;
    private static final Map<String, Long> MAGIC = Map.of(
            "/sys/fs/cgroup", 0x63677270L,
            "/sys/kernel/debug", 0x64626720L,
            "/sys", 0x62656572L,
            "/proc", 0x9fa0L,
            "/dev", 0x01021994L);
    private static final List<String> MOUNTS = List.of("/sys/fs/cgroup", "/sys/kernel/debug", "/sys", "/proc", "/dev");

    // linux/exportfs.h, fcntl.h
    private static final int FILEID_KERNFS = 0xfe;
    private static final int KERNFS_HANDLE_BYTES = 8;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int AT_FDCWD = -100;
    private static final int AT_HANDLE_MNT_ID_UNIQUE = 1;

    private final Kernel kernel;
    private final String tree;

    /** @param tree where the machine is mounted, as this process sees it */
    Answers(Kernel kernel, String tree) {
        this.kernel = kernel;
        this.tree = tree;
    }

    /** Whether the answer may take long: others then do not wait for it. */
    boolean slow(Call call) {
        return isSwap(call);
    }

    /** A swap call is the only one that must not be left to the kernel, whatever goes wrong. */
    boolean isSwap(Call call) {
        return call.nr() == kernel.abi().swapon || call.nr() == kernel.abi().swapoff;
    }

    /**
     * Answers a call.
     *
     * @return its result, or {@link #CONTINUE}
     * @throws ErrnoException its errno
     */
    long answer(Call call) throws ErrnoException {
        Abi abi = kernel.abi();
        if (call.nr() == abi.swapon) {
            return swap(call, "swapon", (int) call.args()[1] + " ");
        } else if (call.nr() == abi.swapoff) {
            return swap(call, "swapoff", "");
        } else if (call.nr() == abi.sysinfo) {
            call.store(call.args()[0], SysInfo.of(this::read));
            return 0;
        } else if (call.nr() == abi.statfs) {
            return statfs(call);
        } else if (call.nr() == abi.fstatfs) {
            return fstatfs(call);
        } else if (call.nr() == abi.getsockopt) {
            return peer(call);
        }
        return call.nr() == abi.nameToHandleAt ? nameToHandle(call) : CONTINUE;
    }

    private String read(String file) throws ErrnoException {
        try {
            return Files.readString(Path.of(tree + file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ErrnoException(Errno.EIO, file);
        }
    }

    // ---- swapon, swapoff (mm/swapfile.c) ----

    private long swap(Call call, String file, String flags) throws ErrnoException {
        if (!call.capable(CAP_SYS_ADMIN)) {
            throw new ErrnoException(Errno.EPERM, file);
        }
        String path = call.path(0);
        try {
            kernel.write(tree + "/reclaimfs/" + file, flags + device(call, path, file.equals("swapon")));
            return 0;
        } catch (ErrnoException e) {
            throw e.errno() == Errno.ENOENT ? refusal(call, path, e) : e;
        }
    }

    /**
     * The machine's name of what a path leads to, through links and binds. The host's devices have none: EINVAL.
     *
     * @param claim it must not be in use, and what has been written to it is to be there
     */
    private String device(Call call, String path, boolean claim) throws ErrnoException {
        int fd;
        try {
            fd = kernel.openIn(call.root(), path);
        } catch (ErrnoException e) {
            return path; // the machine says what is wrong
        }
        try {
            String number = Nodes.number(fd);
            if (number == null) {
                return link(fd);
            }
            String name = Nodes.device(tree, number);
            if (name == null) {
                throw new ErrnoException(Errno.EINVAL, path + " is no device of the machine");
            }
            if (claim) {
                int exclusive = kernel.open("/proc/self/fd/" + fd, Kernel.O_EXCL); // EBUSY if it is mounted
                try {
                    kernel.sync(exclusive);
                } finally {
                    kernel.close(exclusive);
                }
            }
            return "/dev/" + name;
        } finally {
            kernel.close(fd);
        }
    }

    /** Why what the machine does not have cannot be swap: a directory does not open, anything else has no header. */
    private ErrnoException refusal(Call call, String path, ErrnoException unknown) {
        try {
            int fd = kernel.openIn(call.root(), path);
            try {
                boolean directory = Files.isDirectory(Path.of("/proc/self/fd/" + fd));
                return new ErrnoException(directory ? Errno.EISDIR : Errno.EINVAL, path);
            } finally {
                kernel.close(fd);
            }
        } catch (ErrnoException e) {
            return unknown;
        }
    }

    // ---- statfs, fstatfs ----

    private long statfs(Call call) throws ErrnoException {
        int fd;
        try {
            fd = kernel.openIn(call.root(), call.path(0));
        } catch (ErrnoException e) {
            return CONTINUE; // the kernel says why, in its own words
        }
        try {
            return statfs(call, fd, link(fd));
        } finally {
            kernel.close(fd);
        }
    }

    private long fstatfs(Call call) throws ErrnoException {
        int fd;
        try {
            fd = kernel.open(call.descriptorPath(call.args()[0]), Kernel.O_PATH);
        } catch (ErrnoException e) {
            return CONTINUE; // a socket, or no descriptor
        }
        try {
            return statfs(call, fd, call.descriptor(call.args()[0]));
        } finally {
            kernel.close(fd);
        }
    }

    /** Our files say FUSE; a program is to see the file system that is shown. */
    private long statfs(Call call, int fd, String path) throws ErrnoException {
        ByteBuffer statfs = ByteBuffer.wrap(kernel.statfs(fd)).order(ByteOrder.LITTLE_ENDIAN);
        if (statfs.getLong(0) != FUSE_SUPER_MAGIC) {
            return CONTINUE;
        }
        for (String mount : MOUNTS) {
            if (path.equals(mount) || path.startsWith(mount + "/")) {
                statfs.putLong(0, MAGIC.get(mount));
                call.store(call.args()[1], statfs.array());
                return 0;
            }
        }
        return CONTINUE;
    }

    private static String link(int fd) throws ErrnoException {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
        } catch (IOException e) {
            throw new ErrnoException(Errno.EBADF, "descriptor " + fd);
        }
    }

    // ---- getsockopt(SO_PEERCRED) ----

    /** This process plays the machine's process 1 at its sockets; the kernel would say 0, as we are outside of the sandbox. */
    private long peer(Call call) throws ErrnoException {
        long room = call.args()[4];
        if (call.integer(room) < Kernel.UCRED_BYTES) {
            return CONTINUE;
        }
        ByteBuffer peer;
        try {
            int fd = kernel.borrow(call.process(), (int) call.args()[0]);
            try {
                peer = ByteBuffer.wrap(kernel.peer(fd)).order(ByteOrder.LITTLE_ENDIAN);
            } finally {
                kernel.close(fd);
            }
        } catch (ErrnoException e) {
            return CONTINUE; // no socket
        }
        if (peer.getInt(0) != ProcessHandle.current().pid()) {
            return CONTINUE;
        }
        peer.putInt(0, 1);
        call.store(call.args()[3], peer.array());
        call.store(
                room,
                ByteBuffer.allocate(4)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(Kernel.UCRED_BYTES)
                        .array());
        return 0;
    }

    // ---- name_to_handle_at (fs/fhandle.c, fs/kernfs/mount.c) ----

    /** A cgroup's handle is its 64-bit id, which is its inode number; FUSE would give another kind of handle. */
    private long nameToHandle(Call call) throws ErrnoException {
        long[] args = call.args();
        int flags = (int) args[4];
        int fd;
        try {
            String path = call.string(args[1]);
            if (path.isEmpty() && (flags & AT_EMPTY_PATH) != 0) {
                fd = kernel.open(call.descriptorPath(args[0]), Kernel.O_PATH);
            } else if (path.startsWith("/") || (int) args[0] == AT_FDCWD) {
                fd = kernel.openIn(call.root(), call.path(1));
            } else {
                fd = kernel.openIn(call.root(), call.descriptor(args[0]) + "/" + path);
            }
        } catch (ErrnoException e) {
            return CONTINUE;
        }
        try {
            String path = link(fd);
            boolean ours = ByteBuffer.wrap(kernel.statfs(fd))
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong(0)
                    == FUSE_SUPER_MAGIC;
            return ours && (path + "/").startsWith("/sys/fs/cgroup/") ? handle(call, fd) : CONTINUE;
        } finally {
            kernel.close(fd);
        }
    }

    private long handle(Call call, int fd) throws ErrnoException {
        long to = call.args()[2];
        int room = call.integer(to);
        ByteBuffer handle = ByteBuffer.allocate(8 + KERNFS_HANDLE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        handle.putInt(KERNFS_HANDLE_BYTES).putInt(FILEID_KERNFS).putLong(inode(fd));
        boolean wide = ((int) call.args()[4] & AT_HANDLE_MNT_ID_UNIQUE) != 0;
        ByteBuffer mount = ByteBuffer.allocate(wide ? 8 : 4).order(ByteOrder.LITTLE_ENDIAN);
        mount.putInt(0, mountId(fd));
        call.store(call.args()[3], mount.array());
        if (room < KERNFS_HANDLE_BYTES) {
            call.store(to, Arrays.copyOf(handle.array(), 4));
            throw new ErrnoException(Errno.EOVERFLOW, "the handle has " + KERNFS_HANDLE_BYTES + " bytes");
        }
        call.store(to, handle.array());
        return 0;
    }

    private static long inode(int fd) throws ErrnoException {
        try {
            return (Long) Files.getAttribute(Path.of("/proc/self/fd/" + fd), "unix:ino");
        } catch (IOException e) {
            throw new ErrnoException(Errno.EIO, "inode");
        }
    }

    private static int mountId(int fd) throws ErrnoException {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd))) {
                if (line.startsWith("mnt_id:")) {
                    return Integer.parseInt(line.substring(7).strip());
                }
            }
        } catch (IOException e) {
            throw new ErrnoException(Errno.EIO, "mount id");
        }
        return 0;
    }
}
