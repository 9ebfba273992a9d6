package org.reclaimfs.kernfs;

/**
 * A file: row {@code index} of an attached set. Made by look-up, holds no state.
 *
 * @param set rows and subject
 * @param index row in the table
 */
public record FileRef(FileSet<?> set, int index) implements Node {
    /** The row. */
    public FileSpec<?> spec() {
        return set.table().rows().get(index);
    }

    @Override
    public long ino() {
        return set.inoOf(index);
    }

    @Override
    public Dir parent() {
        return set.dir();
    }

    @Override
    public FsKind kind() {
        return set.dir().kind();
    }

    @Override
    public int type() {
        return Stat.REGULAR;
    }

    @Override
    public boolean dead() {
        return !set.isPresent(index);
    }

    @Override
    public Attrs attrs() {
        return set.attrsOf(index);
    }

    @Override
    public void attrs(Attrs attrs) {
        set.attrsOf(index, attrs);
    }

    @Override
    public Xattrs xattrs() {
        return set.xattrsOf(index);
    }
}
