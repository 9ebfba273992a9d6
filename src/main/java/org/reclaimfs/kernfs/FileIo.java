package org.reclaimfs.kernfs;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;

/** read, write and poll of open files: the rules of fs/kernfs/file.c, fs/seq_file.c and their kin. */
final class FileIo {
    private static final int POOLED = 64;
    private static final int POOLED_BYTES = 64 << 10;

    private final Gate gate;
    private final ArrayDeque<SeqFile> pool = new ArrayDeque<>(); // GUARDED_BY(pool)

    FileIo(Gate gate) {
        this.gate = gate;
    }

    int read(OpenFile file, long offset, int size, Sink sink, Signal signal) throws ErrnoException {
        FileRef ref = file.ref();
        checkAlive(file);
        if (ref.spec().raw() != null) {
            return readRaw(file, ref.set(), offset, size, sink, signal);
        }
        if (ref.spec().show() == null) {
            throw new ErrnoException(ref.kind().noHandlerErrno(), ref.spec().name() + " has no read handler");
        }
        if (offset != 0 && ref.kind() == FsKind.PROC_SYS) {
            return 0; // proc_dointvec and kin answer only the first read
        }
        synchronized (file) {
            if (ref.spec().records()) {
                return readRecords(file, offset, size, sink);
            }
            SeqFile text = file.snapshot();
            if (offset == 0 || text == null || offset != file.nextOffset()) {
                text = render(ref.set(), ref.index(), file);
                Work rest = file.takeRest();
                if (rest != null) {
                    gate.drive(rest, signal);
                }
            }
            if (offset >= text.length()) {
                file.nextOffset(offset);
                return 0;
            }
            int from = (int) offset;
            int count = Math.min(size, text.length() - from);
            file.nextOffset(offset + count);
            text.copyTo(sink, from, count);
            return count;
        }
    }

    private int readRecords(OpenFile file, long offset, int size, Sink sink) throws ErrnoException {
        FileRef ref = file.ref();
        if (offset == 0) {
            file.records().rewind();
        } else if (offset != file.nextOffset()) {
            file.records().seek(render(ref.set(), ref.index(), file), offset);
        }
        int count = file.records().read(size, sink, () -> render(ref.set(), ref.index(), file));
        file.nextOffset(offset + count);
        return count;
    }

    private <T> SeqFile render(FileSet<T> set, int index, OpenFile file) throws ErrnoException {
        SeqFile old = file.snapshot();
        SeqFile text = old == null ? take() : old.clear();
        file.snapshot(null); // a failed read leaves nothing to continue
        FileSpec<T> spec = set.table().rows().get(index);
        if (spec.readChanges()) {
            Lock lock = gate.lock();
            lock.lock();
            try {
                gate.enter();
                show(set.subject(), spec, text, file);
            } finally {
                lock.unlock();
            }
        } else {
            gate.beginLook();
            try {
                show(set.subject(), spec, text, file);
            } finally {
                gate.endLook();
            }
        }
        file.snapshot(text);
        return text;
    }

    private static <T> void show(T subject, FileSpec<T> spec, SeqFile text, OpenFile file) throws ErrnoException {
        checkAlive(file); // it may have gone while we waited
        // Outside kernfs a poll takes note of what happened, a read does not (swaps_poll).
        if (file.ref().kind().pollsUntilRead()) {
            file.seenEvents(spec.eventCount() == null ? 0 : spec.eventCount().applyAsLong(subject));
        }
        Show<? super T> show = spec.show();
        if (show != null) {
            show.show(subject, text, file);
        }
    }

    private <T> int readRaw(OpenFile file, FileSet<T> set, long offset, int size, Sink sink, Signal signal)
            throws ErrnoException {
        RawRead<T> read = new RawRead<>(file, set, offset, new byte[size]);
        int count;
        Lock lock = gate.lock();
        lock.lock();
        try {
            gate.enter();
            count = read.attempt();
        } finally {
            lock.unlock();
        }
        if (count == Raw.WAIT) {
            gate.drive(read, signal);
            count = read.count();
        }
        sink.put(read.bytes(), 0, count);
        return count;
    }

    int write(OpenFile file, byte[] bytes, long offset, Signal signal) throws ErrnoException {
        FileRef ref = file.ref();
        checkAlive(file);
        if (bytes.length == 0) {
            return 0;
        }
        if (ref.spec().raw() != null) {
            return writeRaw(file, ref.set(), ref.index(), offset, bytes);
        }
        FsKind kind = ref.kind();
        if (kind == FsKind.CGROUP && bytes.length > kind.writeLimitBytes()) {
            throw new ErrnoException(Errno.E2BIG, "one write takes at most 4096 bytes");
        }
        if (ref.spec().store() == null) {
            throw new ErrnoException(kind.noHandlerErrno(), ref.spec().name() + " has no write handler");
        }
        if (kind == FsKind.PROC_SYS && offset != 0) {
            return bytes.length; // sysctl_writes_strict: ignored, and said to be taken
        }
        byte[] taken = bytes.length > kind.writeLimitBytes() ? Arrays.copyOf(bytes, kind.writeLimitBytes()) : bytes;
        Work work = store(ref.set(), ref.index(), new ControlInput(taken), file);
        if (work instanceof Work.Done done) {
            return done.bytes() < 0 ? taken.length : done.bytes();
        }
        gate.drive(work, signal);
        return taken.length;
    }

    private <T> Work store(FileSet<T> set, int index, ControlInput in, OpenFile file) throws ErrnoException {
        Store<? super T> store = set.table().rows().get(index).store();
        Lock lock = gate.lock();
        lock.lock();
        try {
            gate.enter();
            checkAlive(file);
            return store == null ? Work.DONE : store.store(set.subject(), in, file);
        } finally {
            lock.unlock();
        }
    }

    private <T> int writeRaw(OpenFile file, FileSet<T> set, int index, long offset, byte[] bytes)
            throws ErrnoException {
        Raw<? super T> raw = set.table().rows().get(index).raw();
        int most = raw == null ? 0 : raw.writeSliceBytes();
        if (raw == null || bytes.length <= most) {
            return raw == null ? 0 : writeSlice(file, set, raw, offset, bytes);
        }
        int done = 0;
        while (done < bytes.length) {
            byte[] slice = Arrays.copyOfRange(bytes, done, Math.min(bytes.length, done + most));
            int count;
            try {
                count = writeSlice(file, set, raw, offset + done, slice);
            } catch (ErrnoException e) {
                if (done == 0) {
                    throw e;
                }
                return done; // the next write gets the errno
            }
            done += count;
            if (count < slice.length) {
                break;
            }
        }
        return done;
    }

    private <T> int writeSlice(OpenFile file, FileSet<T> set, Raw<? super T> raw, long offset, byte[] slice)
            throws ErrnoException {
        Lock lock = gate.lock();
        lock.lock();
        try {
            gate.enter();
            checkAlive(file);
            return raw.write(set.subject(), file, offset, slice, slice.length);
        } finally {
            lock.unlock();
        }
    }

    <T> void discard(FileSet<T> set, int index, long offset, long length) throws ErrnoException {
        Raw<? super T> raw = set.table().rows().get(index).raw();
        if (raw == null) {
            throw new ErrnoException(Errno.EOPNOTSUPP, "only a device's backing file takes fallocate");
        }
        Lock lock = gate.lock();
        lock.lock();
        try {
            gate.enter();
            raw.discard(set.subject(), offset, length);
        } finally {
            lock.unlock();
        }
    }

    <T> long rawSizeBytes(FileSet<T> set, Raw<? super T> raw) {
        gate.beginLook();
        try {
            return raw.sizeBytes(set.subject());
        } finally {
            gate.endLook();
        }
    }

    int poll(OpenFile file, boolean consume) {
        Lock lock = gate.lock();
        lock.lock();
        try {
            gate.enter();
            return pollLocked(file.ref().set(), file.ref().index(), file, consume);
        } finally {
            lock.unlock();
        }
    }

    private <T> int pollLocked(FileSet<T> set, int index, OpenFile file, boolean consume) {
        int event = OpenFile.POLL_DEFAULT | OpenFile.POLLERR | OpenFile.POLLPRI;
        if (file.cutOff()) {
            return event;
        }
        FileSpec<T> spec = set.table().rows().get(index);
        if (spec.poll() != null) {
            return spec.poll().poll(set.subject(), file, consume);
        }
        boolean kernfs = file.ref().kind().pollsUntilRead();
        if (spec.eventCount() == null && !kernfs) {
            return OpenFile.POLL_DEFAULT;
        }
        long count = spec.eventCount() == null ? 0 : spec.eventCount().applyAsLong(set.subject());
        if (count == file.seenEvents()) {
            return OpenFile.POLL_DEFAULT;
        }
        if (!kernfs && consume) { // swaps_poll and kin: the poll itself takes note
            file.seenEvents(count);
        }
        return event;
    }

    <T> long notifications(FileSet<T> set, int index) {
        FileSpec<T> spec = set.table().rows().get(index);
        gate.beginLook();
        try {
            return spec.eventCount() == null ? 0 : spec.eventCount().applyAsLong(set.subject());
        } finally {
            gate.endLook();
        }
    }

    /** Outside kernfs an open file starts with the events so far as seen; what a file of bytes throws refuses the open. */
    <T> void opened(FileSet<T> set, int index, OpenFile file) throws ErrnoException {
        FileSpec<T> spec = set.table().rows().get(index);
        boolean counts = spec.eventCount() != null && !file.ref().kind().pollsUntilRead();
        if (!counts && spec.raw() == null) {
            return;
        }
        gate.beginLook();
        try {
            if (spec.eventCount() != null && counts) {
                file.seenEvents(spec.eventCount().applyAsLong(set.subject()));
            }
            if (spec.raw() != null) {
                spec.raw().opened(set.subject(), file);
            }
        } finally {
            gate.endLook();
        }
    }

    void release(OpenFile file) {
        Runnable action = file.onRelease();
        if (action != null) {
            Lock lock = gate.lock();
            lock.lock();
            try {
                gate.enter();
                action.run();
            } finally {
                lock.unlock();
            }
        }
        synchronized (file) {
            SeqFile text = file.snapshot();
            file.snapshot(null);
            giveBack(text);
        }
    }

    private SeqFile take() {
        synchronized (pool) {
            SeqFile text = pool.pollLast();
            return text == null ? new SeqFile() : text.clear();
        }
    }

    private void giveBack(@Nullable SeqFile text) {
        if (text == null || text.capacity() > POOLED_BYTES) {
            return;
        }
        synchronized (pool) {
            if (pool.size() < POOLED) {
                pool.addLast(text);
            }
        }
    }

    private static void checkAlive(OpenFile file) throws ErrnoException {
        if (file.cutOff()) {
            throw new ErrnoException(Errno.ENODEV, file.ref().spec().name() + " was removed");
        }
    }
}
