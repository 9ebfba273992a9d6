package org.reclaimfs.scenario;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Poll;
import org.reclaimfs.kernfs.Raw;
import org.reclaimfs.machine.Machine;

/**
 * /reclaimfs/trace: the events of trace.jsonl as they happen, without an end. Each descriptor begins with the oldest event
 * kept and reads at its own pace; who is too slow gets an event "lost" that says how many. A read waits if there is
 * nothing (EAGAIN with O_NONBLOCK) and takes what fits: lines may be cut, as in a pipe. Seeking changes nothing.
 */
final class TraceFile implements Raw<Machine>, Poll<Machine> {
    private static final byte[] NONE = {};

    /** Where one descriptor stands: the next event, and what is left of the line before it. */
    private static final class Position {
        long seq;
        byte[] line = NONE;
        int at;
    }

    private final EventRing ring;

    TraceFile(EventRing ring) {
        this.ring = ring;
    }

    private static Position position(OpenFile file) {
        if (file.attachment() instanceof Position known) {
            return known;
        }
        Position position = new Position();
        file.attachment(position);
        return position;
    }

    @Override
    public int read(Machine machine, OpenFile file, long offset, byte[] target, int length) throws ErrnoException {
        Position from = position(file);
        int count = 0;
        while (count < length && more(from, machine)) {
            int n = Math.min(length - count, from.line.length - from.at);
            System.arraycopy(from.line, from.at, target, count, n);
            from.at += n;
            count += n;
        }
        if (count == 0 && file.nonBlocking()) {
            throw new ErrnoException(Errno.EAGAIN, "no new event");
        }
        return count == 0 ? WAIT : count;
    }

    /** Whether there is something to read, which is then in the position's line. */
    private boolean more(Position from, Machine machine) {
        if (from.at < from.line.length) {
            return true;
        }
        long lost = ring.firstSeq() - from.seq;
        if (lost > 0) {
            Map<String, Object> event = TraceEvent.of(machine.nowNs(), "lost");
            event.put("events", lost);
            from.seq += lost;
            from.line = bytes(event);
        } else if (from.seq < ring.nextSeq()) {
            from.line = bytes(ring.get(from.seq++));
        } else {
            return false;
        }
        from.at = 0;
        return true;
    }

    private static byte[] bytes(Map<String, Object> event) {
        return (Json.line(event) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public int poll(Machine machine, OpenFile file, boolean consume) {
        Position from = position(file);
        return from.at < from.line.length || from.seq < ring.nextSeq() ? OpenFile.POLL_READABLE : 0;
    }

    @Override
    public long sizeBytes(Machine machine) {
        return 0;
    }

    // ---- it is read through an open file, and read only ----

    @Override
    public int read(Machine machine, long offset, byte[] target, int length) {
        throw new IllegalStateException("trace is read through an open file");
    }

    @Override
    public int write(Machine machine, long offset, byte[] source, int length) throws ErrnoException {
        throw new ErrnoException(Errno.EBADF, "trace is only read");
    }

    @Override
    public void discard(Machine machine, long offset, long length) throws ErrnoException {
        throw new ErrnoException(Errno.EOPNOTSUPP, "a stream has no holes");
    }
}
