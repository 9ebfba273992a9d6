package org.reclaimfs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One quantity of a capture: what the kernel said, and how near the model has to come.
 *
 * @param scenario name of the scenario that restates the capture
 * @param section of the capture
 * @param golden as printed in the table
 * @param open whether the model is known not to get there yet
 */
record GoldenRow(String scenario, String section, String quantity, String golden, Nearness nearness, boolean open) {
    private static final double QUARTER = 0.25;

    /** How {@link #verdict} begins for a row that is not as it should be. */
    static final String OFF = "off";

    /** How near: EXACT and WITHIN count for the exit status, the others do not. */
    enum Kind {
        EXACT,
        WITHIN,
        RANGE,
        SET,
        INFO,
        UNAVAILABLE
    }

    /**
     * @param low of a range, or the least that is within
     * @param high likewise
     */
    record Nearness(Kind kind, double low, double high) {
        /**
         * Reads {@code exact}, {@code 25%}, {@code near 200K} (that much away), {@code LOW..HIGH}, {@code set}, {@code info}
         * or {@code n/a}. A range is what several runs of the kernel gave, and allows 25 % beyond its ends.
         */
        static Nearness parse(String text, String golden) {
            String[] words = text.split(" ");
            switch (words[0]) {
                case "exact":
                    return new Nearness(Kind.EXACT, 0, 0);
                case "25%": {
                    double value = number(golden);
                    return new Nearness(Kind.WITHIN, value * (1 - QUARTER), value * (1 + QUARTER));
                }
                case "near": {
                    double value = number(golden);
                    return new Nearness(Kind.WITHIN, value - number(words[1]), value + number(words[1]));
                }
                case "range": {
                    int dots = golden.indexOf("..");
                    double low = number(golden.substring(0, dots));
                    double high = number(golden.substring(dots + 2));
                    return new Nearness(Kind.RANGE, low * (1 - QUARTER), high * (1 + QUARTER));
                }
                case "set":
                    return new Nearness(Kind.SET, 0, 0);
                case "info":
                    return new Nearness(Kind.INFO, 0, 0);
                case "n/a":
                    return new Nearness(Kind.UNAVAILABLE, 0, 0);
                default:
                    throw new IllegalArgumentException("how near is '" + text + "'?");
            }
        }
    }

    static double number(String text) {
        int end = text.length() - 1;
        int shift = end < 0 ? 0 : "KMG".indexOf(text.charAt(end)) + 1;
        return shift == 0
                ? Double.parseDouble(text)
                : Double.parseDouble(text.substring(0, end)) * Math.scalb(1.0, 10 * shift);
    }

    boolean counts() {
        return nearness.kind == Kind.EXACT || nearness.kind == Kind.WITHIN;
    }

    /** Whether one run's value is as it should be. */
    boolean holds(String model) {
        switch (nearness.kind) {
            case EXACT:
                return model.equals(golden);
            case SET:
                return List.of(golden.split("\\|")).contains(model);
            case INFO, UNAVAILABLE:
                return true;
            default:
                return isNumber(model)
                        && Double.parseDouble(model) >= nearness.low
                        && Double.parseDouble(model) <= nearness.high;
        }
    }

    private static boolean isNumber(String text) {
        return text.matches("-?\\d+(\\.\\d+)?");
    }

    /** "exact", "within", "range", "set", "info", "n/a", or "off" with what it should have been. */
    String verdict(List<String> models) {
        boolean all = models.stream().allMatch(this::holds);
        String kind =
                switch (nearness.kind) {
                    case EXACT -> "exact";
                    case WITHIN -> "within";
                    case RANGE -> "range";
                    case SET -> "set";
                    case INFO -> "info";
                    case UNAVAILABLE -> "n/a";
                };
        String known = open ? all ? " (no longer open)" : " (open)" : "";
        return (all ? kind : OFF + ": not " + (nearness.kind == Kind.WITHIN ? "near" : kind)) + known;
    }

    /** The model's value over the kernel's; "-" where that is no number. */
    String ratio(List<String> models) {
        List<Double> ratios = new ArrayList<>();
        for (String model : models) {
            if (isNumber(model) && isNumber(golden) && Double.parseDouble(golden) != 0) {
                ratios.add(Double.parseDouble(model) / Double.parseDouble(golden));
            }
        }
        if (ratios.isEmpty()) {
            return "-";
        }
        double low = ratios.stream().mapToDouble(r -> r).min().getAsDouble();
        double high = ratios.stream().mapToDouble(r -> r).max().getAsDouble();
        return low == high
                ? String.format(Locale.ROOT, "%.3f", low)
                : String.format(Locale.ROOT, "%.2f..%.2f", low, high);
    }
}
