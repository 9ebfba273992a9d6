package org.reclaimfs.kernfs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;

/**
 * A directory: child directories and links by name, and the sets of files attached to it. Changed under the
 * gate's lock; read without it.
 */
public final class Dir extends Inode {
    private static final FileSet<?>[] NO_FILES = {};
    private static final int DEFAULT_MODE = 0755;
    /** PROC_DYNAMIC_FIRST: far from the numbers of cgroups, since all file systems here are one to stat(2). */
    private static final long FIRST_OTHER_INO = 0xf000_0000L;

    /** What all directories of a mount share. */
    private record Shared(
            AtomicLong nextCgroupIno, AtomicLong nextOtherIno, LongSupplier epochNs, KernelVersion kernel) {
        /** The first of {@code count} numbers: a cgroup's is its id, and the root's is 1 (spec/20 section 1). */
        long take(FsKind kind, int count) {
            return (kind == FsKind.CGROUP ? nextCgroupIno : nextOtherIno).getAndAdd(count);
        }
    }

    private final Shared shared;
    private final String name;
    private final @Nullable Dir above;
    private final FsKind kind;
    private volatile @Nullable Map<String, Node> children; // made with the first child
    private volatile FileSet<?>[] fileSets = NO_FILES;
    private volatile int subdirs;
    private volatile DirOps ops = DirOps.NONE;
    private volatile @Nullable Object subject;

    private Dir(Shared shared, @Nullable Dir above, String name, FsKind kind, Attrs attrs) {
        super(shared.take(kind, 1), attrs);
        this.shared = shared;
        this.above = above;
        this.name = name;
        this.kind = kind;
    }

    /**
     * The root of a mount, mode 0755.
     *
     * @param epochNs real time for time stamps, ns since the epoch
     * @param kernel whose rows are shown
     */
    static Dir root(FsKind kind, LongSupplier epochNs, KernelVersion kernel) {
        Shared shared = new Shared(new AtomicLong(1), new AtomicLong(FIRST_OTHER_INO), epochNs, kernel);
        return new Dir(shared, null, "", kind, Attrs.fresh(DEFAULT_MODE, 0, 0, epochNs.getAsLong()));
    }

    /** The kernel whose rows are shown. */
    KernelVersion kernel() {
        return shared.kernel;
    }

    /** Adds a directory of the same kind, owned by root, mode 0755 (0555 in /proc/sys). */
    public Dir addDir(String childName) {
        return addDir(childName, kind);
    }

    /** Adds a directory where another file system begins. */
    public Dir addDir(String childName, FsKind childKind) {
        int mode = childKind == FsKind.PROC || childKind == FsKind.PROC_SYS ? 0555 : DEFAULT_MODE;
        return addDir(childName, childKind, mode, Caller.ROOT);
    }

    /** Adds a directory with the mode and owner mkdir(2) gives; a setgid parent hands on group and bit. */
    public Dir addDir(String childName, FsKind childKind, int mode, Caller owner) {
        boolean setgid = (attrs().mode() & 02000) != 0 && kind == childKind;
        int gid = setgid ? attrs().gid() : owner.gid();
        int bits = mode & 07777 | (setgid ? 02000 : 0);
        Dir child = new Dir(shared, this, childName, childKind, Attrs.fresh(bits, owner.uid(), gid, now()));
        addChild(childName, child);
        subdirs++;
        return child;
    }

    /** Adds a symbolic link; a relative target starts at this directory. */
    public Link addLink(String childName, String target) {
        long linkIno = shared.take(kind, 1);
        Link link = new Link(this, target, linkIno, Attrs.fresh(0777, 0, 0, now()));
        addChild(childName, link);
        return link;
    }

    /** Removes a link; open directories and files are not concerned. */
    public void removeLink(String childName) {
        Map<String, Node> map = children;
        if (map != null && map.remove(childName) instanceof Link link) {
            link.die();
        }
    }

    /** Attaches rows for a subject, owned by root. */
    public <T> FileSet<T> attach(List<FileSpec<T>> rows, T fileSubject) {
        return attach(new FileTable<>(rows), fileSubject, Caller.ROOT);
    }

    /** Attaches a shared table for a subject, owned by {@code owner}: the task that caused the creation. */
    public <T> FileSet<T> attach(FileTable<T> table, T fileSubject, Caller owner) {
        FileSet<T> set = new FileSet<>(this, table, fileSubject, Attrs.fresh(0, owner.uid(), owner.gid(), now()));
        set.number(count -> shared.take(kind, count));
        FileSet<?>[] longer = Arrays.copyOf(fileSets, fileSets.length + 1);
        longer[longer.length - 1] = set;
        fileSets = longer;
        return set;
    }

    /** Takes files away for good: open ones answer ENODEV from now on. */
    public void detach(FileSet<?> set) {
        set.die();
        fileSets = Arrays.stream(fileSets).filter(other -> other != set).toArray(FileSet<?>[]::new);
    }

    /** Removes this directory, everything in it included. */
    public void remove() {
        if (dead() || above == null) {
            return;
        }
        Map<String, Node> siblings = above.children;
        if (siblings != null && siblings.remove(name, this)) {
            above.subdirs--;
        }
        die();
    }

    @Override
    void die() {
        super.die();
        for (FileSet<?> set : fileSets) {
            set.die();
        }
        for (Node child : childNodes()) {
            if (child instanceof Inode inode) {
                inode.die();
            }
        }
    }

    private void addChild(String childName, Node child) {
        Map<String, Node> map = children;
        if (map == null) {
            map = new ConcurrentHashMap<>();
            children = map;
        }
        if (map.putIfAbsent(childName, child) != null) {
            throw new IllegalStateException(childPath(childName) + " exists");
        }
    }

    /** The child of this name, or null; rows whose predicate says no are not there. */
    public @Nullable Node child(String childName) {
        Map<String, Node> map = children;
        Node node = map == null ? null : map.get(childName);
        if (node != null) {
            return node;
        }
        for (FileSet<?> set : fileSets) {
            int index = set.table().indexOf(childName);
            if (index >= 0 && set.isPresent(index)) {
                return new FileRef(set, index);
            }
        }
        return null;
    }

    /** The child directory of this name, made with {@link #addDir(String)} when it is missing. */
    public Dir dir(String childName) {
        return child(childName) instanceof Dir dir ? dir : addDir(childName);
    }

    /**
     * The children in the order getdents lists them, without {@code .} and {@code ..}.
     *
     * @throws ErrnoException ENOENT when this directory was removed
     */
    public List<DirEntry> entries() throws ErrnoException {
        if (dead()) {
            throw new ErrnoException(Errno.ENOENT, path() + " was removed");
        }
        List<DirEntry> entries = new ArrayList<>();
        Map<String, Node> map = children;
        if (map != null) {
            map.forEach((childName, node) ->
                    entries.add(new DirEntry(childName, node.ino(), node.type(), kind.orderOf(childName))));
        }
        for (FileSet<?> set : fileSets) {
            List<? extends FileSpec<?>> rows = set.table().rows();
            for (int i = 0; i < rows.size(); i++) {
                if (set.isPresent(i)) {
                    String file = rows.get(i).name();
                    entries.add(new DirEntry(file, set.inoOf(i), Stat.REGULAR, kind.orderOf(file)));
                }
            }
        }
        kind.sort(entries);
        return entries;
    }

    /** Child directories and links, in no order. */
    Collection<Node> childNodes() {
        Map<String, Node> map = children;
        return map == null ? List.of() : map.values();
    }

    /** The attached sets. */
    public List<FileSet<?>> fileSets() {
        return List.of(fileSets);
    }

    /** Sets what mkdir in and rmdir of this directory mean. */
    public Dir ops(DirOps newOps) {
        ops = newOps;
        return this;
    }

    /** What mkdir in and rmdir of this directory mean. */
    public DirOps ops() {
        return ops;
    }

    /** Remembers whose directory this is, for {@link DirOps}. */
    public Dir subject(Object newSubject) {
        subject = newSubject;
        return this;
    }

    /** Whose directory this is, or null. */
    public @Nullable Object subject() {
        return subject;
    }

    /** Changes the permission bits, as the kernel sets up a mount's root. */
    public Dir mode(int mode) {
        attrs(attrs().withMode(mode, now()));
        return this;
    }

    /** Last path component; empty for the root. */
    public String name() {
        return name;
    }

    /** Path from the root of the mount: {@code /} or {@code /a/b}. */
    public String path() {
        return above == null ? "/" : above.childPath(name);
    }

    private String childPath(String childName) {
        return above == null ? "/" + childName : path() + "/" + childName;
    }

    /** True for the first directory of its kind: the place where a file system is mounted. */
    public boolean isFsRoot() {
        return above == null || above.kind != kind;
    }

    int nlink() {
        return dead() ? 0 : kind == FsKind.PROC_SYS ? 1 : 2 + subdirs;
    }

    /** The time that files are stamped with, in ns since the epoch. */
    public long now() {
        return shared.epochNs.getAsLong();
    }

    @Override
    public Dir parent() {
        return above == null ? this : above;
    }

    @Override
    public FsKind kind() {
        return kind;
    }

    @Override
    public int type() {
        return Stat.DIRECTORY;
    }
}
