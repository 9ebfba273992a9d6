package org.reclaimfs.kernfs;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;
import org.reclaimfs.abi.Units;

/**
 * Text in: the bytes of one write(2). As a kernel handler sees it, the text ends at the first NUL. Strings
 * hold one {@code char} a byte; {@link #utf8} is for names.
 */
public final class ControlInput {
    private final byte[] bytes;
    private final String text;

    /** Wraps the bytes of one write; the array is not copied. */
    public ControlInput(byte[] bytes) {
        this.bytes = bytes;
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        this.text = new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
    }

    /** The bytes of a text, for tests and scenario steps. */
    public static ControlInput of(String text) {
        return new ControlInput(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A copy of every byte, NULs included. */
    public byte[] raw() {
        return Arrays.copyOf(bytes, bytes.length);
    }

    /** Number of bytes written, NULs included: what a whole write returns. */
    public int length() {
        return bytes.length;
    }

    /** Up to the first NUL, nothing stripped. */
    public String text() {
        return text;
    }

    /** Up to the first NUL, without white space at both ends. */
    public String stripped() {
        return Numbers.strstrip(text);
    }

    /** {@link #stripped}, decoded as UTF-8. */
    public String utf8() {
        return new String(stripped().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** {@code kstrtou64(strstrip(buf), 0)}: unsigned, base by prefix; EINVAL, ERANGE. */
    public long u64() throws ErrnoException {
        return Numbers.kstrtoull(stripped(), 0);
    }

    /** {@code kstrtoint(strstrip(buf), 0)}, the way cgroup files read an int; EINVAL, ERANGE. */
    public int integer() throws ErrnoException {
        return Numbers.kstrtoint(stripped(), 0);
    }

    /**
     * An int that must lie in a range, cgroup manner.
     *
     * @param outside the errno for an int outside {@code low…high}
     */
    public int integer(int low, int high, Errno outside) throws ErrnoException {
        int value = integer();
        if (value < low || value > high) {
            throw new ErrnoException(outside, "expected " + low + " to " + high + ", got " + value);
        }
        return value;
    }

    /** {@code kstrtobool(buf)}, nothing stripped; EINVAL. */
    public boolean bool() throws ErrnoException {
        return Numbers.kstrtobool(text);
    }

    /** {@code sysfs_streq(buf, word)}. */
    public boolean is(String word) {
        return Numbers.sysfsStreq(text, word);
    }

    /** {@code memparse(strstrip(buf))} that must use all of it: unsigned bytes; empty is 0; EINVAL for a rest. */
    public long bytes() throws ErrnoException {
        String stripped = stripped();
        Numbers.Memparse parsed = Numbers.memparse(stripped, 0);
        if (parsed.end() != stripped.length()) {
            throw new ErrnoException(Errno.EINVAL, "expected a size, got '" + stripped + "'");
        }
        return parsed.value();
    }

    /** {@code memparse(buf)}, the rest ignored, nothing stripped: zram's disksize. Unsigned bytes. */
    public long leadingBytes() {
        return Numbers.memparse(text, 0).value();
    }

    /** {@code page_counter_memparse}: pages, {@code max} = {@link Units#PAGE_COUNTER_MAX}; EINVAL. */
    public long pagesOrMax() throws ErrnoException {
        return stripped().equals("max") ? Units.PAGE_COUNTER_MAX : Units.limitPages(bytes());
    }

    /** {@code max} = 2^31−1, or an int ≥ 0 (cgroup.max.*): EINVAL, ERANGE below 0. */
    public int intOrMax() throws ErrnoException {
        return stripped().equals("max") ? Integer.MAX_VALUE : integer(0, Integer.MAX_VALUE, Errno.ERANGE);
    }
}
