package org.reclaimfs.fuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.FileRef;
import org.reclaimfs.kernfs.Kernfs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One mount: from {@link #start} until someone unmounts it or {@link #close} does. A {@link Farewell} unmounts when the
 * JVM is told to end (Ctrl-C, SIGTERM), so nothing is left behind.
 */
public final class FuseMount implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FuseMount.class);
    private static final String LIBRARY = "libfuse.so.2";
    private static final long CLOSE_SECONDS = 5;

    // umount2(2): lazily, and never what a link leads to
    private static final int MNT_DETACH = 2;
    private static final int UMOUNT_NOFOLLOW = 8;

    // struct fuse_context, fuse.h of 2.9 on x86-64
    private static final int CONTEXT_UID = 8;
    private static final int CONTEXT_GID = 12;
    private static final int CONTEXT_PID = 16;

    private final LibFuse2 lib;
    private final Path directory;
    private final Operations operations; // held: native code points into it
    private final PollWatch<Pointer> polls;
    private final ModifyNotices notices;
    private final Pointer fuse;
    private final Pointer mountpoint;
    private final Pointer session;
    private final SessionLoop loop;
    private final CountDownLatch ready;
    private final Farewell farewell;
    private boolean torndown; // GUARDED_BY(this)

    private FuseMount(LibFuse2 lib, Kernfs kernfs, FuseOptions options, Path directory, Farewell farewell)
            throws MountException {
        this.lib = lib;
        this.directory = directory;
        this.ready = new CountDownLatch(1);
        Runtime runtime = Runtime.getRuntime(lib);
        NativeStat stats = new NativeStat(runtime);
        this.polls = new PollWatch<>(kernfs::peek, lib::fuse_notify_poll, lib::fuse_pollhandle_destroy);
        NodeFiles nodes = new NodeFiles();
        this.notices = new ModifyNotices(kernfs::notifications, this::modify);
        FuseFs fs = new FuseFs(kernfs, stats, () -> caller(lib), new Interrupts(lib), polls, nodes, notices);
        this.operations = new Operations(runtime, stats, fs, ready::countDown);
        Pointer mountpointSlot = runtime.getMemoryManager().allocateDirect(8, true);
        Pointer multithreaded = runtime.getMemoryManager().allocateDirect(4, true);
        String[] arguments = options.arguments(directory.toString());
        Pointer created = lib.fuse_setup(
                arguments.length,
                arguments,
                operations.table(),
                Struct.size(operations.table()),
                mountpointSlot,
                multithreaded,
                null);
        if (created == null) {
            throw new MountException("libfuse refused to mount on " + directory
                    + " (its reason is above): is it a mount already, not empty, or /dev/fuse not open to this user?");
        }
        this.fuse = created;
        this.mountpoint = mountpointSlot.getPointer(0);
        this.session = lib.fuse_get_session(fuse);
        Pointer channel = lib.fuse_session_next_chan(session, null);
        int fd = lib.fuse_chan_fd(channel);
        QuickAnswers.Out out = (answer, bytes) -> lib.write(fd, answer, bytes) == bytes;
        this.loop = new SessionLoop(
                lib,
                session,
                channel,
                (memory, bytes) -> new QuickAnswers(kernfs, fs, nodes, FuseMount::caller, out, memory, bytes));
        this.farewell = farewell;
    }

    /**
     * Mounts and starts serving; returns when the kernel has the mount. Use {@link #awaitReady} before relying
     * on answers.
     *
     * @throws MountException with what is missing: the directory, /dev/fuse, libfuse 2, permission
     */
    public static FuseMount start(Kernfs kernfs, Path directory, FuseOptions options) throws MountException {
        return start(kernfs, directory, options, new Farewell(null));
    }

    /**
     * The same for a process that is there for this mount alone.
     *
     * @param last ends the process; called once a signal has come and nothing is mounted (any more), or when somebody has
     *     kept the mount for 6 s since
     * @throws MountException as {@link #start}, or because the signal came first
     */
    public static FuseMount startUntilSignal(Kernfs kernfs, Path directory, FuseOptions options, Runnable last)
            throws MountException {
        return start(kernfs, directory, options, new Farewell(last));
    }

    private static FuseMount start(Kernfs kernfs, Path directory, FuseOptions options, Farewell farewell)
            throws MountException {
        Path real = checked(directory);
        LibFuse2 lib = load();
        farewell.register();
        try {
            return farewell.mount(() -> {
                FuseMount mount = new FuseMount(lib, kernfs, options, real, farewell);
                mount.loop.start();
                return mount;
            });
        } catch (MountException e) {
            farewell.unregister();
            throw e;
        }
    }

    private static Path checked(Path directory) throws MountException {
        if (!Files.exists(Path.of("/dev/fuse"))) {
            throw new MountException(
                    "/dev/fuse does not exist: load the fuse module, or pass the device into the container");
        }
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new MountException(directory + " is not a directory");
        }
        try {
            return directory.toRealPath();
        } catch (IOException e) {
            throw new MountException("cannot mount on " + directory + ": it does not exist or cannot be reached", e);
        }
    }

    private static LibFuse2 load() throws MountException {
        try {
            return LibraryLoader.create(LibFuse2.class).failImmediately().load(LIBRARY);
        } catch (LinkageError e) {
            throw new MountException(
                    LIBRARY + " cannot be loaded: install libfuse 2 (Debian: apt-get install libfuse2)", e);
        }
    }

    /** The uid of the server's user; 0 if it cannot be found out. */
    private static final int OWNER_UID = ownerUid();

    private static int ownerUid() {
        try {
            return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException | UnsupportedOperationException e) {
            return 0;
        }
    }

    private static Caller caller(LibFuse2 lib) {
        Pointer context = lib.fuse_get_context();
        return caller(context.getInt(CONTEXT_UID), context.getInt(CONTEXT_GID), context.getInt(CONTEXT_PID));
    }

    // Whoever mounts a pretend machine is its root: without that, a plain user could only look at it.
    private static Caller caller(int uid, int gid, int pid) {
        return uid != 0 && uid == OWNER_UID ? new Caller.Plain(0, 0, pid) : new FuseCaller(uid, gid, pid);
    }

    /** The mount point, without symbolic links. */
    public Path directory() {
        return directory;
    }

    /** For the thread that runs the model: from now on it and the JVM's compilers are nicer than those that serve requests. */
    public void giveWayToRequests() {
        Niceness.giveWay(lib);
    }

    /** Waits for the kernel's first request; false after the time. */
    public boolean awaitReady(long time, TimeUnit unit) throws InterruptedException {
        return ready.await(time, unit);
    }

    /** Waits until the mount is gone, by whomever; false after the time. */
    public boolean awaitUnmounted(long time, TimeUnit unit) throws InterruptedException {
        return loop.await(time, unit);
    }

    /** Waits until the mount is gone, by whomever. */
    public void awaitUnmounted() throws InterruptedException {
        while (!loop.await(1, TimeUnit.DAYS)) {
            // a mount may live for long
        }
    }

    /** Unmounts (lazily when it is in use), ends the threads and frees libfuse's memory. Safe to call again. */
    @Override
    public void close() {
        unmount();
        try {
            if (loop.await(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                teardown();
            } else { // someone still has files open: their requests go on, nothing may be freed
                LOG.warn("{} is still in use; its threads end with its last user", directory);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        farewell.unregister();
    }

    private synchronized void teardown() {
        if (!torndown) {
            torndown = true;
            lib.fuse_teardown(fuse, mountpoint);
        }
    }

    private synchronized boolean exited() {
        return torndown || lib.fuse_session_exited(session) != 0;
    }

    private void modify(FileRef file) {
        String path = directory + file.parent().path() + "/" + file.spec().name();
        lib.truncate(path, 0); // a file that has gone meanwhile needs none
    }

    /** Takes the mount away, lazily; nothing to do if somebody else has. */
    void unmount() {
        polls.close();
        notices.close();
        if (exited() || unmountAsRoot() || unmountByProgram()) {
            return;
        }
        LOG.warn("could not unmount {}: try fusermount -u", directory);
    }

    // At once: until we have, whoever else unmounts finds our clients busy.
    private boolean unmountAsRoot() {
        if (lib.umount2(directory.toString(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0) {
            return true;
        }
        int errno = Runtime.getRuntime(lib).getLastError();
        return errno == Errno.EINVAL.number(); // no mount: somebody was faster
    }

    private boolean unmountByProgram() {
        for (String program : new String[] {"fusermount", "fusermount3"}) {
            try {
                Process process = new ProcessBuilder(program, "-u", "-z", "-q", directory.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (process.waitFor() == 0) {
                    return true;
                }
            } catch (IOException e) {
                LOG.trace("{} is not there", program, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true; // whoever interrupts does not want to hear of it
            }
        }
        return exited(); // somebody was faster
    }
}
