package org.reclaimfs.kernfs;

import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;

/** A read of a {@link Raw} file that may have to wait for something to read. Runs under the gate's lock. */
final class RawRead<T> implements Work {
    private final OpenFile file;
    private final FileSet<T> set;
    private final long offset;
    private final byte[] bytes;
    private int count;
    private boolean interrupted;

    RawRead(OpenFile file, FileSet<T> set, long offset, byte[] bytes) {
        this.file = file;
        this.set = set;
        this.offset = offset;
        this.bytes = bytes;
    }

    /** Bytes read, or {@link Raw#WAIT}. */
    int attempt() throws ErrnoException {
        Raw<? super T> raw = set.table().rows().get(file.ref().index()).raw();
        count = raw == null ? 0 : raw.read(set.subject(), file, offset, bytes, bytes.length);
        return count;
    }

    int count() {
        return count;
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public long slice(long nowNs) throws ErrnoException {
        if (attempt() != Raw.WAIT) {
            return FINISHED;
        }
        if (interrupted) {
            throw new ErrnoException(Errno.EINTR, "interrupted before anything was there to read");
        }
        return IDLE;
    }

    @Override
    public void signal() {
        interrupted = true;
    }
}
