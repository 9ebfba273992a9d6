package org.reclaimfs.kernfs;

/**
 * One line of a directory listing.
 *
 * @param name last path component
 * @param ino inode number
 * @param type S_IFDIR, S_IFREG or S_IFLNK
 * @param order sort key where the listing goes by hash
 */
public record DirEntry(String name, long ino, int type, long order) {}
