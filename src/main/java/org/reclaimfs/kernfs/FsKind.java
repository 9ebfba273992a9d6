package org.reclaimfs.kernfs;

import static org.reclaimfs.abi.Errno.EACCES;
import static org.reclaimfs.abi.Errno.EINVAL;
import static org.reclaimfs.abi.Errno.EIO;
import static org.reclaimfs.abi.Errno.ENOENT;
import static org.reclaimfs.abi.Errno.EPERM;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.reclaimfs.abi.Errno;

/** Which kernel file system a directory belongs to, and the rules in which they differ. */
public enum FsKind {
    /** cgroup v2 (kernel/cgroup/cgroup.c over kernfs). */
    CGROUP(0, 4096, 4096, EACCES, EPERM, EINVAL),
    /** sysfs (fs/sysfs/file.c over kernfs). */
    SYSFS(4096, 4096, 4096, EACCES, EPERM, EIO),
    /** procfs (fs/proc/generic.c): a look-up of a missing name fails before create is asked. */
    PROC(0, 1024, Integer.MAX_VALUE, ENOENT, ENOENT, EIO),
    /** /proc/sys (fs/proc/proc_sysctl.c): mode bits bind root too, nothing can be changed. */
    PROC_SYS(0, 1024, Integer.MAX_VALUE, ENOENT, ENOENT, EINVAL),
    /** debugfs (fs/debugfs/file.c, simple attributes). */
    DEBUGFS(0, 4096, Integer.MAX_VALUE, EACCES, EPERM, EACCES),
    /** Our own directories: no kernel to mirror. */
    PLAIN(0, 4096, Integer.MAX_VALUE, EACCES, EPERM, EINVAL);

    private final int fileSizeBytes;
    private final int blockBytes;
    private final int writeLimitBytes;
    private final Errno createErrno;
    private final Errno makeErrno;
    private final Errno noHandlerErrno;

    FsKind(
            int fileSizeBytes,
            int blockBytes,
            int writeLimitBytes,
            Errno createErrno,
            Errno makeErrno,
            Errno noHandlerErrno) {
        this.fileSizeBytes = fileSizeBytes;
        this.blockBytes = blockBytes;
        this.writeLimitBytes = writeLimitBytes;
        this.createErrno = createErrno;
        this.makeErrno = makeErrno;
        this.noHandlerErrno = noHandlerErrno;
    }

    /** st_size of a text file. */
    int fileSizeBytes() {
        return fileSizeBytes;
    }

    /** st_blksize. */
    int blockBytes() {
        return blockBytes;
    }

    /** Most bytes a handler gets from one write(2); beyond it E2BIG on cgroups, a short write on sysfs. */
    int writeLimitBytes() {
        return writeLimitBytes;
    }

    /** open(O_CREAT) of a missing name. */
    Errno createErrno() {
        return createErrno;
    }

    /** mkdir (without {@link DirOps}), symlink, mknod, link to a missing name. */
    Errno makeErrno() {
        return makeErrno;
    }

    /** read or write of an open file whose row has no handler for it. */
    Errno noHandlerErrno() {
        return noHandlerErrno;
    }

    /** open asks for a handler and a mode bit, of root too (KERNFS_ROOT_EXTRA_OPEN_PERM_CHECK). */
    boolean opensOnlyWhatIsThere() {
        return this == SYSFS || this == PLAIN;
    }

    /** kernfs has an fsync that does nothing; procfs and debugfs have none. */
    boolean syncs() {
        return this == CGROUP || this == SYSFS || this == PLAIN;
    }

    /** kernfs files report an event to poll until they were read once. */
    boolean pollsUntilRead() {
        return notifiesWatchers();
    }

    /** What poll is told inotify is told too (kernfs_notify). */
    public boolean notifiesWatchers() {
        return this == CGROUP || this == SYSFS;
    }

    /** Sorts names the way getdents of this file system lists them. */
    void sort(List<DirEntry> entries) {
        switch (this) {
            case CGROUP, SYSFS ->
                entries.sort((a, b) -> a.order() != b.order() ? Long.compare(a.order(), b.order()) : bytewise(a, b));
            case PROC -> entries.sort(FsKind::procOrder);
            default -> entries.sort(FsKind::bytewise);
        }
    }

    /** The sort key of a name where order is by hash (fs/kernfs/dir.c kernfs_name_hash, 64-bit), else 0. */
    long orderOf(String name) {
        return this == CGROUP || this == SYSFS ? nameHash(name) : 0;
    }

    /** Position of a name in a kernfs directory: d_off, 2…0x7ffffffe. */
    static long nameHash(String name) {
        long hash = 0;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            int c = b & 0xff;
            hash = (hash + ((long) c << 4) + (c >> 4)) * 11;
        }
        hash = (hash * 0x61C8864680B583EBL) >>> 32 & 0x7fff_ffffL;
        if (hash < 2) {
            hash += 2;
        }
        return hash == 0x7fff_ffffL ? 0x7fff_fffeL : hash;
    }

    // /proc: fixed entries by length, then bytes (fs/proc/generic.c proc_match); PIDs after them, ascending.
    private static int procOrder(DirEntry a, DirEntry b) {
        boolean aPid = Character.isDigit(a.name().charAt(0));
        boolean bPid = Character.isDigit(b.name().charAt(0));
        if (aPid != bPid) {
            return aPid ? 1 : -1;
        }
        int byLength = Integer.compare(a.name().length(), b.name().length());
        return byLength != 0 ? byLength : bytewise(a, b);
    }

    private static int bytewise(DirEntry a, DirEntry b) {
        return Arrays.compareUnsigned(
                a.name().getBytes(StandardCharsets.UTF_8), b.name().getBytes(StandardCharsets.UTF_8));
    }
}
