package org.reclaimfs.procfs;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;
import org.reclaimfs.kernfs.ControlInput;

/**
 * What a sysctl write holds: numbers with white space between them (kernel/sysctl.c do_proc_dointvec, proc_get_long,
 * 7.2).
 *
 * @param numbers those read before the end, the wanted count or the first error
 * @param failed a number could not be read
 * @param consumedBytes up to and including the white space behind the last number; what write(2) returns
 */
record SysctlText(List<Signed> numbers, boolean failed, int consumedBytes) {
    /** More characters than this are no number, whatever they say (TMPBUFLEN). */
    private static final int MAX_CHARS = 21;

    private static final String SEPARATORS = " \t\n";

    /**
     * A number of up to 64 bits with its sign.
     *
     * @param magnitude unsigned
     */
    record Signed(boolean negative, long magnitude) {
        /** As a signed number that fits in an int's range, or beyond it (saturated). */
        long clamped() {
            boolean huge = magnitude < 0 || magnitude > 1L << 32;
            long bounded = huge ? 1L << 32 : magnitude;
            return negative ? -bounded : bounded;
        }
    }

    /** Reads up to {@code wanted} numbers. */
    static SysctlText parse(ControlInput in, int wanted) {
        String text = new String(in.raw(), StandardCharsets.ISO_8859_1); // a NUL is a character like any other
        List<Signed> numbers = new ArrayList<>();
        int at = skipSpaces(text, 0);
        while (numbers.size() < wanted && at < text.length()) {
            int end = numberEnd(text, at);
            Signed number = number(text.substring(at, end));
            boolean separated = end == text.length() || SEPARATORS.indexOf(text.charAt(end)) >= 0;
            if (number == null || end - at >= MAX_CHARS || !separated) {
                return new SysctlText(numbers, true, at);
            }
            numbers.add(number);
            at = skipSpaces(text, end);
        }
        return new SysctlText(numbers, false, at);
    }

    /** The only number of a file that holds one. */
    Signed single() throws ErrnoException {
        if (failed || numbers.isEmpty()) {
            throw new ErrnoException(Errno.EINVAL, "expected a number");
        }
        return numbers.get(0);
    }

    private static int skipSpaces(String text, int from) {
        int at = from;
        while (at < text.length() && Numbers.isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int numberEnd(String text, int from) {
        int at = text.charAt(from) == '-' ? from + 1 : from;
        int digits = at;
        if (isHex(text, at)) {
            at += 2;
        }
        int radix = radix(text, digits);
        while (at < text.length() && text.charAt(at) < 0x80 && Character.digit(text.charAt(at), radix) >= 0) {
            at++;
        }
        return at;
    }

    private static boolean isHex(String text, int at) {
        boolean prefix = text.startsWith("0x", at) || text.startsWith("0X", at);
        return prefix && at + 2 < text.length() && Character.digit(text.charAt(at + 2), 16) >= 0;
    }

    private static int radix(String text, int at) {
        if (isHex(text, at)) {
            return 16;
        }
        return text.startsWith("0", at) ? 8 : 10;
    }

    private static @Nullable Signed number(String token) {
        boolean negative = token.startsWith("-");
        String digits = negative ? token.substring(1) : token;
        int radix = radix(digits, 0);
        try {
            return new Signed(negative, Long.parseUnsignedLong(radix == 16 ? digits.substring(2) : digits, radix));
        } catch (NumberFormatException e) {
            return null; // no digits, or more than 64 bits
        }
    }
}
