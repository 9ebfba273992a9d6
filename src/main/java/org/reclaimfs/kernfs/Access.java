package org.reclaimfs.kernfs;

import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;

/** Permission checks: fs/namei.c generic_permission, with the two file systems that differ. */
final class Access {
    static final int READ = 4;
    static final int WRITE = 2;
    static final int EXEC = 1;

    private Access() {}

    /** Whether the caller may; {@code want} is a sum of READ, WRITE, EXEC. */
    static boolean allows(Node node, int want, Caller caller) {
        Attrs attrs = node.attrs();
        int mode = attrs.mode();
        if (node.kind() == FsKind.PROC_SYS) { // proc_sysctl.c test_perm: no capability overrides the bits
            int bits = caller.uid() == 0 ? mode >> 6 : caller.inGroup(0) ? mode >> 3 : mode;
            return (want & ~bits & 7) == 0;
        }
        if (caller.uid() == 0 && caller.capable(Caller.CAP_DAC_OVERRIDE)) {
            return (want & EXEC) == 0 || node instanceof Dir || (mode & 0111) != 0;
        }
        int bits = mode;
        if (caller.uid() == attrs.uid()) {
            bits = mode >> 6;
        } else if ((mode >> 3 & 7) != (mode & 7) && caller.inGroup(attrs.gid())) {
            bits = mode >> 3; // groups are dear to find out: asked only where they make a difference
        }
        return (want & ~bits & 7) == 0;
    }

    /** EACCES unless the caller may. */
    static void check(Node node, int want, Caller caller) throws ErrnoException {
        if (!allows(node, want, caller)) {
            throw new ErrnoException(Errno.EACCES, "the mode bits forbid it");
        }
    }

    /** EACCES or EINVAL unless open(2) with these flags succeeds. */
    static void checkOpen(FileRef ref, int flags, Caller caller) throws ErrnoException {
        int access = flags & OpenFile.O_ACCMODE;
        boolean reads = access != OpenFile.O_WRONLY;
        boolean writes = access != OpenFile.O_RDONLY;
        check(ref, (reads ? READ : 0) | (writes ? WRITE : 0), caller);
        FileSpec<?> spec = ref.spec();
        if (spec.raw() != null) {
            return;
        }
        if (ref.kind().opensOnlyWhatIsThere()) {
            checkHandlers(ref, spec, reads, writes);
        }
        if ((flags & OpenFile.O_DIRECT) != 0) { // do_dentry_open: nothing here bypasses a page cache
            throw new ErrnoException(Errno.EINVAL, spec.name() + " cannot be opened with O_DIRECT");
        }
    }

    private static void checkHandlers(FileRef ref, FileSpec<?> spec, boolean reads, boolean writes)
            throws ErrnoException {
        int mode = ref.attrs().mode();
        if (reads && ((mode & 0444) == 0 || spec.show() == null)) {
            throw new ErrnoException(Errno.EACCES, spec.name() + " cannot be read");
        }
        if (writes && ((mode & 0222) == 0 || spec.store() == null)) {
            throw new ErrnoException(Errno.EACCES, spec.name() + " cannot be written");
        }
    }

    /** EPERM unless the caller may change mode or owner. */
    static void checkOwner(Node node, Caller caller) throws ErrnoException {
        checkTimes(node, caller);
        if (node.kind() == FsKind.PROC_SYS) {
            throw new ErrnoException(Errno.EPERM, "mode and owner are fixed in /proc/sys");
        }
    }

    /** EPERM unless the caller owns the node or is root (setattr_prepare): then times may be changed anywhere. */
    static void checkTimes(Node node, Caller caller) throws ErrnoException {
        if (caller.uid() != 0 && caller.uid() != node.attrs().uid()) {
            throw new ErrnoException(Errno.EPERM, "only the owner may change attributes");
        }
    }
}
