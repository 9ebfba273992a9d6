package org.reclaimfs.fuse;

import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.reclaimfs.kernfs.Stat;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.Statvfs;

/**
 * {@code struct stat} and {@code struct statvfs}, written at offsets asked of jnr-fuse once: building its
 * FileStat for each getattr would cost some twenty objects.
 */
final class NativeStat {
    private static final long NS = 1_000_000_000L;
    private static final int NAME_MAX = 255;

    private final int size;
    private final long ino;
    private final long nlink;
    private final long mode;
    private final long uid;
    private final long gid;
    private final long sizeBytes;
    private final long blksize;
    private final long atime;
    private final long mtime;
    private final long ctime;
    private final Runtime runtime;

    NativeStat(Runtime runtime) {
        this.runtime = runtime;
        FileStat stat = new FileStat(runtime);
        size = jnr.ffi.Struct.size(stat);
        ino = stat.st_ino.offset();
        nlink = stat.st_nlink.offset();
        mode = stat.st_mode.offset();
        uid = stat.st_uid.offset();
        gid = stat.st_gid.offset();
        sizeBytes = stat.st_size.offset();
        blksize = stat.st_blksize.offset();
        atime = stat.st_atim.tv_sec.offset();
        mtime = stat.st_mtim.tv_sec.offset();
        ctime = stat.st_ctim.tv_sec.offset();
    }

    /** Bytes of a {@code struct stat}. */
    int size() {
        return size;
    }

    /** Fills a zeroed structure; libfuse has cleared it. */
    void write(Stat stat, Pointer to) {
        to.putLong(ino, stat.ino());
        to.putLong(nlink, stat.nlink());
        to.putInt(mode, stat.mode());
        to.putInt(uid, stat.uid());
        to.putInt(gid, stat.gid());
        to.putLong(sizeBytes, stat.sizeBytes());
        to.putLong(blksize, stat.blockBytes());
        time(to, atime, stat.atimeNs());
        time(to, mtime, stat.mtimeNs());
        time(to, ctime, stat.ctimeNs());
    }

    /** What readdir passes on: inode number and type. */
    void writeEntry(long entryIno, int type, Pointer to) {
        to.putLong(ino, entryIno);
        to.putInt(mode, type);
    }

    /** Fills a {@code struct statvfs}: no blocks, no files (simple_statfs). */
    void writeStatvfs(Pointer to) {
        Statvfs statvfs = new Statvfs(runtime);
        to.putLong(statvfs.f_bsize.offset(), 4096);
        to.putLong(statvfs.f_frsize.offset(), 4096);
        to.putLong(statvfs.f_namemax.offset(), NAME_MAX);
    }

    private static void time(Pointer to, long offset, long ns) {
        to.putLong(offset, Math.floorDiv(ns, NS));
        to.putLong(offset + 8, Math.floorMod(ns, NS));
    }
}
