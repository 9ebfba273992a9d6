package org.reclaimfs.scenario;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes JSON of maps, collections, texts, numbers and booleans; maps keep their order. */
final class Json {
    private Json() {}

    /** On one line. */
    static String line(Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value, -1);
        return out.toString();
    }

    /** Indented. */
    static String pretty(Object value) {
        StringBuilder out = new StringBuilder();
        write(out, value, 0);
        return out.append('\n').toString();
    }

    private static void write(StringBuilder out, @Nullable Object value, int depth) {
        if (value instanceof Map<?, ?> map) {
            String separator = "";
            out.append('{');
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(separator);
                indent(out, depth, 1);
                text(out, String.valueOf(entry.getKey()));
                out.append(depth < 0 ? ":" : ": ");
                write(out, entry.getValue(), depth < 0 ? -1 : depth + 1);
                separator = ",";
            }
            if (!map.isEmpty()) {
                indent(out, depth, 0);
            }
            out.append('}');
        } else if (value instanceof Collection<?> items) {
            String separator = "";
            out.append('[');
            for (Object item : items) {
                out.append(separator);
                indent(out, depth, 1);
                write(out, item, -1);
                separator = ",";
            }
            if (!items.isEmpty()) {
                indent(out, depth, 0);
            }
            out.append(']');
        } else if (value instanceof Number || value instanceof Boolean || value == null) {
            out.append(value);
        } else {
            text(out, value.toString());
        }
    }

    private static void indent(StringBuilder out, int depth, int more) {
        if (depth >= 0) {
            out.append('\n').append("  ".repeat(depth + more));
        }
    }

    private static void text(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
