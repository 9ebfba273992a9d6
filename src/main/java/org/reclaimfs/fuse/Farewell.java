package org.reclaimfs.fuse;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes the mount away when the JVM is told to end (Ctrl-C, SIGTERM), at whatever moment: it is there before the mount is.
 *
 * <p>Why: the JVM ends as soon as its shutdown hooks have, with other threads still at work. A signal between mount(2) and
 * a hook added after it, or in the middle of mount(2), left a mount that nobody serves.
 */
final class Farewell implements Runnable {
    private static final long END_SECONDS = 6;

    /** What mounts, and begins to serve. */
    @FunctionalInterface
    interface Mounting {
        FuseMount mount() throws MountException;
    }

    // Not this object itself: whoever starts a thread takes its monitor, and the one that starts all hooks must not
    // wait for us.
    private final Thread hook = new Thread(this, "reclaimfs-unmount");
    private final @Nullable Runnable last;
    private boolean said; // GUARDED_BY(this): nothing is mounted from now on
    private @Nullable FuseMount mount; // GUARDED_BY(this)

    /**
     * Creates one that waits to be run.
     *
     * @param last ends the process once the mount is gone, or 6 s later where somebody keeps it; null leaves that to others
     */
    Farewell(@Nullable Runnable last) {
        this.last = last;
    }

    /**
     * From now on a signal runs it.
     *
     * @throws MountException when the JVM is ending already
     */
    void register() throws MountException {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) {
            throw told();
        }
    }

    /** The mount is gone: a signal is nobody's concern any more. */
    void unregister() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the JVM is ending: it has run, or is running
        }
    }

    /**
     * Mounts, unless a signal has come. One that comes now has to wait for it.
     *
     * @throws MountException as the mounting does, or because we are to end
     */
    synchronized FuseMount mount(Mounting mounting) throws MountException {
        if (said) {
            throw told();
        }
        FuseMount mounted = mounting.mount();
        mount = mounted;
        return mounted;
    }

    private static MountException told() {
        return new MountException("told to end before anything was mounted");
    }

    @Override
    public void run() {
        FuseMount there = whatIsThere();
        if (there != null) {
            there.unmount();
        }
        if (last != null) {
            await(there);
            last.run();
        }
    }

    private synchronized @Nullable FuseMount whatIsThere() {
        said = true;
        return mount;
    }

    private static void await(@Nullable FuseMount there) {
        try {
            if (there != null) {
                there.awaitUnmounted(END_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
