package org.reclaimfs.sandbox;

import java.nio.charset.StandardCharsets;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;

/** The system calls made here, with errnos as exceptions. Numbers and structures of the kernel's uapi headers. */
final class Kernel {
    private static final int SECCOMP_SET_MODE_FILTER = 1;
    private static final int FLAG_NEW_LISTENER = 1 << 3;
    private static final int PR_SET_NO_NEW_PRIVS = 38;

    private static final long NOTIF_RECV = 0xC0502100L;
    private static final long NOTIF_SEND = 0xC0182101L;
    private static final long NOTIF_ID_VALID = 0x40082102L;
    static final int NOTIF_BYTES = 80;
    static final int RESPONSE_BYTES = 24;

    static final int O_WRONLY = 1;
    static final int O_RDWR = 2;
    static final int O_EXCL = 0x80;
    static final int O_PATH = 0x200000;
    private static final int O_CLOEXEC = 0x80000;
    private static final int RESOLVE_IN_ROOT = 0x10;
    private static final int AT_FDCWD = -100;
    private static final int S_IFBLK = 0060000;

    /** The kernel's, of 64-bit machines. */
    static final int STATFS_BYTES = 120;

    static final int UCRED_BYTES = 12;

    private static final int PATH_MAX = 4096;

    private static final int SIGINT = 2;
    private static final int SIGQUIT = 3;
    private static final long SIG_IGN = 1;
    private static final int SIG_UNBLOCK = 1;
    private static final int SIGSET_BYTES = 128;

    /** Of the C library. Public because the binding is a generated class elsewhere. */
    public interface LibC {
        long syscall(long number, long a, long b, long c, long d, long e);

        int getsockopt(int fd, int level, int option, Pointer to, Pointer length);

        int prctl(int option, long a, long b, long c, long d);

        int open(String path, int flags);

        int close(int fd);

        long write(int fd, Pointer bytes, long count);

        int fstatfs(int fd, Pointer to);

        int fsync(int fd);

        long readlink(String path, Pointer to, long room);

        Pointer signal(int number, Pointer handler);

        int kill(int pid, int signal);

        int pthread_sigmask(int how, Pointer set, @Nullable Pointer old);
    }

    private final Abi abi;
    private final LibC lib = LibraryLoader.create(LibC.class).failImmediately().load("libc.so.6");
    private final Runtime runtime = Runtime.getRuntime(lib);

    Kernel(Abi abi) {
        this.abi = abi;
    }

    Pointer memory(int bytes) {
        return runtime.getMemoryManager().allocateDirect(bytes, true);
    }

    private long checked(long result, String what) throws ErrnoException {
        if (result >= 0) {
            return result;
        }
        int number = runtime.getLastError();
        for (Errno errno : Errno.values()) {
            if (errno.number() == number) {
                throw new ErrnoException(errno, what);
            }
        }
        throw new ErrnoException(Errno.EIO, what + ": errno " + number);
    }

    /**
     * Ctrl-C and Ctrl-\ are for the program in the sandbox, which shares our terminal: we outlive them to tell its exit
     * status. What we start inherits this and undoes it.
     */
    void ignoreTerminalSignals() {
        Pointer ignore = Pointer.wrap(runtime, SIG_IGN);
        lib.signal(SIGINT, ignore);
        lib.signal(SIGQUIT, ignore);
    }

    /** Lets this thread's children have every signal: the JVM holds back SIGQUIT in its threads, and masks are inherited. */
    void unblockSignals() {
        Pointer all = memory(SIGSET_BYTES);
        all.setMemory(0, SIGSET_BYTES, (byte) 0xff);
        lib.pthread_sigmask(SIG_UNBLOCK, all, null);
    }

    /** kill(2); who has gone meanwhile is not missed. */
    void kill(long pid, int signal) {
        lib.kill((int) pid, signal);
    }

    /**
     * Filters this thread and all that it starts, for ever.
     *
     * @return the descriptor of the listener, or −1 if there is to be none
     */
    int install(Filter filter, boolean listener) throws ErrnoException {
        byte[] bytes = filter.bytes();
        Pointer program = memory(bytes.length);
        program.put(0, bytes, 0, bytes.length);
        Pointer header = memory(16); // struct sock_fprog
        header.putShort(0, (short) (bytes.length / Filter.INSTRUCTION_BYTES));
        header.putPointer(8, program);
        int flags = listener ? FLAG_NEW_LISTENER : 0;
        long result = lib.syscall(abi.seccomp, SECCOMP_SET_MODE_FILTER, flags, header.address(), 0, 0);
        if (result < 0 && runtime.getLastError() == Errno.EACCES.number()) {
            // Without CAP_SYS_ADMIN only for programs that gain nothing by exec.
            checked(lib.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
            result = lib.syscall(abi.seccomp, SECCOMP_SET_MODE_FILTER, flags, header.address(), 0, 0);
        }
        int fd = (int) checked(result, "seccomp");
        return listener ? fd : -1;
    }

    // ---- the listener ----

    /** Waits for a call; false if this one has been given up meanwhile, or a signal came. */
    boolean receive(int listener, Pointer notification) throws ErrnoException {
        notification.setMemory(0, NOTIF_BYTES, (byte) 0);
        long result = lib.syscall(abi.ioctl, listener, NOTIF_RECV, notification.address(), 0, 0);
        if (result < 0) {
            int number = runtime.getLastError();
            if (number == Errno.ENOENT.number() || number == Errno.EINTR.number()) {
                return false;
            }
        }
        checked(result, "NOTIF_RECV");
        return true;
    }

    /** Whether the caller still waits: what was read of its memory was its own. */
    boolean valid(int listener, long id) {
        Pointer to = memory(8);
        to.putLong(0, id);
        return lib.syscall(abi.ioctl, listener, NOTIF_ID_VALID, to.address(), 0, 0) == 0;
    }

    /** Answers; a caller that has gone is none of our business. */
    void send(int listener, Pointer response) {
        lib.syscall(abi.ioctl, listener, NOTIF_SEND, response.address(), 0, 0);
    }

    // ---- files ----

    /** Opens {@code path} for looking at it, as a process with this root would find it; close it with {@link #close}. */
    int openIn(String root, String path) throws ErrnoException {
        int rootFd = (int) checked(lib.open(root, O_PATH | O_CLOEXEC), root);
        try {
            byte[] utf8 = path.getBytes(StandardCharsets.UTF_8);
            Pointer name = memory(utf8.length + 1);
            name.put(0, utf8, 0, utf8.length);
            Pointer how = memory(24); // struct open_how: flags, mode, resolve
            how.putLong(0, O_PATH | O_CLOEXEC);
            how.putLong(16, RESOLVE_IN_ROOT);
            return (int) checked(lib.syscall(abi.openat2, rootFd, name.address(), how.address(), 24, 0), path);
        } finally {
            lib.close(rootFd);
        }
    }

    int open(String path, int flags) throws ErrnoException {
        return (int) checked(lib.open(path, flags | O_CLOEXEC), path);
    }

    void close(int fd) {
        lib.close(fd);
    }

    /** The path of an open file, as its bytes are: Java's own decoding follows the locale. */
    String link(int fd) throws ErrnoException {
        Pointer to = memory(PATH_MAX);
        byte[] path = new byte[(int) checked(lib.readlink("/proc/self/fd/" + fd, to, PATH_MAX), "descriptor " + fd)];
        to.get(0, path, 0, path.length);
        return new String(path, StandardCharsets.UTF_8);
    }

    /** struct statfs of an open file. */
    byte[] statfs(int fd) throws ErrnoException {
        Pointer to = memory(STATFS_BYTES + 8);
        checked(lib.fstatfs(fd, to), "fstatfs");
        byte[] bytes = new byte[STATFS_BYTES];
        to.get(0, bytes, 0, bytes.length);
        return bytes;
    }

    /** A descriptor of another process as one of ours; close it with {@link #close}. */
    int borrow(int pid, int fd) throws ErrnoException {
        int process = (int) checked(lib.syscall(Abi.PIDFD_OPEN, pid, 0, 0, 0, 0), "pidfd_open");
        try {
            return (int) checked(lib.syscall(Abi.PIDFD_GETFD, process, fd, 0, 0, 0), "pidfd_getfd");
        } finally {
            lib.close(process);
        }
    }

    /** struct ucred of the process at the other end of a UNIX socket: pid, uid, gid, as this process sees them. */
    byte[] peer(int fd) throws ErrnoException {
        Pointer to = memory(UCRED_BYTES);
        Pointer length = memory(4);
        length.putInt(0, UCRED_BYTES);
        checked(lib.getsockopt(fd, Filter.SOL_SOCKET, Filter.SO_PEERCRED, to, length), "SO_PEERCRED");
        byte[] bytes = new byte[UCRED_BYTES];
        to.get(0, bytes, 0, bytes.length);
        return bytes;
    }

    /** One write(2) of a text; the errno is what the file answers. */
    void write(String path, String text) throws ErrnoException {
        write(path, text.getBytes(StandardCharsets.UTF_8));
    }

    /** One write(2). */
    void write(String path, byte[] from) throws ErrnoException {
        int fd = open(path, O_WRONLY);
        try {
            Pointer bytes = memory(Math.max(1, from.length));
            bytes.put(0, from, 0, from.length);
            checked(lib.write(fd, bytes, from.length), path);
        } finally {
            close(fd);
        }
    }

    // ---- devices ----

    /** ioctl(2) with a number or a structure's address. */
    long ioctl(int fd, long request, long argument) throws ErrnoException {
        return checked(lib.syscall(abi.ioctl, fd, request, argument, 0, 0), "ioctl " + Long.toHexString(request));
    }

    /** Writes back what the page cache of a device has. */
    void sync(int fd) throws ErrnoException {
        checked(lib.fsync(fd), "fsync");
    }

    /** A block device's node; the mode is changed by the umask. */
    void makeNode(String path, int mode, int major, int minor) throws ErrnoException {
        byte[] utf8 = path.getBytes(StandardCharsets.UTF_8);
        Pointer name = memory(utf8.length + 1);
        name.put(0, utf8, 0, utf8.length);
        // new_encode_dev, linux/kdev_t.h
        long device = minor & 0xff | (long) major << 8 | (minor & ~0xffL) << 12;
        checked(lib.syscall(abi.mknodat, AT_FDCWD, name.address(), S_IFBLK | mode, device, 0), path);
    }

    /** One for this machine, or null where it is none that we know. */
    static @Nullable Kernel ofThisMachine() {
        Abi abi = Abi.current();
        return abi == null ? null : new Kernel(abi);
    }

    Abi abi() {
        return abi;
    }
}
