package org.reclaimfs.sysfs;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;

/**
 * One {@code key=value} of a command (lib/cmdline.c next_arg, 7.2).
 *
 * @param value null without an equals sign behind the key
 */
record NextArg(String key, @Nullable String value) {
    /** The tokens of a text; quotes keep white space together. */
    static List<NextArg> parse(String text) {
        List<NextArg> args = new ArrayList<>();
        int at = skipSpaces(text, 0);
        while (at < text.length()) {
            boolean quoted = text.charAt(at) == '"';
            int start = quoted ? at + 1 : at;
            int end = tokenEnd(text, start, quoted);
            args.add(token(text.substring(start, end), quoted));
            at = skipSpaces(text, end);
        }
        return args;
    }

    private static int tokenEnd(String text, int start, boolean quoted) {
        boolean inQuote = quoted;
        int end = start;
        while (end < text.length() && (inQuote || !Numbers.isSpace(text.charAt(end)))) {
            inQuote ^= text.charAt(end) == '"';
            end++;
        }
        return end;
    }

    private static NextArg token(String raw, boolean quoted) {
        int equals = raw.indexOf('=', 1);
        boolean valueQuoted = equals > 0 && raw.startsWith("\"", equals + 1);
        boolean closed = (quoted || valueQuoted) && raw.endsWith("\"") && raw.length() > equals + 2;
        String text = closed ? raw.substring(0, raw.length() - 1) : raw;
        if (equals < 1) {
            return new NextArg(text, null);
        }
        return new NextArg(text.substring(0, equals), text.substring(equals + (valueQuoted ? 2 : 1)));
    }

    private static int skipSpaces(String text, int from) {
        int at = from;
        while (at < text.length() && Numbers.isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /** The value, which must be there and not empty: EINVAL. */
    String needed() throws ErrnoException {
        if (value == null || value.isEmpty()) {
            throw new ErrnoException(Errno.EINVAL, key + " needs a value");
        }
        return value;
    }
}
