package org.reclaimfs.lab;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.reclaimfs.scenario.Series;
import org.reclaimfs.scenario.Telling;

/**
 * One quantity over time, with a line for each policy.
 *
 * @param title with the unit
 * @param values one for each row of a series
 * @param log whether the axis goes by the logarithm
 * @param base of the axis' round numbers: 2 for bytes, 10
 * @param shown a value for people
 */
record Panel(
        String title, Function<Series, double[]> values, boolean log, double base, Function<Double, String> shown) {
    private static final double US_PER_NS = 1e-3;

    /** Those of the page. */
    static final List<Panel> ALL = List.of(
            new Panel("free memory", s -> doubles(s.values("mem_free_bytes")), true, 2, Telling::bytes),
            new Panel("anonymous memory", s -> doubles(s.values("anon_bytes")), false, 2, Telling::bytes),
            new Panel("page cache", s -> doubles(s.values("file_bytes")), false, 2, Telling::bytes),
            new Panel("swap used", s -> doubles(s.values("swap_used_bytes")), false, 2, Telling::bytes),
            new Panel("taken by zram and zswap", s -> doubles(s.values("zsmalloc_bytes")), false, 2, Telling::bytes),
            new Panel("memory full pressure", Panel::fullPercent, false, 10, v -> whole(v) + " %"),
            new Panel("direct reclaim calls a second", s -> rate(s, "allocstall_count"), true, 10, Panel::whole),
            new Panel("retry decisions a second", s -> rate(s, "retries_count"), true, 10, Panel::whole));

    /** Those of the picture: the story in four lines. */
    static final List<Panel> STORY = List.of(ALL.get(0), ALL.get(1), ALL.get(3), ALL.get(5));

    private static String whole(double value) {
        return Telling.number(value);
    }

    private static double[] doubles(long[] values) {
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[i];
        }
        return out;
    }

    /** How much a count grows in a second, by the interval before each row. */
    private static double[] rate(Series series, String header) {
        return slope(series, header, 1e9);
    }

    private static double[] fullPercent(Series series) {
        double[] share = slope(series, "psi_memory_full_us", 100 / US_PER_NS);
        for (int i = 0; i < share.length; i++) {
            share[i] = Math.min(100, share[i]);
        }
        return share;
    }

    private static double[] slope(Series series, String header, double perNs) {
        long[] times = series.timesNs();
        long[] values = series.values(header);
        double[] out = new double[values.length];
        for (int i = 1; i < out.length; i++) {
            out[i] = (values[i] - values[i - 1]) * perNs / Math.max(1, times[i] - times[i - 1]);
        }
        return out;
    }

    String shown(double value) {
        return shown.apply(value);
    }

    /** A short form of the title, for ids. */
    String key() {
        return title.toLowerCase(Locale.ROOT).replace(' ', '-');
    }
}
