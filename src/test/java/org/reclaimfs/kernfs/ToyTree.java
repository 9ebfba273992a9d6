package org.reclaimfs.kernfs;

import static org.reclaimfs.kernfs.FileSpec.event;
import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.FileSpec.rw;
import static org.reclaimfs.kernfs.FileSpec.wo;
import static org.reclaimfs.kernfs.Shapes.always;
import static org.reclaimfs.kernfs.Shapes.bytesOrMax;
import static org.reclaimfs.kernfs.Shapes.flatKeyed;
import static org.reclaimfs.kernfs.Shapes.number;
import static org.reclaimfs.kernfs.Shapes.pagesOrMax;

import java.util.List;
import java.util.stream.IntStream;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;

/** The same few rows under every kind of directory, over a subject of three numbers. */
public final class ToyTree {
    /** What the rows show. */
    public static final class Toy {
        public volatile long maxPages = Units.PAGE_COUNTER_MAX;
        public volatile long events;
        public volatile long shows;
        public volatile boolean hidden;
        public volatile String last = "";
        public final byte[] disk = new byte[8192];
    }

    /** Runs until a signal comes, then EINTR; 10 ms a slice. */
    private static final class Endless implements Work {
        private boolean signalled;

        @Override
        public long slice(long nowNs) throws ErrnoException {
            if (signalled) {
                throw new ErrnoException(Errno.EINTR, "a signal is pending");
            }
            return 10_000_000;
        }

        @Override
        public void signal() {
            signalled = true;
        }
    }

    private static final Raw<Toy> DISK = new Raw<>() {
        @Override
        public long sizeBytes(Toy toy) {
            return toy.disk.length;
        }

        @Override
        public int read(Toy toy, long offset, byte[] target, int length) {
            int count = (int) Math.max(0, Math.min(length, toy.disk.length - offset));
            System.arraycopy(toy.disk, (int) Math.min(offset, toy.disk.length), target, 0, count);
            return count;
        }

        @Override
        public int write(Toy toy, long offset, byte[] source, int length) throws ErrnoException {
            if (offset + length > toy.disk.length) {
                throw new ErrnoException(Errno.ENOSPC, "end of the disk");
            }
            System.arraycopy(source, 0, toy.disk, (int) offset, length);
            return length;
        }

        @Override
        public void discard(Toy toy, long offset, long length) {
            java.util.Arrays.fill(toy.disk, (int) offset, (int) (offset + length), (byte) 0);
        }
    };

    /** About 2 KB of lines, like memory.stat. */
    private static final String[] KEYS = IntStream.range(10, 65)
            .mapToObj(i -> "some_vmstat_counter_of_the_kernel_" + i)
            .toArray(String[]::new);

    public static final FileTable<Toy> TABLE = new FileTable<>(List.of(
            rw("max", always(), bytesOrMax(toy -> toy.maxPages), pagesOrMax((toy, v) -> toy.maxPages = v)),
            ro("stat", always(), flatKeyed(KEYS, key -> key, (toy, key) -> key.length())),
            ro("long", always(), (toy, out, file) -> out.fill('x', 9999).newline()),
            ro("shows", always(), (toy, out, file) -> out.num(++toy.shows).newline()),
            ro("takes", always(), Show.changing((toy, out, file) -> out.num(++toy.shows)
                    .newline())),
            event("events", always(), number(toy -> toy.events), toy -> toy.events),
            wo("reclaim", always(), (toy, in, file) -> remember(toy, in)),
            wo("slow", always(), (toy, in, file) -> new Endless()),
            rw("short", always(), number(toy -> 7), (toy, in, file) -> Work.consumed(2)),
            ro("lines", always(), ToyTree::showLines).multiRecord(),
            ro("hideable", toy -> !toy.hidden, number(toy -> 1)),
            FileSpec.stub("stub", 0644, always(), "0\n", "an example"),
            FileSpec.raw("disk", 0600, always(), DISK)));

    private ToyTree() {}

    private static void showLines(Toy toy, SeqFile out, OpenFile file) {
        for (int i = 0; i < 1000; i++) {
            out.zeroPadded(i, 9).newline();
        }
    }

    private static Work remember(Toy toy, ControlInput in) {
        toy.last = in.text();
        return Work.DONE;
    }

    /** mkdir and rmdir as cgroups have them: a child gets its own rows; a directory with children is busy. */
    public static final DirOps CGROUPS = new DirOps() {
        @Override
        public void mkdir(Dir parent, String name, int mode, Caller caller) throws ErrnoException {
            if (name.indexOf('\n') >= 0) {
                throw new ErrnoException(Errno.EINVAL, "newline");
            }
            Dir child = parent.addDir(name, FsKind.CGROUP, mode, caller).ops(this);
            child.attach(TABLE, new Toy(), caller);
        }

        @Override
        public void rmdir(Dir dir, Caller caller) throws ErrnoException {
            for (Node child : dir.childNodes()) {
                if (child instanceof Dir) {
                    throw new ErrnoException(Errno.EBUSY, "has children");
                }
            }
            dir.remove();
        }
    };

    /** {@code /cgroup /sysfs /proc /proc_sys /debugfs /plain}, each with the rows and a directory {@code sub}. */
    public static Kernfs build(Gate gate, Toy toy) {
        Kernfs fs = new Kernfs(gate, () -> 1_600_000_000_000_000_000L, KernelVersion.MIRRORED);
        for (FsKind kind : FsKind.values()) {
            Dir dir = fs.root().addDir(kind.name().toLowerCase(java.util.Locale.ROOT), kind);
            dir.attach(TABLE, toy, Caller.ROOT);
            dir.addDir("sub");
            if (kind == FsKind.CGROUP) {
                dir.ops(CGROUPS);
            }
        }
        fs.root().addLink("link", "cgroup/sub");
        return fs;
    }
}
