package org.reclaimfs.fuse;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.DirEntry;
import org.reclaimfs.kernfs.Stat;

/**
 * An open directory, with what it held when its reading began: so each entry comes once, whatever is made and removed
 * meanwhile. NOT thread safe: libfuse lets one reader at a time into a directory.
 *
 * <p>A position counts entries, and any number is one: whoever seeks to where nothing is finds the end. libfuse's own
 * positions are bytes of its answer, and it takes whatever the client seeks to for one of them: it would send what lies
 * beside its buffer, or, if that is no memory, no answer at all (see {@link SessionLoop#directoryPosition}).
 */
final class OpenDir {
    private static final int DOTS = 2;

    /** Where entries go to. */
    interface Filler {
        /** {@code next} is the position behind the entry; false: it has found no room. */
        boolean add(String name, long ino, int type, long next);
    }

    final Dir dir;
    private @Nullable List<DirEntry> entries;

    OpenDir(Dir dir) {
        this.dir = dir;
    }

    /**
     * Lists from a position on. From 0 on it lists what is there now (rewinddir(3)).
     *
     * @throws ErrnoException ENOENT for a directory that was removed
     */
    void list(long position, Filler filler) throws ErrnoException {
        if (dir.dead()) {
            throw new ErrnoException(Errno.ENOENT, dir.path() + " was removed");
        }
        List<DirEntry> all = entries;
        if (all == null || position == 0) {
            all = dir.entries();
            entries = all;
        }
        boolean room = true;
        for (long at = position; room && at >= 0 && at < all.size() + DOTS; at++) {
            room = add(all, (int) at, filler);
        }
    }

    private boolean add(List<DirEntry> all, int at, Filler filler) {
        if (at == 0) {
            return filler.add(".", dir.ino(), Stat.DIRECTORY, 1);
        }
        if (at == 1) {
            return filler.add("..", dir.parent().ino(), Stat.DIRECTORY, DOTS);
        }
        DirEntry child = all.get(at - DOTS);
        return filler.add(child.name(), child.ino(), child.type(), at + 1L);
    }
}
