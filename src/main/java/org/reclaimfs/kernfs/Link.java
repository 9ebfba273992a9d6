package org.reclaimfs.kernfs;

/** A symbolic link. */
public final class Link extends Inode {
    private final Dir parent;
    private final String target;

    Link(Dir parent, String target, long ino, Attrs attrs) {
        super(ino, attrs);
        this.parent = parent;
        this.target = target;
    }

    /** What readlink(2) returns. */
    public String target() {
        return target;
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
}
