package org.reclaimfs.scenario;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.reclaimfs.abi.Numbers;

/** Sizes, durations and numbers as a person writes them in scenarios and steps. */
final class Quantities {
    static final String SIZE = "a size in bytes such as 4096, 64K, 512M or 4GiB";
    static final String DURATION = "a duration such as 250ms, 10s or 2m";
    private static final String RATE = "a rate such as 64M/s";

    private static final Pattern DURATION_FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|ms|s|m|h)");
    private static final Map<String, Long> UNIT_NS = Map.of(
            "ns", 1L,
            "us", 1_000L,
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "h", 3_600_000_000_000L);

    private Quantities() {}

    /** Bytes: as the kernel's memparse, or with IEC units. */
    static long size(Word word) throws BadText {
        String text = word.text();
        Numbers.Memparse parsed = Numbers.memparse(text, 0);
        String rest = text.substring(parsed.end());
        boolean suffixed = parsed.end() > 0 && Character.isLetter(text.charAt(parsed.end() - 1));
        if (parsed.end() == 0 || !(rest.isEmpty() || rest.equals("iB") && suffixed)) {
            throw BadText.found(word, SIZE);
        }
        if (parsed.value() < 0) {
            throw BadText.found(word, "less than 8E bytes");
        }
        return parsed.value();
    }

    /** Bytes a second. */
    static long rate(Word word) throws BadText {
        if (!word.text().endsWith("/s")) {
            throw BadText.found(word, RATE);
        }
        long rate = size(word.to(word.text().length() - 2));
        if (rate == 0) {
            throw BadText.found(word, RATE + ", more than 0");
        }
        return rate;
    }

    /** Events a second. */
    static int perSecond(Word word) throws BadText {
        String expected = "a number a second such as 10/s, from 1/s to 1000000/s";
        if (!word.text().endsWith("/s")) {
            throw BadText.found(word, expected);
        }
        Word number = word.to(word.text().length() - 2);
        if (!number.text().matches("[1-9]\\d{0,6}") || Integer.parseInt(number.text()) > 1_000_000) {
            throw BadText.found(word, expected);
        }
        return Integer.parseInt(number.text());
    }

    static long durationNs(Word word) throws BadText {
        Matcher matcher = DURATION_FORM.matcher(word.text());
        if (!matcher.matches()) {
            throw BadText.found(word, DURATION);
        }
        Long unitNs = UNIT_NS.get(matcher.group(2));
        BigDecimal ns = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unitNs == null ? 1 : unitNs));
        if (ns.compareTo(BigDecimal.valueOf(Long.MAX_VALUE / 4)) > 0) {
            throw BadText.found(word, "less than 70 years");
        }
        return ns.setScale(0, RoundingMode.HALF_UP).longValueExact();
    }

    static int integer(Word word, int low, int high) throws BadText {
        try {
            int value = Integer.parseInt(word.text());
            if (value >= low && value <= high) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw BadText.found(word, "a whole number from " + low + " to " + high);
    }

    /** A decimal number above {@code low} and up to {@code high}; {@code low} itself too if {@code lowToo}. */
    static double decimal(Word word, double low, boolean lowToo, double high, String expected) throws BadText {
        if (word.text().matches("\\d+(\\.\\d+)?")) {
            double value = Double.parseDouble(word.text());
            if ((value > low || lowToo && value == low) && value <= high) {
                return value;
            }
        }
        throw BadText.found(word, expected);
    }

    /** A factor of time or speed. */
    static double factor(Word word) throws BadText {
        return decimal(word, 0, false, 1e9, "a factor above 0 such as 1, 0.5 or 20");
    }
}
