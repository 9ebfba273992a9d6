package org.reclaimfs.kernfs;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.function.LongSupplier;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;

/**
 * The one door to the tree, for FUSE and for scenario steps: every method is a system call with a path from
 * the root of the mount. Thread safe; see the package note for the lock.
 */
public final class Kernfs {
    private static final int READ_BYTES = 64 << 10;

    private final Gate gate;
    private final FileIo io;
    private final Dir root;
    private final PathWalk walk;

    /**
     * An empty tree.
     *
     * @param gate lock and time of the model
     * @param epochNs real time for time stamps, ns since the epoch
     * @param kernel whose rows are shown
     */
    public Kernfs(Gate gate, LongSupplier epochNs, KernelVersion kernel) {
        this.gate = gate;
        this.io = new FileIo(gate);
        this.root = Dir.root(FsKind.PLAIN, epochNs, kernel);
        this.walk = new PathWalk(root);
    }

    /** The directory everything is attached below. */
    public Dir root() {
        return root;
    }

    // ---- names ----

    /**
     * The node of a path; a last link is not followed.
     *
     * @throws ErrnoException ENOENT, ENOTDIR, EACCES (no search permission), ELOOP
     */
    public Node lookup(String path, Caller caller) throws ErrnoException {
        return walk.to(path, false, caller);
    }

    /** The node of a path as root; a last link is followed. ENOENT, ENOTDIR, ELOOP. */
    public Node resolve(String path) throws ErrnoException {
        return walk.to(path, true, Caller.ROOT);
    }

    /** stat(2) without following a last link. */
    public Stat getattr(String path, Caller caller) throws ErrnoException {
        return stat(lookup(path, caller));
    }

    /** fstat(2): works on removed nodes, with nlink 0. */
    public Stat stat(Node node) {
        Attrs attrs = node.attrs();
        FsKind kind = node.kind();
        long sizeBytes = 0;
        int nlink = node.dead() ? 0 : 1;
        if (node instanceof Dir dir) {
            nlink = dir.nlink();
        } else if (node instanceof Link link) {
            sizeBytes = link.target().length();
        } else if (node instanceof FileRef ref) {
            sizeBytes = fileSizeBytes(ref.set(), ref.index());
        }
        return new Stat(
                node.ino(),
                node.type() | attrs.mode(),
                nlink,
                attrs.uid(),
                attrs.gid(),
                sizeBytes,
                kind.blockBytes(),
                attrs.atimeNs(),
                attrs.mtimeNs(),
                attrs.ctimeNs());
    }

    private <T> long fileSizeBytes(FileSet<T> set, int index) {
        Raw<? super T> raw = set.table().rows().get(index).raw();
        return raw == null ? set.dir().kind().fileSizeBytes() : io.rawSizeBytes(set, raw);
    }

    /** access(2): mask of 4 read, 2 write, 1 execute; EACCES. */
    public void access(String path, int mask, Caller caller) throws ErrnoException {
        Access.check(lookup(path, caller), mask & 7, caller);
    }

    /** readlink(2); EINVAL when it is no link. */
    public String readlink(String path, Caller caller) throws ErrnoException {
        if (lookup(path, caller) instanceof Link link) {
            return link.target();
        }
        throw new ErrnoException(Errno.EINVAL, path + " is no link");
    }

    /** opendir: ENOENT, ENOTDIR, EACCES. List it with {@link Dir#entries}. */
    public Dir opendir(String path, Caller caller) throws ErrnoException {
        Dir dir = PathWalk.directory(lookup(path, caller), path);
        Access.check(dir, Access.READ, caller);
        return dir;
    }

    // ---- open files ----

    /**
     * open(2) of a file that exists; O_TRUNC and O_APPEND have no effect.
     *
     * @throws ErrnoException ENOENT, ENOTDIR, EACCES, EISDIR, ELOOP
     */
    public OpenFile open(String path, int flags, Caller opener) throws ErrnoException {
        Node node = lookup(path, opener);
        if (node instanceof FileRef ref) {
            return open(ref, flags, opener);
        }
        throw new ErrnoException(node instanceof Dir ? Errno.EISDIR : Errno.ELOOP, path);
    }

    /** The same for a file whose path has been walked already. EACCES. */
    public OpenFile open(FileRef ref, int flags, Caller opener) throws ErrnoException {
        Access.checkOpen(ref, flags, opener);
        OpenFile file = new OpenFile(ref, opener, flags);
        io.opened(ref.set(), ref.index(), file);
        return file;
    }

    /** open(O_CREAT) of a missing name: always an errno of the file system's kind. */
    public void create(String path, Caller caller) throws ErrnoException {
        Dir parent = parentOfMissing(path, caller);
        throw new ErrnoException(parent.kind().createErrno(), "no file can be created: " + path);
    }

    /**
     * pread(2).
     *
     * @param sink gets the bytes, at most once
     * @return bytes read; 0 at the end
     * @throws ErrnoException ENODEV after removal, and what the row answers
     */
    public int read(OpenFile file, long offset, int size, Sink sink) throws ErrnoException {
        return read(file, offset, size, sink, Signal.NEVER);
    }

    /** The same for a caller who may be interrupted while there is nothing to read yet: EINTR. */
    public int read(OpenFile file, long offset, int size, Sink sink, Signal signal) throws ErrnoException {
        return io.read(file, offset, size, sink, signal);
    }

    /**
     * write(2): one command. Returns after the work it set off is done.
     *
     * @param bytes all bytes of the call; not kept
     * @return bytes taken
     * @throws ErrnoException ENODEV after removal, E2BIG, and what the row answers
     */
    public int write(OpenFile file, byte[] bytes, long offset, Signal signal) throws ErrnoException {
        return io.write(file, bytes, offset, signal);
    }

    /** poll(2): the event mask; what a one-shot trigger reports is then used up. */
    public int poll(OpenFile file) {
        return io.poll(file, true);
    }

    /** The mask {@link #poll} would return, with nothing used up. */
    public int peek(OpenFile file) {
        return io.poll(file, false);
    }

    /** How often the file has notified those who watch it; 0 for one that never does. */
    public long notifications(FileRef file) {
        return io.notifications(file.set(), file.index());
    }

    /** The last close(2). */
    public void release(OpenFile file) {
        io.release(file);
    }

    /** fallocate with PUNCH_HOLE; EOPNOTSUPP on text files. */
    public void discard(OpenFile file, long offset, long length) throws ErrnoException {
        io.discard(file.ref().set(), file.ref().index(), offset, length);
    }

    /** The whole text of a file, as root reads it; of a stream what is there now. */
    public String readText(String path) throws ErrnoException {
        OpenFile file = openFollowing(path, OpenFile.O_RDONLY | OpenFile.O_NONBLOCK);
        boolean stream = file.ref().spec().raw() != null;
        try {
            StringBuilder text = new StringBuilder();
            long offset = 0;
            int count;
            do {
                count = readNext(file, offset, stream, text);
                offset += count;
            } while (count > 0);
            return text.toString();
        } finally {
            release(file);
        }
    }

    private int readNext(OpenFile file, long offset, boolean stream, StringBuilder text) throws ErrnoException {
        Sink sink = (source, from, length) -> text.append(new String(source, from, length, StandardCharsets.UTF_8));
        try {
            return read(file, offset, READ_BYTES, sink);
        } catch (ErrnoException e) {
            if (stream && e.errno() == Errno.EAGAIN) {
                return 0;
            }
            throw e;
        }
    }

    /** One write(2) of a text, as root does it. */
    public int writeText(String path, String text, Signal signal) throws ErrnoException {
        OpenFile file = openFollowing(path, OpenFile.O_WRONLY);
        try {
            return write(file, text.getBytes(StandardCharsets.UTF_8), 0, signal);
        } finally {
            release(file);
        }
    }

    private OpenFile openFollowing(String path, int flags) throws ErrnoException {
        if (resolve(path) instanceof FileRef ref) {
            Access.checkOpen(ref, flags, Caller.ROOT);
            OpenFile file = new OpenFile(ref, Caller.ROOT, flags);
            io.opened(ref.set(), ref.index(), file);
            return file;
        }
        throw new ErrnoException(Errno.EISDIR, path);
    }

    // ---- changes of names ----

    /** mkdir(2): EEXIST against files too, ENOENT, EACCES, EPERM, and what {@link DirOps} answers. */
    public void mkdir(String path, int mode, Caller caller) throws ErrnoException {
        Lock lock = gate.lock();
        lock.lock();
        try {
            gate.enter();
            Dir parent = parentOfMissing(path, caller);
            if (parent.ops() == DirOps.NONE) {
                throw new ErrnoException(parent.kind().makeErrno(), "no directory can be made: " + path);
            }
            parent.ops().mkdir(parent, PathWalk.lastName(path), mode, caller);
        } finally {
            lock.unlock();
        }
    }

    /** rmdir(2): ENOENT, EACCES, ENOTDIR, EBUSY (root of a file system), EPERM, and what {@link DirOps} answers. */
    public void rmdir(String path, Caller caller) throws ErrnoException {
        Lock lock = gate.lock();
        lock.lock();
        try {
            gate.enter();
            Node node = lookup(path, caller);
            Access.check(node.parent(), Access.WRITE | Access.EXEC, caller);
            Dir dir = PathWalk.directory(node, path);
            if (dir.isFsRoot()) {
                throw new ErrnoException(Errno.EBUSY, path + " is a mount point");
            }
            dir.ops().rmdir(dir, caller);
        } finally {
            lock.unlock();
        }
    }

    /** unlink(2): never allowed; ENOENT, EACCES, EISDIR, EPERM. */
    public void unlink(String path, Caller caller) throws ErrnoException {
        Node node = lookup(path, caller);
        Access.check(node.parent(), Access.WRITE | Access.EXEC, caller);
        throw new ErrnoException(node instanceof Dir ? Errno.EISDIR : Errno.EPERM, path);
    }

    /** rename(2): never allowed; ENOENT, EACCES, EPERM. */
    public void rename(String from, String to, Caller caller) throws ErrnoException {
        Node node = lookup(from, caller);
        Dir target = PathWalk.directory(lookup(PathWalk.parentPath(to), caller), to);
        if (target.child(PathWalk.lastName(to)) == null && target.kind().makeErrno() == Errno.ENOENT) {
            Access.check(node.parent(), Access.WRITE | Access.EXEC, caller);
            throw new ErrnoException(Errno.ENOENT, to);
        }
        Access.check(node.parent(), Access.WRITE | Access.EXEC, caller);
        Access.check(target, Access.WRITE | Access.EXEC, caller);
        throw new ErrnoException(Errno.EPERM, from);
    }

    /** symlink, mknod, link to a new name: never allowed; EEXIST, EACCES, ENOENT or EPERM by kind. */
    public void make(String path, Caller caller) throws ErrnoException {
        Dir parent = parentOfMissing(path, caller);
        throw new ErrnoException(parent.kind().makeErrno(), "no node can be made: " + path);
    }

    private Dir parentOfMissing(String path, Caller caller) throws ErrnoException {
        Dir parent = PathWalk.directory(lookup(PathWalk.parentPath(path), caller), path);
        if (parent.child(PathWalk.lastName(path)) != null) {
            throw new ErrnoException(Errno.EEXIST, path);
        }
        if (parent.kind().makeErrno() == Errno.ENOENT) {
            throw new ErrnoException(Errno.ENOENT, path);
        }
        Access.check(parent, Access.WRITE | Access.EXEC, caller);
        return parent;
    }

    // ---- attributes ----

    /** truncate(2): no effect; EISDIR, EACCES without write permission. */
    public void truncate(String path, Caller caller) throws ErrnoException {
        Node node = lookup(path, caller);
        if (node instanceof Dir) {
            throw new ErrnoException(Errno.EISDIR, path);
        }
        Access.check(node, Access.WRITE, caller);
    }

    /** chmod(2), remembered for the node's life; EPERM. */
    public void chmod(Node node, int mode, Caller caller) throws ErrnoException {
        Access.checkOwner(node, caller);
        node.attrs(node.attrs().withMode(mode, root.now()));
    }

    /** chown(2); −1 leaves an id; only root gives away, an owner may hand to a group of his. EPERM. */
    public void chown(Node node, int uid, int gid, Caller caller) throws ErrnoException {
        Access.checkOwner(node, caller);
        Attrs attrs = node.attrs();
        boolean same = (uid == -1 || uid == attrs.uid()) && (gid == -1 || caller.inGroup(gid));
        if (caller.uid() != 0 && !same) {
            throw new ErrnoException(Errno.EPERM, "only root gives files away");
        }
        node.attrs(attrs.withOwner(uid, gid, root.now()));
    }

    /** utimensat(2), times in ns since the epoch; EPERM. */
    public void utimens(Node node, long atimeNs, long mtimeNs, Caller caller) throws ErrnoException {
        Access.checkTimes(node, caller);
        node.attrs(node.attrs().withTimes(atimeNs, mtimeNs, root.now()));
    }

    /** getxattr(2); ENODATA, EOPNOTSUPP, EACCES. */
    public byte[] getxattr(Node node, String name, Caller caller) throws ErrnoException {
        checkXattr(node, name, Access.READ, caller);
        return node.xattrs().get(name);
    }

    /** setxattr(2); EEXIST, ENODATA, ENOSPC, EOPNOTSUPP, EACCES, EPERM. */
    public void setxattr(Node node, String name, byte[] value, int flags, Caller caller) throws ErrnoException {
        checkXattr(node, name, Access.WRITE, caller);
        if (name.startsWith("user.") && node.kind() == FsKind.SYSFS) {
            throw new ErrnoException(Errno.EOPNOTSUPP, "sysfs keeps no user attributes");
        }
        node.xattrs().set(name, value, flags);
    }

    /** removexattr(2); ENODATA, EOPNOTSUPP, EACCES, EPERM. */
    public void removexattr(Node node, String name, Caller caller) throws ErrnoException {
        checkXattr(node, name, Access.WRITE, caller);
        node.xattrs().remove(name);
    }

    /** listxattr(2): names in order; trusted ones only for CAP_SYS_ADMIN. */
    public List<String> listxattr(Node node, Caller caller) {
        List<String> names = new ArrayList<>(node.xattrs().names());
        names.removeIf(name -> name.startsWith("trusted.") && !caller.capable(Caller.CAP_SYS_ADMIN));
        return names;
    }

    // fs/xattr.c xattr_permission and the name spaces kernfs has handlers for
    private static void checkXattr(Node node, String name, int want, Caller caller) throws ErrnoException {
        FsKind kind = node.kind();
        boolean user = name.startsWith("user.");
        boolean trusted = name.startsWith("trusted.");
        boolean kernfs = kind == FsKind.CGROUP || kind == FsKind.SYSFS;
        if (!kernfs || !(user || trusted || name.startsWith("security."))) {
            throw new ErrnoException(Errno.EOPNOTSUPP, name);
        }
        if (user) {
            Access.check(node, want, caller);
        } else if (!caller.capable(Caller.CAP_SYS_ADMIN) && (trusted || want == Access.WRITE)) {
            throw new ErrnoException(want == Access.WRITE ? Errno.EPERM : Errno.ENODATA, name);
        }
        if (name.indexOf('.') == name.length() - 1) {
            throw new ErrnoException(Errno.EINVAL, "nothing after " + name); // xattr_resolve_name
        }
    }
}
