package org.reclaimfs.kernfs;

/** What directories and links have of their own; a file's is in its {@link FileSet}, as many files have nothing of their own yet. */
abstract sealed class Inode implements Node permits Dir, Link {
    private final long ino;
    private final Xattrs xattrs = new Xattrs();
    private volatile Attrs attrs;
    private volatile boolean dead;

    Inode(long ino, Attrs attrs) {
        this.ino = ino;
        this.attrs = attrs;
    }

    /** It was removed, and what is in it. */
    void die() {
        dead = true;
    }

    @Override
    public final long ino() {
        return ino;
    }

    @Override
    public final boolean dead() {
        return dead;
    }

    @Override
    public final Attrs attrs() {
        return attrs;
    }

    @Override
    public final void attrs(Attrs newAttrs) {
        attrs = newAttrs;
    }

    @Override
    public final Xattrs xattrs() {
        return xattrs;
    }
}
