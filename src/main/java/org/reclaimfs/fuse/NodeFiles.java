package org.reclaimfs.fuse;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import jnr.ffi.Pointer;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.kernfs.FileRef;
import org.reclaimfs.kernfs.OpenFile;

/**
 * Which files the kernel's node numbers stand for: learnt when libfuse has found the path of one that is opened, until the
 * kernel forgets the number. A number with an open file is never forgotten, nor used again. Thread safe.
 */
final class NodeFiles {
    /** A file that was opened, and how often it is now. */
    static final class Known {
        private final FileRef file;
        private final AtomicInteger opened = new AtomicInteger();

        private Known(FileRef file) {
            this.file = file;
        }

        FileRef file() {
            return file;
        }

        /** Whether somebody has the file open. */
        boolean isOpen() {
            return opened.get() > 0;
        }
    }

    private final ConcurrentHashMap<Long, Known> byNode = new ConcurrentHashMap<>();

    /** A file was opened: by its path, which may lead to another one than before, or by its number. */
    void opened(long node, OpenFile file) {
        Known known = byNode.get(node);
        if (known == null || !known.file.equals(file.ref())) {
            known = new Known(file.ref());
            byNode.put(node, known);
        }
        known.opened.incrementAndGet();
    }

    /** An open file was closed for the last time. */
    void released(long node, OpenFile file) {
        Known known = byNode.get(node);
        if (known != null
                && known.file.equals(file.ref())
                && known.opened.decrementAndGet() == 0
                && known.file.dead()) {
            // The kernel may keep its number for as long as it has memory: the cgroup it was of is not to stay so long.
            byNode.remove(node, known);
        }
    }

    /** The file of a number, which may have been removed since; or null. */
    @Nullable
    Known get(long node) {
        return byNode.get(node);
    }

    /** A FORGET. */
    void forget(Pointer request) {
        byNode.remove(request.getLong(Wire.NODE));
    }

    /** A BATCH_FORGET. */
    void forgetAll(Pointer request) {
        int count = request.getInt(Wire.FORGET_COUNT);
        for (int i = 0; i < count; i++) {
            byNode.remove(request.getLong(Wire.FORGET_FIRST + (long) i * Wire.FORGET_BYTES));
        }
    }

    /** Numbers known; for tests. */
    int size() {
        return byNode.size();
    }
}
