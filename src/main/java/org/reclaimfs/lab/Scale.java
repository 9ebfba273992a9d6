package org.reclaimfs.lab;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a value stands between two pixels, evenly or by its logarithm.
 *
 * @param low value at {@code from}
 * @param high value at {@code to}, above {@code low}
 * @param log by the logarithm; then {@code low} is above 0 and what is less stands at {@code from}
 */
record Scale(double low, double high, double from, double to, boolean log) {
    private static final int TICKS = 5;

    double at(double value) {
        double share = log ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : (value - low) / (high - low);
        return from + Math.max(0, Math.min(1, share)) * (to - from);
    }

    /** Round values to write at the axis, not more than a handful. */
    List<Double> ticks(double base) {
        List<Double> ticks = new ArrayList<>();
        if (log) {
            double step = base;
            while (Math.log(high / low) / Math.log(step) > TICKS) {
                step *= base;
            }
            for (double v = Math.pow(base, Math.ceil(Math.log(low) / Math.log(base) - 1e-9)); v <= high; v *= step) {
                ticks.add(v);
            }
            return ticks;
        }
        double step = step(high - low, base);
        for (double v = Math.ceil(low / step) * step; v <= high + step * 1e-9; v += step) {
            ticks.add(v);
        }
        return ticks;
    }

    /** A round part of a span: 1, 2 or 5 times a power of ten; with base 2 a power of two. */
    private static double step(double span, double base) {
        double least = span / TICKS;
        double power = Math.pow(base == 2 ? 2 : 10, Math.floor(Math.log(least) / Math.log(base == 2 ? 2 : 10)));
        for (double factor : base == 2 ? new double[] {1, 2} : new double[] {1, 2, 5, 10}) {
            if (power * factor >= least) {
                return power * factor;
            }
        }
        return power * base;
    }
}
