package org.reclaimfs.kernfs;

/** Something a path leads to. */
public sealed interface Node permits Inode, FileRef {
    /** Inode number: unique in the mount, never used again. */
    long ino();

    /** The directory it stands in; the root stands in itself. */
    Dir parent();

    /** The rules that hold for it. */
    FsKind kind();

    /** S_IFDIR, S_IFREG or S_IFLNK. */
    int type();

    /** True once it was removed. */
    boolean dead();

    /** Owner, mode, times. */
    Attrs attrs();

    /** Replaces owner, mode, times. */
    void attrs(Attrs attrs);

    /** Extended attributes, made on first use. */
    Xattrs xattrs();

    /** Whether the caller may write, by mode, owner and capability: what a handler asks about another node. */
    default boolean writableBy(Caller caller) {
        return Access.allows(this, Access.WRITE, caller);
    }
}
