package org.reclaimfs.scenario;

import org.jspecify.annotations.Nullable;

/**
 * Finds a part of a file's text by a key: {@code anon} in lines "anon 4096" or "MemFree:  12 kB"; {@code some.avg10} in
 * lines "some avg10=0.00 …"; {@code /dev/vda.3} for a column, from 1, of the line that starts with the word; {@code 3} for
 * a column of a file of one line.
 */
public final class FileValue {
    private FileValue() {}

    /** The value, or null if there is none. */
    public static @Nullable String find(String text, @Nullable String key) {
        if (key == null) {
            return text.strip();
        }
        String whole = line(text, key);
        if (whole != null) {
            return whole;
        }
        int dot = key.lastIndexOf('.');
        if (dot > 0) {
            String line = line(text, key.substring(0, dot));
            String part = key.substring(dot + 1);
            if (line != null) {
                return part.matches("[1-9]\\d?") ? column(line, Integer.parseInt(part) - 1) : nested(line, part);
            }
        }
        boolean oneLine = text.strip().indexOf('\n') < 0;
        return oneLine && key.matches("[1-9]\\d?") ? column(text.strip(), Integer.parseInt(key)) : null;
    }

    private static @Nullable String line(String text, String key) {
        for (String line : text.split("\n", -1)) {
            String stripped = line.strip();
            int end = 0;
            while (end < stripped.length() && !Character.isWhitespace(stripped.charAt(end))) {
                end++;
            }
            String first = stripped.substring(0, end);
            if (first.equals(key) || first.equals(key + ":")) {
                return stripped.substring(end).strip();
            }
        }
        return null;
    }

    private static @Nullable String nested(String line, String key) {
        for (String part : line.split("\\s+")) {
            if (part.startsWith(key + "=")) {
                return part.substring(key.length() + 1);
            }
        }
        return null;
    }

    /** Column {@code number} from 1; {@code number} 0 is the line's own key. */
    private static @Nullable String column(String line, int number) {
        String[] columns = line.split("\\s+");
        return number >= 1 && number <= columns.length ? columns[number - 1] : null;
    }
}
