package org.reclaimfs.kernfs;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Text out: a growing byte buffer with the kernel's number formats (seq_file). Every method returns this.
 * Numbers are printed without allocating. NOT thread safe; used under one {@link OpenFile}'s monitor.
 */
public final class SeqFile {
    private static final int START_BYTES = 4096;
    private static final long[] POWERS_OF_TEN = new long[19];

    static {
        long power = 1;
        for (int i = 0; i < POWERS_OF_TEN.length; i++, power *= 10) {
            POWERS_OF_TEN[i] = power;
        }
    }

    private byte[] bytes = new byte[START_BYTES];
    private int length;
    private int[] recordEnds = {};
    private int records;

    /** Bytes written so far. */
    public int length() {
        return length;
    }

    /** Forgets the text, keeps the memory. */
    public SeqFile clear() {
        length = 0;
        records = 0;
        return this;
    }

    /** {@code seq_puts}; characters beyond ASCII go out as UTF-8. */
    public SeqFile text(String text) {
        int count = text.length();
        reserve(count);
        for (int i = 0; i < count; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                return raw(text.substring(i).getBytes(StandardCharsets.UTF_8));
            }
            bytes[length++] = (byte) c;
        }
        return this;
    }

    /** {@code seq_write}: the bytes as they are. */
    public SeqFile raw(byte[] source) {
        reserve(source.length);
        System.arraycopy(source, 0, bytes, length, source.length);
        length += source.length;
        return this;
    }

    /** {@code seq_putc}; one byte. */
    public SeqFile ch(char c) {
        reserve(1);
        bytes[length++] = (byte) c;
        return this;
    }

    /** One blank. */
    public SeqFile space() {
        return ch(' ');
    }

    /** End of a line. */
    public SeqFile newline() {
        return ch('\n');
    }

    /** {@code %lld}. */
    public SeqFile num(long value) {
        return value < 0 ? ch('-').unsigned(-value) : unsigned(value);
    }

    /** {@code %llu}. */
    public SeqFile unsigned(long value) {
        return digits(value, digitCount(value));
    }

    /** {@code %*llu}: unsigned, right-aligned in {@code width} columns, blanks in front. */
    public SeqFile padded(long value, int width) {
        return fill(' ', width - digitCount(value)).unsigned(value);
    }

    /** {@code %0*llu}: unsigned, zeros in front. */
    public SeqFile zeroPadded(long value, int width) {
        return fill('0', width - digitCount(value)).unsigned(value);
    }

    /** {@code %llx}. */
    public SeqFile hex(long value) {
        return text(Long.toHexString(value));
    }

    /** {@code %*s}: text right-aligned in {@code width} columns. */
    public SeqFile padded(String text, int width) {
        return fill(' ', width - text.length()).text(text);
    }

    /** {@code %-*s}: text left-aligned in {@code width} columns. */
    public SeqFile leftAligned(String text, int width) {
        return text(text).fill(' ', width - text.length());
    }

    /** {@code %lu.%02lu}: a number given in hundredths, as PSI averages and load averages are printed. */
    public SeqFile hundredths(long hundredths) {
        return unsigned(hundredths / 100).ch('.').zeroPadded(hundredths % 100, 2);
    }

    /** A flat keyed line: {@code key %llu\n}. */
    public SeqFile flat(String key, long value) {
        return text(key).ch(' ').unsigned(value).ch('\n');
    }

    /**
     * A line of /proc/meminfo: the label, then KiB right-aligned in the rest of 24 columns, at least 8
     * (show_val_kb).
     *
     * @param label with its colon, such as {@code MemTotal:}
     */
    public SeqFile kB(String label, long kib) {
        return leftAligned(label, 16).padded(kib, 8).text(" kB\n");
    }

    /** Blanks up to {@code column} bytes of the current line ({@code seq_setwidth}/{@code seq_pad}). */
    public SeqFile padToColumn(int column) {
        int lineStart = length;
        while (lineStart > 0 && bytes[lineStart - 1] != '\n') {
            lineStart--;
        }
        return fill(' ', column - (length - lineStart));
    }

    /** {@code count} times one byte; nothing when it is not positive. */
    public SeqFile fill(char c, int count) {
        if (count > 0) {
            reserve(count);
            Arrays.fill(bytes, length, length + count, (byte) c);
            length += count;
        }
        return this;
    }

    /** The text as UTF-8 would read it. */
    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    /** Hands a part of the text on, without copying it first. */
    void copyTo(Sink sink, int from, int count) {
        sink.put(bytes, from, count);
    }

    /** A record of a multi-record file ends here. A file that marks none has one on each line. */
    public SeqFile endRecord() {
        if (records == recordEnds.length) {
            recordEnds = Arrays.copyOf(recordEnds, Math.max(16, 2 * records));
        }
        recordEnds[records++] = length;
        return this;
    }

    /** Index behind the record that begins at {@code from}, which is within the text. */
    int recordEnd(int from) {
        for (int i = 0; i < records; i++) {
            if (recordEnds[i] > from) {
                return recordEnds[i];
            }
        }
        int end = records > 0 ? length : from + 1;
        while (end < length && bytes[end - 1] != '\n') {
            end++;
        }
        return end;
    }

    /** Index of the first byte of a record, counted from 0; the text's length if there are not so many. */
    int recordStart(int record) {
        int from = 0;
        for (int i = 0; i < record && from < length; i++) {
            from = recordEnd(from);
        }
        return from;
    }

    /** A copy of a part. */
    byte[] bytes(int from, int to) {
        return Arrays.copyOfRange(bytes, from, to);
    }

    /** Bytes of memory held, for the pool's judgement. */
    int capacity() {
        return bytes.length;
    }

    private SeqFile digits(long value, int count) {
        reserve(count);
        int at = length + count;
        length = at;
        long rest = value;
        if (rest < 0) { // unsigned above 2^63: one slow step makes it positive
            long quotient = Long.divideUnsigned(rest, 10);
            bytes[--at] = (byte) ('0' + (int) (rest - quotient * 10));
            rest = quotient;
        }
        do {
            long quotient = rest / 10;
            bytes[--at] = (byte) ('0' + (int) (rest - quotient * 10));
            rest = quotient;
        } while (rest != 0);
        return this;
    }

    private static int digitCount(long value) {
        if (value < 0) {
            return Long.compareUnsigned(value, -8446744073709551616L) >= 0 ? 20 : 19;
        }
        int count = 1;
        while (count < POWERS_OF_TEN.length && value >= POWERS_OF_TEN[count]) {
            count++;
        }
        return count;
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
