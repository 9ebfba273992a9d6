package org.reclaimfs.kernfs;

import static java.util.Objects.requireNonNull;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A table of rows attached to a directory for one subject. Whatever a user changed on single files (mode,
 * owner, xattrs) is kept beside it, so an untouched cgroup costs one of these, not forty nodes.
 *
 * @param <T> subject
 */
public final class FileSet<T> {
    private final Dir dir;
    private final FileTable<T> table;
    private final T subject;
    private long inoBase; // settled before the set is seen
    private int @Nullable [] inoOffsets; // -1 for rows that were absent at first; null if all were there
    private @Nullable IntToLongFunction takeIno; // where rows that come later get theirs; null if none can
    private @Nullable Map<Integer, Long> lateInos; // GUARDED_BY(this)
    private final Attrs fresh; // owner and times of all files; the mode is the row's
    private volatile boolean dead;
    private volatile boolean hidden;
    private volatile int drains;
    private volatile @Nullable Map<Integer, Attrs> changed; // copied on write under this monitor
    private @Nullable Map<Integer, Xattrs> xattrs; // GUARDED_BY(this)

    FileSet(Dir dir, FileTable<T> table, T subject, Attrs fresh) {
        this.dir = dir;
        this.table = table;
        this.subject = subject;
        this.fresh = fresh;
    }

    /** The directory the files stand in. */
    public Dir dir() {
        return dir;
    }

    /** The rows. */
    public FileTable<T> table() {
        return table;
    }

    /** What the rows show. */
    public T subject() {
        return subject;
    }

    /** False once detached, for a row of another kernel, and for one whose predicate says no. */
    boolean isPresent(int index) {
        FileSpec<T> row = table.rows().get(index);
        return !dead && !hidden && row.isOf(dir.kernel()) && row.present().test(subject);
    }

    /** Takes numbers for the files that are there: a row of another kernel or place has none, or gets one when it comes. */
    void number(IntToLongFunction take) {
        int rows = table.rows().size();
        int[] offsets = new int[rows];
        int there = 0;
        for (int i = 0; i < rows; i++) {
            offsets[i] = isPresent(i) ? there++ : -1;
        }
        inoBase = take.applyAsLong(there);
        inoOffsets = there == rows ? null : offsets;
        takeIno = there == rows ? null : take;
    }

    /** Of a file that is there. */
    long inoOf(int index) {
        int[] offsets = inoOffsets;
        if (offsets == null) {
            return inoBase + index;
        }
        return offsets[index] < 0 ? lateIno(index) : inoBase + offsets[index];
    }

    /** A file that was not there at first keeps the number it is first seen with. */
    private synchronized long lateIno(int index) {
        Map<Integer, Long> late = lateInos;
        if (late == null) {
            late = new HashMap<>();
            lateInos = late;
        }
        return late.computeIfAbsent(index, i -> requireNonNull(takeIno).applyAsLong(1));
    }

    /**
     * Hides the files, or shows the same nodes again (kernfs_show): descriptors open at the hiding stay dead. Under the
     * gate's lock.
     */
    public void hide(boolean hide) {
        if (hide && !hidden) {
            drains++;
        }
        hidden = hide;
    }

    /** How often open descriptors were cut off. */
    int drains() {
        return drains;
    }

    void die() {
        dead = true;
    }

    Attrs attrsOf(int index) {
        Map<Integer, Attrs> map = changed;
        Attrs own = map == null ? null : map.get(index);
        if (own != null) {
            return own;
        }
        int mode = table.rows().get(index).mode();
        return new Attrs(mode, fresh.uid(), fresh.gid(), fresh.atimeNs(), fresh.mtimeNs(), fresh.ctimeNs());
    }

    synchronized void attrsOf(int index, Attrs attrs) {
        Map<Integer, Attrs> old = changed;
        Map<Integer, Attrs> copy = old == null ? new HashMap<>() : new HashMap<>(old);
        copy.put(index, attrs);
        changed = copy;
    }

    synchronized Xattrs xattrsOf(int index) {
        Map<Integer, Xattrs> map = xattrs;
        if (map == null) {
            map = new HashMap<>();
            xattrs = map;
        }
        return map.computeIfAbsent(index, i -> new Xattrs());
    }
}
