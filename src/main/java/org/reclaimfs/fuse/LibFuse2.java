package org.reclaimfs.fuse;

import jnr.ffi.Pointer;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.types.off_t;
import jnr.ffi.types.size_t;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * What we call of libfuse.so.2 (2.9). Public because the binding is a generated class elsewhere. Only entry
 * points with one symbol version or an unambiguous default are used: fuse_new is not.
 */
public interface LibFuse2 {
    /** Parses options, mounts, creates the session; null on failure, its reason on stderr. */
    Pointer fuse_setup(
            int argc,
            @In String[] argv,
            @In FuseOperations ops,
            @size_t long opSize,
            @Out Pointer mountpoint,
            @Out Pointer multithreaded,
            Pointer userData);

    /** The session of a {@code struct fuse}. */
    Pointer fuse_get_session(Pointer fuse);

    /** First channel of a session when {@code channel} is null. */
    Pointer fuse_session_next_chan(Pointer session, Pointer channel);

    /** Bytes a receive buffer needs. */
    @size_t
    long fuse_chan_bufsize(Pointer channel);

    /** Waits for a request; bytes received, 0 at the end, or −errno. */
    int fuse_session_receive_buf(Pointer session, Pointer buf, Pointer channelSlot);

    /** Handles one request: calls the operations on this thread and replies. */
    void fuse_session_process_buf(Pointer session, Pointer buf, Pointer channel);

    /** The descriptor of /dev/fuse. */
    int fuse_chan_fd(Pointer channel);

    /** poll(2), which libfuse brings along from the C library. */
    int poll(Pointer fds, long count, int timeoutMs);

    /** fcntl(2) with an int, from the C library. */
    int fcntl(int fd, int command, int argument);

    /** write(2), from the C library. */
    @size_t
    long write(int fd, Pointer bytes, @size_t long count);

    /** truncate(2), from the C library. */
    int truncate(String path, @off_t long length);

    /** umount2(2), from the C library. */
    int umount2(String path, int flags);

    /** getpriority(2), from the C library. */
    int getpriority(int which, int who);

    /** setpriority(2), from the C library. */
    int setpriority(int which, int who, int nice);

    /** Marks the session as ended. */
    void fuse_session_exit(Pointer session);

    /** Nonzero after the session ended. */
    int fuse_session_exited(Pointer session);

    /** Unmounts, frees everything. */
    void fuse_teardown(Pointer fuse, Pointer mountpoint);

    /** uid, gid and pid of the current request; valid on the serving thread. */
    Pointer fuse_get_context();

    /** Nonzero when the current request was interrupted. */
    int fuse_interrupted();

    /** Wakes the pollers of a handle. */
    int fuse_notify_poll(Pointer pollHandle);

    /** Frees a poll handle. */
    void fuse_pollhandle_destroy(Pointer pollHandle);
}
