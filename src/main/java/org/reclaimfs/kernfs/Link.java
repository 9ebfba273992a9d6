package org.reclaimfs.kernfs;

/** A symbolic link. */
public final class Link implements Node {
    private final Dir parent;
    private final String target;
    private final long ino;
    private final Xattrs xattrs = new Xattrs();
    private volatile Attrs attrs;
    private volatile boolean dead;

    Link(Dir parent, String target, long ino, Attrs attrs) {
        this.parent = parent;
        this.target = target;
        this.ino = ino;
        this.attrs = attrs;
    }

    /** What readlink(2) returns. */
    public String target() {
        return target;
    }

    void die() {
        dead = true;
    }

    @Override
    public long ino() {
        return ino;
    }

    @Override
    public Dir parent() {
        return parent;
    }

    @Override
    public FsKind kind() {
        return parent.kind();
    }

    @Override
    public int type() {
        return Stat.SYMLINK;
    }

    @Override
    public boolean dead() {
        return dead;
    }

    @Override
    public Attrs attrs() {
        return attrs;
    }

    @Override
    public void attrs(Attrs newAttrs) {
        attrs = newAttrs;
    }

    @Override
    public Xattrs xattrs() {
        return xattrs;
    }
}
