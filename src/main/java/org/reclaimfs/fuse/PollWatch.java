package org.reclaimfs.fuse;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.kernfs.OpenFile;

/**
 * Wakes pollers: the kernel hands over a poll handle with each poll(2) that waits, and we notify it when the
 * file has an event. One thread looks every 20 ms, and lives only while handles wait.
 *
 * @param <H> the native poll handle
 */
final class PollWatch<H> {
    private static final long INTERVAL_MS = 20; // two of the kernel's own notification intervals (10 ms)

    private final ToIntFunction<OpenFile> peek;
    private final Consumer<H> notify;
    private final Consumer<H> destroy;
    private final Map<OpenFile, H> waiting = new HashMap<>(); // GUARDED_BY(this)
    private @Nullable Thread thread; // GUARDED_BY(this)
    private boolean closed; // GUARDED_BY(this)

    /**
     * Creates an idle watch.
     *
     * @param peek event mask of a file, nothing used up
     * @param notify wakes the pollers of a handle
     * @param destroy frees a handle
     */
    PollWatch(ToIntFunction<OpenFile> peek, Consumer<H> notify, Consumer<H> destroy) {
        this.peek = peek;
        this.notify = notify;
        this.destroy = destroy;
    }

    /** Watches a file; a handle given before for it is freed. */
    synchronized void watch(OpenFile file, H handle) {
        H old = waiting.put(file, handle);
        if (old != null) {
            destroy.accept(old);
        }
        if (thread == null && !closed) {
            thread = new Thread(this::run, "reclaimfs-poll");
            thread.setDaemon(true);
            thread.start();
        }
        notifyAll();
    }

    /** The file was closed. */
    synchronized void forget(OpenFile file) {
        H handle = waiting.remove(file);
        if (handle != null) {
            destroy.accept(handle);
        }
    }

    /** Ends the thread; the session frees what is left. */
    synchronized void close() {
        closed = true;
        waiting.clear();
        notifyAll();
    }

    /** True while the thread lives; for tests. */
    synchronized boolean running() {
        return thread != null;
    }

    private void run() {
        try {
            while (pause()) {
                for (OpenFile file : files()) {
                    if (isEvent(peek.applyAsInt(file))) {
                        wake(file);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Anything but what every file always is, or a stream without data. */
    private static boolean isEvent(int mask) {
        return mask != 0 && mask != OpenFile.POLL_DEFAULT;
    }

    /** Waits one interval; false, with the thread given up, when nobody waits any more. */
    private synchronized boolean pause() throws InterruptedException {
        long untilNs = System.nanoTime() + INTERVAL_MS * 1_000_000;
        while (!waiting.isEmpty() && !closed) {
            long leftMs = (untilNs - System.nanoTime() + 999_999) / 1_000_000;
            if (leftMs <= 0) {
                return true;
            }
            wait(leftMs);
        }
        thread = null;
        return false;
    }

    private synchronized List<OpenFile> files() {
        return new ArrayList<>(waiting.keySet());
    }

    // The handle is used under the monitor: forget() must not free it meanwhile.
    private synchronized void wake(OpenFile file) {
        H handle = waiting.remove(file);
        if (handle != null) {
            notify.accept(handle);
            destroy.accept(handle);
        }
    }
}
