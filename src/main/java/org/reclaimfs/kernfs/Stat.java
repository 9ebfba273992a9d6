package org.reclaimfs.kernfs;

/**
 * What stat(2) shows.
 *
 * @param ino inode number
 * @param mode type and permission bits
 * @param nlink links; 0 for a removed node
 * @param uid owner
 * @param gid group
 * @param sizeBytes st_size
 * @param blockBytes st_blksize
 * @param atimeNs access time, ns since the epoch
 * @param mtimeNs modification time, ns since the epoch
 * @param ctimeNs change time, ns since the epoch
 */
public record Stat(
        long ino,
        int mode,
        int nlink,
        int uid,
        int gid,
        long sizeBytes,
        int blockBytes,
        long atimeNs,
        long mtimeNs,
        long ctimeNs) {
    /** S_IFMT. */
    public static final int TYPE_MASK = 0170000;

    /** S_IFDIR. */
    public static final int DIRECTORY = 0040000;

    /** S_IFREG. */
    public static final int REGULAR = 0100000;

    /** S_IFLNK. */
    public static final int SYMLINK = 0120000;
}
