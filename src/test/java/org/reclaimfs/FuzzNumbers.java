package org.reclaimfs;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;

/**
 * The kernel's number grammars, for a fuzzer that is guided by coverage: each is held against another one, written with regular
 * expressions and big integers. An input is a byte that chooses the base, then the text.
 */
public final class FuzzNumbers {
    private static final int[] BASES = {0, 8, 10, 16};
    private static final BigInteger ULONG_MAX = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
    private static final String SUFFIXES = "kmgtpe";

    private FuzzNumbers() {}

    private interface Parse {
        long parse() throws ErrnoException;
    }

    /** One input; throws what ends the fuzzing. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        int base = BASES[data[0] & 3];
        String text = new String(data, 1, data.length - 1, StandardCharsets.ISO_8859_1);
        String minus = text.startsWith("-") ? "-" : "";
        String rest = text.substring(text.startsWith("-") || text.startsWith("+") ? 1 : 0);
        String unsigned = minus.isEmpty() ? rest : text;
        same("kstrtoull", text, () -> Numbers.kstrtoull(text, base), kstrto(unsigned, base, "", 0, 64));
        same("kstrtouint", text, () -> Numbers.kstrtouint(text, base), kstrto(unsigned, base, "", 0, 32));
        same("kstrtou16", text, () -> Numbers.kstrtou16(text, base), kstrto(unsigned, base, "", 0, 16));
        same("kstrtoll", text, () -> Numbers.kstrtoll(text, base), kstrto(rest, base, minus, 63, 63));
        same("kstrtoint", text, () -> Numbers.kstrtoint(text, base), kstrto(rest, base, minus, 31, 31));
        same("match_int", text, () -> Numbers.matchInt(text), matchInt(text));
        Numbers.Memparse size = Numbers.memparse(text, 0);
        if (!memparse(text).equals(Long.toUnsignedString(size.value()) + " " + size.end())) {
            throw new IllegalStateException("memparse '" + text + "': " + size + ", expected " + memparse(text));
        }
        String stripped = Numbers.strstrip(text);
        if (!text.replaceAll("^[ \\t-\\r\\xa0]+|[ \\t-\\r\\xa0]+\\z", "").equals(stripped)) {
            throw new IllegalStateException("strstrip '" + text + "': '" + stripped + "'");
        }
    }

    private static void same(String function, String text, Parse parse, String expected) {
        String got;
        try {
            got = Long.toUnsignedString(parse.parse());
        } catch (ErrnoException e) {
            got = e.errno().name();
        }
        if (!got.equals(expected)) {
            throw new IllegalStateException(function + " '" + text + "': " + got + ", expected " + expected);
        }
    }

    /** The digits at the beginning of a text, without a prefix that the base explains; with where they end. */
    private record Prefix(String digits, int radix, int end) {
        static Prefix of(String text, int base) {
            boolean prefixed = text.matches("(?s)0[xX].*");
            boolean hex = text.matches("(?s)0[xX][0-9a-fA-F].*");
            int radix = base != 0 ? base : hex ? 16 : text.startsWith("0") ? 8 : 10;
            int from = radix == 16 && prefixed ? 2 : 0;
            String set = radix == 16 ? "[0-9a-fA-F]*" : radix == 10 ? "[0-9]*" : "[0-7]*";
            Matcher digits = Pattern.compile(set).matcher(text).region(from, text.length());
            boolean found = digits.lookingAt();
            return new Prefix(found ? digits.group() : "", radix, found ? digits.end() : from);
        }

        BigInteger value() {
            return digits.isEmpty() ? BigInteger.ZERO : new BigInteger(digits, radix);
        }
    }

    /** A number's sign has been taken off; its range is −2^below … 2^above − 1, without the sign from 0. */
    private static String kstrto(String text, int base, String minus, int below, int above) {
        Prefix prefix = Prefix.of(text, base);
        if (prefix.value().compareTo(ULONG_MAX) > 0) {
            return "ERANGE";
        }
        String rest = text.substring(prefix.end());
        if (prefix.digits().isEmpty() || !(rest.isEmpty() || rest.equals("\n"))) {
            return "EINVAL";
        }
        BigInteger most =
                minus.isEmpty() ? BigInteger.TWO.pow(above).subtract(BigInteger.ONE) : BigInteger.TWO.pow(below);
        if (prefix.value().compareTo(most) > 0) {
            return "ERANGE";
        }
        long value = prefix.value().longValue();
        return Long.toUnsignedString(minus.isEmpty() ? value : -value);
    }

    private static String matchInt(String text) {
        boolean minus = text.startsWith("-");
        Prefix prefix = Prefix.of(text.substring(minus ? 1 : 0), 0);
        BigInteger value = minus ? prefix.value().negate() : prefix.value();
        boolean whole = prefix.end() + (minus ? 1 : 0) == text.length();
        return prefix.digits().isEmpty() || !whole || value.bitLength() > 31 || text.length() > 23
                ? "EINVAL"
                : Long.toUnsignedString(value.longValue());
    }

    private static String memparse(String text) {
        Prefix prefix = Prefix.of(text, 0);
        if (prefix.digits().isEmpty()) {
            return "0 0";
        }
        String rest = text.substring(prefix.end()).toLowerCase(Locale.ROOT);
        int suffix = rest.isEmpty() ? -1 : SUFFIXES.indexOf(rest.charAt(0));
        BigInteger bytes = prefix.value().shiftLeft(10 * (suffix + 1));
        return bytes.min(ULONG_MAX) + " " + (prefix.end() + (suffix < 0 ? 0 : 1));
    }
}
