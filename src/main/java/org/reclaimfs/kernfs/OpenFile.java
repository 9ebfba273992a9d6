package org.reclaimfs.kernfs;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;

/**
 * One open(2) of a file: who opened it and how, the text of the last read, and what a row keeps per
 * descriptor. Reads are serialised by its monitor; {@link #attachment} belongs to handlers, which run under
 * the gate's lock.
 */
public final class OpenFile {
    /** O_ACCMODE. */
    public static final int O_ACCMODE = 3;

    /** O_RDONLY. */
    public static final int O_RDONLY = 0;

    /** O_WRONLY. */
    public static final int O_WRONLY = 1;

    /** O_RDWR. */
    public static final int O_RDWR = 2;

    /** O_NONBLOCK. */
    public static final int O_NONBLOCK = 04000;

    /** O_DIRECT of x86-64. */
    public static final int O_DIRECT = 040000;

    /** POLLIN. */
    public static final int POLLIN = 0x1;

    /** POLLPRI. */
    public static final int POLLPRI = 0x2;

    /** POLLOUT. */
    public static final int POLLOUT = 0x4;

    /** POLLERR. */
    public static final int POLLERR = 0x8;

    /** DEFAULT_POLLMASK: POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM. */
    public static final int POLL_DEFAULT = 0x145;

    /** POLLIN, POLLRDNORM: what a stream says when there is something to read. */
    public static final int POLL_READABLE = 0x41;

    private final FileRef ref;
    private final Caller opener;
    private final int flags;
    private final int drainsAtOpen;
    private @Nullable SeqFile snapshot; // GUARDED_BY(this)
    private final SeqRecords records = new SeqRecords(); // GUARDED_BY(this)
    private long nextOffset; // GUARDED_BY(this): where the last read ended
    private volatile long seenEvents = -1;
    private @Nullable Object attachment; // GUARDED_BY(gate lock)
    private @Nullable Runnable onRelease; // GUARDED_BY(gate lock)
    private @Nullable Work rest; // GUARDED_BY(this)

    OpenFile(FileRef ref, Caller opener, int flags) {
        this.ref = ref;
        this.opener = opener;
        this.flags = flags;
        this.drainsAtOpen = ref.set().drains();
    }

    /** Row and subject. */
    public FileRef ref() {
        return ref;
    }

    /** Credentials at open time. */
    public Caller opener() {
        return opener;
    }

    /** Flags of open(2). */
    public int flags() {
        return flags;
    }

    /** Opened with O_NONBLOCK: a handler must not reclaim. */
    public boolean nonBlocking() {
        return (flags & O_NONBLOCK) != 0;
    }

    /** The file was removed, or has been hidden since. */
    boolean cutOff() {
        return ref.dead() || ref.set().drains() != drainsAtOpen;
    }

    /** Opened for writing. */
    public boolean writable() {
        return (flags & O_ACCMODE) != O_RDONLY;
    }

    /** fsync(2): 0, or EINVAL where files have no such operation (vfs_fsync_range). */
    public int fsync() throws ErrnoException {
        if (!ref.kind().syncs()) {
            throw new ErrnoException(Errno.EINVAL, "nothing to write back");
        }
        return 0;
    }

    /** What the row keeps for this descriptor (peak reset, PSI trigger), or null. */
    public @Nullable Object attachment() {
        return attachment;
    }

    /** Keeps something for this descriptor. */
    public void attachment(@Nullable Object newAttachment) {
        attachment = newAttachment;
    }

    /** What a read has set off, and waits for before it returns. */
    public void then(Work slowPart) {
        rest = slowPart;
    }

    /** The slow part of the read just done, if it has one. */
    @Nullable
    Work takeRest() {
        Work taken = rest;
        rest = null;
        return taken;
    }

    /** Runs {@code action} under the gate's lock when the descriptor is closed; replaces an earlier one. */
    public void onRelease(@Nullable Runnable action) {
        onRelease = action;
    }

    @Nullable
    Runnable onRelease() {
        return onRelease;
    }

    /** Event count at this descriptor's last read; −1 before any. */
    long seenEvents() {
        return seenEvents;
    }

    void seenEvents(long count) {
        seenEvents = count;
    }

    @Nullable
    SeqFile snapshot() {
        return snapshot;
    }

    void snapshot(@Nullable SeqFile text) {
        snapshot = text;
    }

    SeqRecords records() {
        return records;
    }

    long nextOffset() {
        return nextOffset;
    }

    void nextOffset(long offset) {
        nextOffset = offset;
    }
}
