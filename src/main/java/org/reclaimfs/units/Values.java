package org.reclaimfs.units;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Values of settings as systemd reads them (man systemd.resource-control, systemd.time). */
final class Values {
    /** No limit. */
    static final long INFINITY = -1;

    /** The whole, where limits of pressure are told. */
    private static final long UINT32_MAX = 0xffff_ffffL;

    private static final int PERMYRIAD = 10_000;
    private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([KMGTPE]?)B?");
    private static final Pattern SHARE = Pattern.compile("(\\d+(?:\\.\\d{1,2})?)([%‰‱])");
    private static final Pattern SPAN_PART = Pattern.compile("\\s*(\\d+(?:\\.\\d+)?)\\s*([a-zµ]*)");
    private static final Map<String, Long> UNIT_US = Map.ofEntries(
            Map.entry("", 1_000_000L),
            Map.entry("us", 1L),
            Map.entry("usec", 1L),
            Map.entry("µs", 1L),
            Map.entry("ms", 1_000L),
            Map.entry("msec", 1_000L),
            Map.entry("s", 1_000_000L),
            Map.entry("sec", 1_000_000L),
            Map.entry("second", 1_000_000L),
            Map.entry("seconds", 1_000_000L),
            Map.entry("m", 60_000_000L),
            Map.entry("min", 60_000_000L),
            Map.entry("minute", 60_000_000L),
            Map.entry("minutes", 60_000_000L),
            Map.entry("h", 3_600_000_000L),
            Map.entry("hr", 3_600_000_000L),
            Map.entry("hour", 3_600_000_000L),
            Map.entry("hours", 3_600_000_000L));

    private Values() {}

    /**
     * An amount of memory in bytes, {@link #INFINITY} for none.
     *
     * @param totalBytes what a percentage is of
     */
    static long bytes(String text, long totalBytes) throws BadValue {
        if (text.equals("infinity")) {
            return INFINITY;
        }
        if (SHARE.matcher(text).matches()) {
            return BigDecimal.valueOf(totalBytes)
                    .multiply(BigDecimal.valueOf(permyriad(text)))
                    .divide(BigDecimal.valueOf(PERMYRIAD), RoundingMode.DOWN)
                    .longValueExact();
        }
        Matcher size = SIZE.matcher(text);
        if (size.matches()) {
            int power = "KMGTPE".indexOf(size.group(2)) + (size.group(2).isEmpty() ? 0 : 1);
            BigDecimal bytes = new BigDecimal(size.group(1)).multiply(BigDecimal.valueOf(1L << 10 * power));
            if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0) {
                return bytes.longValue();
            }
        }
        throw new BadValue(text, "bytes such as 512M, a percentage such as 20%, or infinity");
    }

    /** A share in hundredths of a percent, 0 to 10,000. */
    static int permyriad(String text) throws BadValue {
        Matcher share = SHARE.matcher(text);
        if (share.matches()) {
            int unit =
                    switch (share.group(2)) {
                        case "%" -> 100;
                        case "‰" -> 10;
                        default -> 1;
                    };
            BigDecimal parts = new BigDecimal(share.group(1)).multiply(BigDecimal.valueOf(unit));
            if (parts.compareTo(BigDecimal.valueOf(PERMYRIAD)) <= 0
                    && parts.stripTrailingZeros().scale() <= 0) {
                return parts.intValueExact();
            }
        }
        throw new BadValue(text, "a percentage from 0% to 100% such as 60% or 12.5%");
    }

    /** A share as systemd's processes tell it to each other: in parts of 2^32 − 1. */
    static long uint32Scale(long permyriad) {
        return permyriad * UINT32_MAX / PERMYRIAD;
    }

    /** A time span in µs: seconds, or such as {@code 1min 30s}; {@link #INFINITY} for no end. */
    static long spanUs(String text) throws BadValue {
        if (text.equals("infinity")) {
            return INFINITY;
        }
        Matcher part = SPAN_PART.matcher(text);
        long us = 0;
        int end = 0;
        while (end < text.length() && part.find(end) && part.start() == end) {
            Long unitUs = UNIT_US.get(part.group(2).toLowerCase(Locale.ROOT));
            if (unitUs == null || part.group(1).length() > 9) {
                break;
            }
            us += new BigDecimal(part.group(1))
                    .multiply(BigDecimal.valueOf(unitUs))
                    .longValue();
            end = part.end();
        }
        if (end == 0 || !text.substring(end).isBlank()) {
            throw new BadValue(text, "a time span such as 20s or 1min 30s");
        }
        return us;
    }
}
