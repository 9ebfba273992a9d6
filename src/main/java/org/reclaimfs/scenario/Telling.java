package org.reclaimfs.scenario;

import java.util.Locale;

/** Numbers for people: three digits that matter, thousands apart, times in the units one would say. */
public final class Telling {
    private static final long MS = 1_000_000;
    private static final long SECOND = 1_000 * MS;

    private Telling() {}

    /** "1,234", from a million on "2.4 M". */
    public static String number(long value) {
        return Math.abs(value) < 1_000_000
                ? String.format(Locale.ROOT, "%,d", value)
                : String.format(Locale.ROOT, "%,.1f M", value / 1e6);
    }

    /** Whole numbers as such, others with one decimal, small ones with two digits that matter. */
    public static String number(double value) {
        if (value == Math.rint(value) || Math.abs(value) >= 1000) {
            return number(Math.round(value));
        }
        return String.format(Locale.ROOT, Math.abs(value) < 1 ? "%.2g" : "%.1f", value);
    }

    static String count(long value, String one, String many) {
        return number(value) + " " + (value == 1 ? one : many);
    }

    /** "87 %"; what is less than a half percent but not nothing is "< 1 %". */
    public static String percent(long part, long whole) {
        if (whole == 0) {
            return "0 %";
        }
        double percent = 100.0 * part / whole;
        return percent > 0 && percent < 0.5 ? "< 1 %" : Math.round(percent) + " %";
    }

    /** "21 m 14 s", "11.9 s", "35 ms", "0.2 ms". */
    public static String span(long ns) {
        if (ns >= 3600 * SECOND) {
            return ns / (3600 * SECOND) + " h " + ns / (60 * SECOND) % 60 + " m";
        }
        if (ns >= 60 * SECOND) {
            return ns / (60 * SECOND) + " m " + ns / SECOND % 60 + " s";
        }
        if (ns >= SECOND) {
            return String.format(Locale.ROOT, "%.1f s", ns / 1e9);
        }
        return ns >= MS || ns == 0 ? ns / MS + " ms" : String.format(Locale.ROOT, "%.1f ms", ns / 1e6);
    }

    /** Binary units with three digits: "1.5 GiB". */
    public static String bytes(double bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        double value = bytes;
        int unit = 0;
        while (Math.abs(value) >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(
                Locale.ROOT, unit == 0 || Math.abs(value) >= 100 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    }

    /** An enum constant as a word of a file. */
    static String key(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
