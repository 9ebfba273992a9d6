package org.reclaimfs.klog;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The ring buffer of printk: a new record drives out the oldest ones when text or record numbers run out. It has no
 * clock: the printer says what time it is. NOT thread safe.
 */
public final class Klog {
    /** CONFIG_LOG_BUF_SHIFT 18: bytes of text. */
    static final int TEXT_BYTES = 1 << 18;
    /** prb descriptors for that many bytes: one for each 32. */
    static final int RECORDS = 1 << 13;

    /** LOG_KERN, what the kernel prints itself. */
    public static final int KERNEL = 0;
    /** LOG_USER, what is written to /dev/kmsg without another facility. */
    public static final int USER = 1;

    /**
     * One record.
     *
     * @param seq its number since boot
     * @param atNs time since boot
     * @param text without the final newline; several lines may make one record
     */
    public record Entry(long seq, long atNs, int facility, Level level, String text) {
        /** As syslog(3) counts: facility * 8 + level. */
        public int priority() {
            return facility << 3 | level.ordinal();
        }
    }

    private final @Nullable Entry[] ring = new Entry[RECORDS];
    private long firstSeq;
    private long nextSeq;
    private long textBytes;
    private Consumer<Entry> listener = entry -> {};

    /** From now on {@code listener} is told of every record as it is printed; it must not print. */
    public void listen(Consumer<Entry> listener) {
        this.listener = listener;
    }

    public void alert(long nowNs, String text) {
        print(nowNs, Level.ALERT, text);
    }

    public void err(long nowNs, String text) {
        print(nowNs, Level.ERR, text);
    }

    public void warn(long nowNs, String text) {
        print(nowNs, Level.WARNING, text);
    }

    public void info(long nowNs, String text) {
        print(nowNs, Level.INFO, text);
    }

    public void print(long nowNs, Level level, String text) {
        print(nowNs, KERNEL, level, text);
    }

    /** Adds a record. */
    public void print(long nowNs, int facility, Level level, String text) {
        String line = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        while (nextSeq - firstSeq == RECORDS || firstSeq < nextSeq && textBytes + line.length() > TEXT_BYTES) {
            dropFirst();
        }
        Entry entry = new Entry(nextSeq, nowNs, facility, level, line);
        ring[slot(nextSeq)] = entry;
        textBytes += line.length();
        nextSeq++;
        listener.accept(entry);
    }

    private void dropFirst() {
        Entry first = get(firstSeq);
        textBytes -= first == null ? 0 : first.text().length();
        ring[slot(firstSeq)] = null;
        firstSeq++;
    }

    /** The oldest record still there, or {@link #nextSeq} if there is none. */
    public long firstSeq() {
        return firstSeq;
    }

    /** The number the next record will have. */
    public long nextSeq() {
        return nextSeq;
    }

    /** The record of that number; null if it was driven out or is yet to come. */
    public @Nullable Entry get(long seq) {
        return seq < firstSeq || seq >= nextSeq ? null : ring[slot(seq)];
    }

    private static int slot(long seq) {
        return (int) (seq & RECORDS - 1);
    }
}
