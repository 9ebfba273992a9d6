package org.reclaimfs.fuse;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.kernfs.FileRef;

/**
 * Makes inotify see the events of a file: what kernfs_notify does in the kernel, a truncate(2) by us does through the
 * mount, which means nothing to the file but is IN_MODIFY to whoever watches it or its directory. One thread looks every
 * 20 ms at all event files that somebody has looked up, for we are not told who watches; it lives only while there are any.
 * That thread serves no requests: it may touch the mount.
 */
final class ModifyNotices {
    private static final long INTERVAL_NS = 20_000_000; // two of the kernel's own notification intervals (10 ms)

    /** With very many files the looking must not become the machine's main occupation. */
    private static final int IDLE_SHARE = 20;

    private final ToLongFunction<FileRef> count;
    private final Consumer<FileRef> modify;
    /** The event counts that watchers know of. */
    private final Map<FileRef, Long> told = new HashMap<>(); // GUARDED_BY(this)

    private @Nullable Thread thread; // GUARDED_BY(this)
    private boolean closed; // GUARDED_BY(this)

    /**
     * Creates an idle one.
     *
     * @param count how often a file has notified
     * @param modify makes the kernel say IN_MODIFY
     */
    ModifyNotices(ToLongFunction<FileRef> count, Consumer<FileRef> modify) {
        this.count = count;
        this.modify = modify;
    }

    /** Somebody has looked up the file, and may go on to watch it. */
    void seen(FileRef file) {
        if (file.spec().eventCount() == null || !file.kind().notifiesWatchers() || known(file)) {
            return;
        }
        long now = count.applyAsLong(file);
        synchronized (this) {
            told.putIfAbsent(file, now);
            if (thread == null && !closed) {
                thread = new Thread(this::run, "reclaimfs-inotify");
                thread.setDaemon(true);
                thread.start();
            }
        }
    }

    private synchronized boolean known(FileRef file) {
        return told.containsKey(file);
    }

    /** Ends the thread; nobody is told any more. */
    synchronized void close() {
        closed = true;
        told.clear();
        notifyAll();
    }

    /** True while the thread lives; for tests. */
    synchronized boolean running() {
        return thread != null;
    }

    private void run() {
        try {
            long tookNs = 0;
            while (pause(Math.max(INTERVAL_NS, tookNs * IDLE_SHARE))) {
                long beginNs = System.nanoTime();
                for (FileRef file : files()) {
                    if (news(file)) {
                        modify.accept(file);
                    }
                }
                tookNs = System.nanoTime() - beginNs;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean news(FileRef file) {
        if (file.dead()) {
            return false;
        }
        Long now = count.applyAsLong(file);
        synchronized (this) {
            return !closed && !now.equals(told.replace(file, now));
        }
    }

    /** Waits; false, with the thread given up, when there is nothing to look at any more. */
    private synchronized boolean pause(long ns) throws InterruptedException {
        long untilNs = System.nanoTime() + ns;
        told.keySet().removeIf(FileRef::dead);
        while (!told.isEmpty() && !closed) {
            long leftMs = (untilNs - System.nanoTime() + 999_999) / 1_000_000;
            if (leftMs <= 0) {
                return true;
            }
            wait(leftMs);
        }
        thread = null;
        return false;
    }

    private synchronized List<FileRef> files() {
        return new ArrayList<>(told.keySet());
    }
}
