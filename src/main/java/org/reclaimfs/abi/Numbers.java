package org.reclaimfs.abi;

import static org.reclaimfs.abi.Errno.EINVAL;
import static org.reclaimfs.abi.Errno.ERANGE;

/**
 * The kernel's number grammars, one method a kernel function. Text holds one {@code char} a byte
 * (ISO 8859-1), already cut at the first NUL. Unsigned 64-bit values travel in a {@code long}.
 */
public final class Numbers {
    private static final long U32_MAX = 0xffff_ffffL;

    private Numbers() {}

    /**
     * Where {@link #memparse} stopped.
     *
     * @param value unsigned bytes, saturated at 2^64−1
     * @param end index of the first character not used
     */
    public record Memparse(long value, int end) {}

    /** One scan of digits: lib/kstrtox.c _parse_integer with its radix fix-up. */
    private record Digits(long value, int end, boolean none, boolean overflow) {}

    /** The kernel's {@code isspace}: blank, \t \n \v \f \r, and byte 0xA0 (lib/ctype.c). */
    public static boolean isSpace(int c) {
        return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0;
    }

    /** {@code strstrip}: without white space at both ends. */
    public static String strstrip(String text) {
        int from = 0;
        int to = text.length();
        while (to > 0 && isSpace(text.charAt(to - 1))) {
            to--;
        }
        while (from < to && isSpace(text.charAt(from))) {
            from++;
        }
        return text.substring(from, to);
    }

    /** {@code sysfs_streq}: equal, allowing one extra newline at the end of either side. */
    public static boolean sysfsStreq(String a, String b) {
        return a.equals(b)
                || (a.length() == b.length() + 1 && a.endsWith("\n") && a.startsWith(b))
                || (b.length() == a.length() + 1 && b.endsWith("\n") && b.startsWith(a));
    }

    /**
     * {@code kstrtoull}: unsigned 64 bits.
     *
     * @param base 0 (by prefix), 8, 10 or 16
     * @throws ErrnoException EINVAL for no digits, white space, a sign {@code -} or junk; ERANGE
     */
    public static long kstrtoull(String text, int base) throws ErrnoException {
        return unsigned(text, text.startsWith("+") ? 1 : 0, base);
    }

    /** {@code kstrtoul}: the same as {@link #kstrtoull} on x86-64. */
    public static long kstrtoul(String text, int base) throws ErrnoException {
        return kstrtoull(text, base);
    }

    /**
     * {@code kstrtoll}: signed 64 bits.
     *
     * @throws ErrnoException EINVAL, ERANGE
     */
    public static long kstrtoll(String text, int base) throws ErrnoException {
        if (text.startsWith("-")) {
            long negated = -unsigned(text, 1, base);
            return inRange(text, negated <= 0, negated);
        }
        long value = kstrtoull(text, base);
        return inRange(text, value >= 0, value);
    }

    /** {@code kstrtol}: the same as {@link #kstrtoll} on x86-64. */
    public static long kstrtol(String text, int base) throws ErrnoException {
        return kstrtoll(text, base);
    }

    /** {@code kstrtoint}: 32 bits, signed; EINVAL, ERANGE. */
    public static int kstrtoint(String text, int base) throws ErrnoException {
        long value = kstrtoll(text, base);
        return (int) inRange(text, value == (int) value, value);
    }

    /** {@code kstrtouint}: 32 bits, unsigned, so 0…2^32−1; EINVAL, ERANGE. */
    public static long kstrtouint(String text, int base) throws ErrnoException {
        long value = kstrtoull(text, base);
        return inRange(text, Long.compareUnsigned(value, U32_MAX) <= 0, value);
    }

    /** {@code kstrtou16}: 0…65535; EINVAL, ERANGE. */
    public static int kstrtou16(String text, int base) throws ErrnoException {
        long value = kstrtoull(text, base);
        return (int) inRange(text, Long.compareUnsigned(value, 0xffff) <= 0, value);
    }

    /** {@code kstrtobool}: decides on the first one or two characters, so {@code nonsense} is false; EINVAL. */
    public static boolean kstrtobool(String text) throws ErrnoException {
        int first = text.isEmpty() ? 0 : text.charAt(0);
        switch (first) {
            case 'y', 'Y', 't', 'T', 'e', 'E', '1':
                return true;
            case 'n', 'N', 'f', 'F', 'd', 'D', '0':
                return false;
            case 'o', 'O':
                int second = text.length() < 2 ? 0 : text.charAt(1) | 0x20;
                if (second == 'n' || second == 'f') {
                    return second == 'n';
                }
                throw invalid(text);
            default:
                throw invalid(text);
        }
    }

    /**
     * {@code memparse}: digits in base 0 and at most one suffix K M G T P E. Never fails: without
     * digits the value is 0 and nothing is used; too much is 2^64−1.
     *
     * @param from index of the first character to look at
     */
    public static Memparse memparse(String text, int from) {
        Digits digits = digits(text, from, 0);
        if (digits.none()) {
            return new Memparse(0, from);
        }
        int shift = digits.end() < text.length() ? suffixShift(text.charAt(digits.end())) : 0;
        int end = shift == 0 ? digits.end() : digits.end() + 1;
        long shifted = digits.value() << shift;
        boolean saturated = digits.overflow() || shifted >>> shift != digits.value();
        return new Memparse(saturated ? -1L : shifted, end);
    }

    /**
     * The {@code %d} of {@code match_token} with {@code match_int}: optional {@code -}, base 0, the
     * whole token.
     *
     * @param text what stands where {@code %d} does
     * @throws ErrnoException EINVAL for anything else, and beyond 32 bits or 23 characters
     */
    public static int matchInt(String text) throws ErrnoException {
        int start = text.startsWith("-") ? 1 : 0;
        Digits digits = digits(text, start, 0);
        boolean fits = !digits.none() && digits.end() == text.length() && !digits.overflow() && text.length() <= 23;
        long value = start == 1 ? -digits.value() : digits.value();
        if (!fits || digits.value() < 0 || value != (int) value) {
            throw invalid(text);
        }
        return (int) value;
    }

    private static int suffixShift(char suffix) {
        return switch (suffix) {
            case 'K', 'k' -> 10;
            case 'M', 'm' -> 20;
            case 'G', 'g' -> 30;
            case 'T', 't' -> 40;
            case 'P', 'p' -> 50;
            case 'E', 'e' -> 60;
            default -> 0;
        };
    }

    private static long unsigned(String text, int from, int base) throws ErrnoException {
        Digits digits = digits(text, from, base);
        if (digits.overflow()) { // before the junk check: _kstrtoull answers in this order
            throw outOfRange(text);
        }
        int end = digits.end();
        if (end < text.length() && text.charAt(end) == '\n') {
            end++;
        }
        if (digits.none() || end != text.length()) {
            throw invalid(text);
        }
        return digits.value();
    }

    private static Digits digits(String text, int from, int base) {
        int at = from;
        int radix = base;
        boolean hexPrefix = at + 1 < text.length() && text.charAt(at) == '0' && (text.charAt(at + 1) | 0x20) == 'x';
        if (radix == 0) {
            boolean hex = hexPrefix && at + 2 < text.length() && digit(text.charAt(at + 2)) < 16;
            boolean zero = at < text.length() && text.charAt(at) == '0';
            radix = hex ? 16 : zero ? 8 : 10;
        }
        if (radix == 16 && hexPrefix) {
            at += 2;
        }
        int first = at;
        long value = 0;
        boolean overflow = false;
        for (; at < text.length() && digit(text.charAt(at)) < radix; at++) {
            int digit = digit(text.charAt(at));
            overflow |= Long.compareUnsigned(value, Long.divideUnsigned(-1L - digit, radix)) > 0;
            value = value * radix + digit;
        }
        return new Digits(value, at, at == first, overflow);
    }

    private static int digit(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        int lower = c | 0x20;
        return lower >= 'a' && lower <= 'f' && c < 0x80 ? lower - 'a' + 10 : 99;
    }

    private static long inRange(String text, boolean fits, long value) throws ErrnoException {
        if (!fits) {
            throw outOfRange(text);
        }
        return value;
    }

    private static ErrnoException invalid(String text) {
        return new ErrnoException(EINVAL, "not a number this file takes: '" + text + "'");
    }

    private static ErrnoException outOfRange(String text) {
        return new ErrnoException(ERANGE, "out of range: '" + text + "'");
    }
}
