package org.reclaimfs.fuse;

import static org.reclaimfs.fuse.Ending.call;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.FileRef;
import org.reclaimfs.kernfs.Kernfs;
import org.reclaimfs.kernfs.Node;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.kernfs.Sink;
import org.reclaimfs.kernfs.Stat;
import ru.serce.jnrfuse.FuseFillDir;

/**
 * The operations of {@code struct fuse_operations} over {@link Kernfs}. Knows nothing of sessions and can be
 * called without a mount. Paths are null where libfuse leaves them out (flag_nopath). Thread safe.
 */
final class FuseFs {
    /** offsetof(struct fuse_file_info, fh), fuse_common.h of 2.9 on x86-64. */
    private static final long FI_HANDLE = 24;

    private static final long UTIME_NOW = 0x3fffffff;
    private static final long UTIME_OMIT = 0x3ffffffe;
    private static final int XATTR_MAX_BYTES = 65536;
    private static final int FALLOC_FL_PUNCH_HOLE = 2;
    private static final long NS = 1_000_000_000L;

    private final Kernfs kernfs;
    private final NativeStat stats;
    private final Callers callers;
    private final Signal signal;
    private final PollWatch<Pointer> polls;
    private final NodeFiles nodes;
    private final ModifyNotices notices;
    private final OpenFiles open = new OpenFiles();

    /** Who sent the current request. */
    @FunctionalInterface
    interface Callers {
        Caller current();
    }

    FuseFs(
            Kernfs kernfs,
            NativeStat stats,
            Callers callers,
            Signal signal,
            PollWatch<Pointer> polls,
            NodeFiles nodes,
            ModifyNotices notices) {
        this.kernfs = kernfs;
        this.stats = stats;
        this.callers = callers;
        this.signal = signal;
        this.polls = polls;
        this.nodes = nodes;
        this.notices = notices;
    }

    /** Handles in use. */
    OpenFiles open() {
        return open;
    }

    int getattr(String path, Pointer to) {
        return call("getattr", path, () -> {
            Node node = kernfs.lookup(path, callers.current());
            stats.write(kernfs.stat(node), to);
            if (node instanceof FileRef file) {
                notices.seen(file);
            }
            return 0;
        });
    }

    int fgetattr(@Nullable String path, Pointer to, Pointer info) {
        return call("fgetattr", path, () -> {
            Object handle = open.get(info.getLong(FI_HANDLE));
            Node node = handle instanceof OpenFile file ? file.ref() : directory(handle).dir;
            stats.write(kernfs.stat(node), to);
            return 0;
        });
    }

    int readlink(String path, Pointer to, long size) {
        return call("readlink", path, () -> {
            byte[] target = kernfs.readlink(path, callers.current()).getBytes(StandardCharsets.UTF_8);
            int count = (int) Math.min(target.length, size - 1);
            to.put(0, target, 0, count);
            to.putByte(count, (byte) 0);
            return 0;
        });
    }

    int open(String path, Pointer info) {
        return call("open", path, () -> {
            info.putLong(FI_HANDLE, opened(kernfs.open(path, info.getInt(0), callers.current())));
            return 0;
        });
    }

    /** Opens a file that has been found before; returns its handle. */
    long open(FileRef file, int flags, Caller caller) throws ErrnoException {
        return opened(kernfs.open(file, flags, caller));
    }

    private long opened(OpenFile file) {
        nodes.opened(SessionLoop.currentNode(), file);
        return open.add(file);
    }

    int create(String path, Pointer info) {
        return call("create", path, () -> {
            Caller caller = callers.current();
            try {
                kernfs.create(path, caller);
            } catch (ErrnoException e) {
                if (e.errno() != Errno.EEXIST) {
                    throw e;
                }
                info.putLong(FI_HANDLE, open.add(kernfs.open(path, info.getInt(0), caller)));
            }
            return 0;
        });
    }

    int read(@Nullable String path, Pointer to, long size, long offset, Pointer info) {
        return call("read", path, () -> {
            Sink sink = (bytes, from, length) -> to.put(0, bytes, from, length);
            return kernfs.read(file(info), offset, (int) size, sink, signal);
        });
    }

    int write(@Nullable String path, Pointer from, long size, long offset, Pointer info) {
        return call("write", path, () -> {
            byte[] bytes = new byte[(int) size];
            from.get(0, bytes, 0, bytes.length);
            return kernfs.write(file(info), bytes, offset, signal);
        });
    }

    int fsync(@Nullable String path, Pointer info) {
        return call("fsync", path, () -> file(info).fsync());
    }

    int release(@Nullable String path, Pointer info) {
        return call("release", path, () -> {
            release(info.getLong(FI_HANDLE));
            return 0;
        });
    }

    /** Closes a file. */
    void release(long handle) {
        if (open.remove(handle) instanceof OpenFile file) {
            polls.forget(file);
            nodes.released(SessionLoop.currentNode(), file);
            kernfs.release(file);
        }
    }

    int opendir(String path, Pointer info) {
        return call("opendir", path, () -> {
            info.putLong(FI_HANDLE, open.add(new OpenDir(kernfs.opendir(path, callers.current()))));
            return 0;
        });
    }

    int readdir(@Nullable String path, Pointer buf, FuseFillDir filler, Pointer entry, Pointer info) {
        return call("readdir", path, () -> {
            directory(open.get(info.getLong(FI_HANDLE)))
                    .list(SessionLoop.directoryPosition(), (name, ino, type, next) -> {
                        stats.writeEntry(ino, type, entry);
                        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
                        ByteBuffer zeroEnded = ByteBuffer.wrap(Arrays.copyOf(utf8, utf8.length + 1));
                        return filler.apply(buf, zeroEnded, entry, next) == 0;
                    });
            return 0;
        });
    }

    int releasedir(@Nullable String path, Pointer info) {
        return call("releasedir", path, () -> {
            open.remove(info.getLong(FI_HANDLE));
            return 0;
        });
    }

    int mkdir(String path, long mode) {
        return call("mkdir", path, () -> {
            kernfs.mkdir(path, (int) mode & 07777, callers.current());
            return 0;
        });
    }

    int rmdir(String path) {
        return call("rmdir", path, () -> {
            kernfs.rmdir(path, callers.current());
            return 0;
        });
    }

    int unlink(String path) {
        return call("unlink", path, () -> {
            kernfs.unlink(path, callers.current());
            return 0;
        });
    }

    int rename(String from, String to) {
        return call("rename", from, () -> {
            kernfs.rename(from, to, callers.current());
            return 0;
        });
    }

    /** symlink, link, mknod: what would appear at {@code path}. */
    int make(String path) {
        return call("make", path, () -> {
            kernfs.make(path, callers.current());
            return 0;
        });
    }

    int chmod(String path, long mode) {
        return call("chmod", path, () -> {
            Caller caller = callers.current();
            kernfs.chmod(kernfs.lookup(path, caller), (int) mode, caller);
            return 0;
        });
    }

    int chown(String path, long uid, long gid) {
        return call("chown", path, () -> {
            Caller caller = callers.current();
            kernfs.chown(kernfs.lookup(path, caller), (int) uid, (int) gid, caller);
            return 0;
        });
    }

    int utimens(String path, Pointer times) {
        return call("utimens", path, () -> {
            Caller caller = callers.current();
            Node node = kernfs.lookup(path, caller);
            Stat now = kernfs.stat(node);
            long atimeNs = time(times, 0, now.atimeNs());
            long mtimeNs = time(times, 16, now.mtimeNs());
            kernfs.utimens(node, atimeNs, mtimeNs, caller);
            return 0;
        });
    }

    private static long time(Pointer times, long offset, long oldNs) {
        long nanos = times.getLong(offset + 8);
        if (nanos == UTIME_NOW) {
            return System.currentTimeMillis() * 1_000_000;
        }
        return nanos == UTIME_OMIT ? oldNs : times.getLong(offset) * NS + nanos;
    }

    int truncate(String path) {
        return call("truncate", path, () -> {
            kernfs.truncate(path, callers.current());
            return 0;
        });
    }

    int access(String path, int mask) {
        return call("access", path, () -> {
            kernfs.access(path, mask, callers.current());
            return 0;
        });
    }

    int statfs(String path, Pointer to) {
        return call("statfs", path, () -> {
            stats.writeStatvfs(to);
            return 0;
        });
    }

    int setxattr(String path, String name, Pointer value, long size, int flags) {
        return call("setxattr", path, () -> {
            if (size > XATTR_MAX_BYTES) {
                throw new ErrnoException(Errno.E2BIG, name);
            }
            byte[] bytes = new byte[(int) size];
            if (size > 0) {
                value.get(0, bytes, 0, bytes.length);
            }
            Caller caller = callers.current();
            kernfs.setxattr(kernfs.lookup(path, caller), name, bytes, flags, caller);
            return 0;
        });
    }

    int getxattr(String path, String name, Pointer to, long size) {
        return call("getxattr", path, () -> {
            Caller caller = callers.current();
            return reply(kernfs.getxattr(kernfs.lookup(path, caller), name, caller), to, size);
        });
    }

    int listxattr(String path, Pointer to, long size) {
        return call("listxattr", path, () -> {
            Caller caller = callers.current();
            StringBuilder names = new StringBuilder();
            for (String name : kernfs.listxattr(kernfs.lookup(path, caller), caller)) {
                names.append(name).append('\0');
            }
            return reply(names.toString().getBytes(StandardCharsets.UTF_8), to, size);
        });
    }

    /** Size 0 asks for the length; too small is ERANGE. */
    private static int reply(byte[] value, Pointer to, long size) throws ErrnoException {
        if (size != 0) {
            if (value.length > size) {
                throw new ErrnoException(Errno.ERANGE, "buffer too small");
            }
            to.put(0, value, 0, value.length);
        }
        return value.length;
    }

    int removexattr(String path, String name) {
        return call("removexattr", path, () -> {
            Caller caller = callers.current();
            kernfs.removexattr(kernfs.lookup(path, caller), name, caller);
            return 0;
        });
    }

    int poll(@Nullable String path, Pointer info, @Nullable Pointer pollHandle, Pointer revents) {
        return call("poll", path, () -> {
            OpenFile file = file(info);
            if (pollHandle != null && pollHandle.address() != 0) {
                polls.watch(file, pollHandle); // before the mask is taken: an event in between is then seen by either
            }
            revents.putInt(0, kernfs.poll(file));
            return 0;
        });
    }

    int fallocate(@Nullable String path, int mode, long offset, long length, Pointer info) {
        return call("fallocate", path, () -> {
            if ((mode & FALLOC_FL_PUNCH_HOLE) == 0) {
                throw new ErrnoException(Errno.EOPNOTSUPP, "only holes can be punched");
            }
            kernfs.discard(file(info), offset, length);
            return 0;
        });
    }

    private OpenFile file(Pointer info) throws ErrnoException {
        if (open.get(info.getLong(FI_HANDLE)) instanceof OpenFile file) {
            return file;
        }
        throw new ErrnoException(Errno.EBADF, "no such handle");
    }

    private static OpenDir directory(@Nullable Object handle) throws ErrnoException {
        if (handle instanceof OpenDir dir) {
            return dir;
        }
        throw new ErrnoException(Errno.EBADF, "no such handle");
    }
}
