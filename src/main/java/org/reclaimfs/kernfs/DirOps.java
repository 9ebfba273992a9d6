package org.reclaimfs.kernfs;

import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;

/**
 * What mkdir and rmdir by a user mean in a directory. Runs under the gate's lock, after the VFS checks
 * (existence, permission). The implementation changes the model and then the tree ({@link Dir#addDir},
 * {@link Dir#remove}).
 */
public interface DirOps {
    /** No user directories here: EPERM, as sysfs. */
    DirOps NONE = new DirOps() {
        @Override
        public void mkdir(Dir parent, String name, int mode, Caller caller) throws ErrnoException {
            throw new ErrnoException(Errno.EPERM, "mkdir is not for this tree: " + name);
        }

        @Override
        public void rmdir(Dir dir, Caller caller) throws ErrnoException {
            throw new ErrnoException(Errno.EPERM, "rmdir is not for this tree: " + dir.path());
        }
    };

    /**
     * Makes a child directory.
     *
     * @param name one path component that exists neither as directory nor as file
     * @param mode permission bits, umask already applied
     */
    void mkdir(Dir parent, String name, int mode, Caller caller) throws ErrnoException;

    /** Removes {@code dir}, whose operations these are, or throws EBUSY. */
    void rmdir(Dir dir, Caller caller) throws ErrnoException;
}
