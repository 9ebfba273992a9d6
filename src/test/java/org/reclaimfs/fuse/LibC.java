package org.reclaimfs.fuse;

import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.types.off_t;
import jnr.ffi.types.size_t;
import org.reclaimfs.abi.Errno;

/** Plain system calls for tests: exact counts and errnos, no library in between. */
public interface LibC {
    LibC C = LibraryLoader.create(LibC.class).load("c");

    int open(String path, int flags, int mode);

    int close(int fd);

    long read(int fd, @Out byte[] buf, @size_t long count);

    long pread(int fd, @Out byte[] buf, @size_t long count, @off_t long offset);

    long write(int fd, @In byte[] buf, @size_t long count);

    int mkdir(String path, int mode);

    int rmdir(String path);

    int unlink(String path);

    int setxattr(String path, String name, @In byte[] value, @size_t long size, int flags);

    long getxattr(String path, String name, @Out byte[] value, @size_t long size);

    long listxattr(String path, @Out byte[] list, @size_t long size);

    int poll(Pointer fds, @size_t long count, int timeoutMs);

    /** A result of 0 or more as a number, −1 as the errno's name. Ask at once: it is the thread's last error. */
    static String result(long returned) {
        if (returned >= 0) {
            return Long.toString(returned);
        }
        int number = LastError.getLastError(Runtime.getRuntime(C));
        for (Errno errno : Errno.values()) {
            if (errno.number() == number) {
                return errno.name();
            }
        }
        return Integer.toString(number);
    }

    /** poll(2) of one descriptor for POLLPRI: the revents, 0 after the timeout. */
    static int pollPri(int fd, int timeoutMs) {
        Pointer pollfd = Runtime.getRuntime(C).getMemoryManager().allocateDirect(8, true);
        pollfd.putInt(0, fd);
        pollfd.putShort(4, (short) 2);
        C.poll(pollfd, 1, timeoutMs);
        return pollfd.getShort(6);
    }
}
