package org.reclaimfs.devfs;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Poll;
import org.reclaimfs.kernfs.Raw;
import org.reclaimfs.klog.Klog;
import org.reclaimfs.klog.Level;
import org.reclaimfs.klog.RateLimit;
import org.reclaimfs.machine.Machine;

/** /dev/kmsg: each read is one record, each write makes one (devkmsg_read, devkmsg_write, devkmsg_poll; 7.2). */
final class KmsgFile implements Raw<Machine>, Poll<Machine> {
    /** The size that stat(2) tells, and so where SEEK_END leads: more than anybody ever reads. */
    static final long END = 1L << 40;

    /** PRINTKRB_RECORD_MAX: bytes of one write. */
    private static final int WRITE_BYTES = 1024;

    /** Where one open file stands. */
    private static final class Position {
        long seq;
        long offset;
        /** printk.devkmsg=ratelimit. What it suppressed is not told at close, as the kernel does: no name is known. */
        final RateLimit writes = new RateLimit("devkmsg_write");
    }

    @Override
    public long sizeBytes(Machine machine) {
        return END;
    }

    private static Position position(Machine machine, OpenFile file) {
        if (file.attachment() instanceof Position known) {
            return known;
        }
        Position position = new Position();
        position.seq = machine.klog().firstSeq();
        file.attachment(position);
        return position;
    }

    // ---- reading ----

    @Override
    public int read(Machine machine, OpenFile file, long offset, byte[] target, int length) throws ErrnoException {
        Klog log = machine.klog();
        Position at = position(machine, file);
        seek(log, at, offset);
        if (at.seq < log.firstSeq()) {
            at.seq = log.firstSeq();
            throw new ErrnoException(Errno.EPIPE, "the next record was overwritten");
        }
        Klog.Entry entry = log.get(at.seq);
        if (entry == null) {
            if (file.nonBlocking()) {
                throw new ErrnoException(Errno.EAGAIN, "no new record");
            }
            return WAIT;
        }
        byte[] line = line(entry).getBytes(StandardCharsets.US_ASCII);
        at.seq++;
        if (line.length > length) {
            throw new ErrnoException(Errno.EINVAL, "a record of " + line.length + " bytes does not fit");
        }
        System.arraycopy(line, 0, target, 0, line.length);
        at.offset = offset + line.length;
        return line.length;
    }

    /** What lseek(2) did shows in the offset; see the package note. */
    private static void seek(Klog log, Position at, long offset) {
        if (offset != at.offset) {
            if (offset == 0) {
                at.seq = log.firstSeq();
            } else if (offset == END) {
                at.seq = log.nextSeq();
            }
            at.offset = offset;
        }
    }

    /** A record as read: prefix, text with everything unprintable escaped, newline. */
    static String line(Klog.Entry entry) {
        StringBuilder out = new StringBuilder();
        out.append(entry.priority()).append(',').append(entry.seq()).append(',');
        out.append(entry.atNs() / 1000).append(",-;");
        for (byte b : entry.text().getBytes(StandardCharsets.UTF_8)) {
            int c = b & 0xff;
            if (c < ' ' || c >= 0x7f || c == '\\') {
                out.append(String.format(Locale.ROOT, "\\x%02x", c));
            } else {
                out.append((char) c);
            }
        }
        return out.append('\n').toString();
    }

    @Override
    public int poll(Machine machine, OpenFile file, boolean consume) {
        Klog log = machine.klog();
        long seq = file.attachment() instanceof Position at ? at.seq : log.firstSeq();
        if (seq < log.firstSeq()) {
            return OpenFile.POLL_READABLE | OpenFile.POLLERR | OpenFile.POLLPRI;
        }
        return seq < log.nextSeq() ? OpenFile.POLL_READABLE : 0;
    }

    // ---- writing ----

    @Override
    public int write(Machine machine, OpenFile file, long offset, byte[] source, int length) throws ErrnoException {
        if (length > WRITE_BYTES) {
            throw new ErrnoException(Errno.EINVAL, "a record has at most " + WRITE_BYTES + " bytes");
        }
        if (!position(machine, file).writes.allows(machine.klog(), machine.nowNs())) {
            return length;
        }
        String text = new String(source, 0, length, StandardCharsets.UTF_8);
        int facility = Klog.USER;
        int level = Level.WARNING.ordinal();
        int priority = prefix(text);
        if (priority >= 0) {
            level = priority & 7;
            facility = priority >> 3 == 0 ? facility : priority >> 3;
            text = text.substring(text.indexOf('>') + 1);
        }
        machine.klog().print(machine.nowNs(), facility, Level.values()[level], text);
        return length;
    }

    /** The number of a leading "&lt;N&gt;"; -1 if there is none. */
    private static int prefix(String text) {
        int end = text.indexOf('>');
        if (end < 2 || text.charAt(0) != '<') {
            return -1;
        }
        String digits = text.substring(1, end);
        if (!digits.chars().allMatch(c -> c >= '0' && c <= '9') || digits.length() > 8) {
            return -1;
        }
        return Integer.parseInt(digits);
    }

    // ---- without an open file there is no position ----

    @Override
    public int read(Machine machine, long offset, byte[] target, int length) {
        throw new IllegalStateException("kmsg is read through an open file");
    }

    @Override
    public int write(Machine machine, long offset, byte[] source, int length) {
        throw new IllegalStateException("kmsg is written through an open file");
    }

    @Override
    public void discard(Machine machine, long offset, long length) throws ErrnoException {
        throw new ErrnoException(Errno.EOPNOTSUPP, "a log has no holes");
    }
}
