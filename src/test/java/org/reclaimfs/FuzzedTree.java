package org.reclaimfs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.DirEntry;
import org.reclaimfs.kernfs.Node;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.kernfs.Stat;
import org.reclaimfs.scenario.Session;

/**
 * A machine whose time stands still, with all that can be written to, for the fuzzers: what is refused may change no text. The
 * file itself is read before and after each write, which costs microseconds; {@link #everything} costs as much as thousands of
 * writes, and is for now and then.
 */
final class FuzzedTree implements AutoCloseable {
    private static final String SCENARIO =
            """
            machine: {memory: 512MiB, cpus: 2, nodes: 2}
            disks: [{name: vda, size: 256MiB}, {name: vdb, size: 256MiB}]
            zswap: {enabled: true}
            zram: [{disksize: 64M}, {}]
            swap: [{device: /dev/zram0, priority: 50}]
            cgroups: {/a: {memory.high: 64M}, /a/b: {}, /c: {}}
            timeline:
              - 0s: task t cgroup=/a/b
              - 0s: alloc t 8M content=ratio:2
            """;

    private final Session session = StillSession.of(SCENARIO);
    private final List<String> writable = new ArrayList<>();

    private interface Visit {
        void file(String path, int mode);
    }

    FuzzedTree() {
        walk(session.kernfs().root(), (path, mode) -> {
            // A machine that has panicked, or whose time runs, is not what this is about; steps have fuzzers of their
            // own.
            if ((mode & 0222) != 0 && !path.matches("/dev/.*|/reclaimfs/(ctl|clock).*|.*/panic_on_oom")) {
                writable.add(path);
            }
        });
    }

    /** The files that take texts, in the order of the tree: the same ones for each new machine. */
    List<String> writable() {
        return writable;
    }

    void checkInvariants() {
        session.machine().checkInvariants();
    }

    @Override
    public void close() {
        session.close();
    }

    private void walk(Dir dir, Visit visit) {
        for (DirEntry entry : entries(dir)) {
            Node child = dir.child(entry.name());
            if (child instanceof Dir below) {
                walk(below, visit);
            } else if (entry.type() == Stat.REGULAR && child != null) {
                visit.file(
                        (dir.path().equals("/") ? "" : dir.path()) + "/" + entry.name(),
                        session.kernfs().stat(child).mode());
            }
        }
    }

    private static List<DirEntry> entries(Dir dir) {
        try {
            return dir.entries();
        } catch (ErrnoException e) {
            return List.of(); // it has been removed meanwhile
        }
    }

    /** All texts that are state. */
    Map<String, String> everything() {
        Map<String, String> all = new TreeMap<>();
        walk(session.kernfs().root(), (path, mode) -> {
            if ((mode & 0444) != 0 && isState(path)) {
                all.put(path, text(path));
            }
        });
        return all;
    }

    /** All but what tells what was said, or does something when it is read. */
    private static boolean isState(String path) {
        return !path.startsWith("/dev/")
                && !path.equals("/reclaimfs/ctl")
                && !path.equals("/reclaimfs/trace")
                && !path.endsWith("/hot_add");
    }

    String text(String path) {
        try {
            return session.kernfs().readText(path);
        } catch (ErrnoException e) {
            return e.errno().name();
        }
    }

    /**
     * Writes one text and looks at the file.
     *
     * @return null if it was taken, otherwise the errno
     * @throws IllegalStateException a text that was refused has changed the file
     */
    @Nullable
    Errno write(String path, byte[] bytes) {
        String before = text(path);
        Errno refusal;
        try {
            OpenFile file = session.kernfs().open(path, OpenFile.O_WRONLY | OpenFile.O_NONBLOCK, Caller.ROOT);
            try {
                session.kernfs().write(file, bytes, 0, Signal.NEVER);
            } finally {
                session.kernfs().release(file);
            }
            return null;
        } catch (ErrnoException e) {
            refusal = e.errno();
        }
        if (!mayHaveChanged(refusal) && isState(path)) {
            String now = text(path);
            if (!now.equals(before)) {
                throw new IllegalStateException(
                        path + " was refused with " + refusal + " and changed: '" + before + "' -> '" + now + "'");
            }
        }
        return refusal;
    }

    /** Whether the machine may be another after such an end: reclaim that found too little has still reclaimed. */
    static boolean mayHaveChanged(@Nullable Errno refusal) {
        return refusal == null || refusal == Errno.EAGAIN || refusal == Errno.ENOMEM || refusal == Errno.EINTR;
    }

    /** The texts that are not as they were, or are gone; empty if all are. */
    Map<String, String> changesSince(Map<String, String> before) {
        Map<String, String> changes = new LinkedHashMap<>();
        Map<String, String> now = everything();
        if (!now.equals(before)) {
            now.forEach((path, text) -> {
                if (!text.equals(before.get(path))) {
                    changes.put(path, before.get(path) + " -> " + text);
                }
            });
            before.keySet().stream().filter(path -> !now.containsKey(path)).forEach(path -> changes.put(path, "gone"));
        }
        return changes;
    }
}
