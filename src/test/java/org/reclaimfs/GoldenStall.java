package org.reclaimfs;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The quantities of one run of a stall (b2, c1 to c5), from what {@code run --out} writes. The hog starts at 1 s; "at the
 * kill" is the last row of timeline.csv before the first kill by the kernel, or the last row of all.
 */
final class GoldenStall {
    private static final long HOG_STARTS_NS = 1_000_000_000L;
    private static final int PAGE = 4096;
    private static final Pattern KILL = Pattern.compile(".*\"atNs\":(\\d+),\"task\":\"([^\"]*)\".*\"by\":\"kernel\".*");
    private static final Pattern COUNT = Pattern.compile(" *\"(\\w+)\": (\\d+),?");

    private final Map<String, Long> vmstat = new HashMap<>();
    private final Map<String, Long> atKill = new HashMap<>();
    private final Map<String, Long> last = new HashMap<>();
    private final StringBuilder kills = new StringBuilder();
    private long killNs = -1;
    private long touchedBytes;
    private long othersBytes;
    private long boostBytes;

    GoldenStall(Path dir) {
        for (String line : GoldenScenario.lines(dir.resolve("summary.json"))) {
            Matcher kill = KILL.matcher(line);
            Matcher count = COUNT.matcher(line);
            if (kill.matches()) {
                killNs = killNs < 0 ? Long.parseLong(kill.group(1)) : killNs;
                kills.append(kills.isEmpty() ? "" : ",").append(kill.group(2));
            } else if (count.matches()) {
                vmstat.put(count.group(1), Long.valueOf(count.group(2)));
            }
        }
        timeline(GoldenScenario.lines(dir.resolve("timeline.csv")));
    }

    private void timeline(List<String> lines) {
        String[] header = lines.get(0).split(",");
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",");
            for (int i = 0; i < cells.length; i++) {
                last.put(header[i], Long.valueOf(cells[i]));
            }
            boostBytes = Math.max(boostBytes, at(last, "watermark_boost_bytes"));
            if (killNs < 0 || at(last, "time_ns") <= killNs) {
                atKill.putAll(last);
                long bytes = at(last, "anon_bytes") + at(last, "swap_used_bytes");
                othersBytes = at(last, "time_ns") <= HOG_STARTS_NS ? bytes : othersBytes;
                touchedBytes = Math.max(touchedBytes, bytes - othersBytes);
            }
        }
    }

    private static long at(Map<String, Long> values, String key) {
        return values.getOrDefault(key, 0L);
    }

    private long vm(String key) {
        return at(vmstat, key);
    }

    private long slots() {
        return at(atKill, "swap_used_bytes") / PAGE;
    }

    /** The quantity of that name; "none" if this run has none. */
    String value(String quantity) {
        switch (quantity) {
            case "kills in order":
                return kills.isEmpty() ? "-" : kills.toString();
            case "first kill, ms":
                return killNs < 0 ? "none" : Long.toString((killNs - HOG_STARTS_NS) / 1_000_000);
            case "memory full until the end, ms":
                return Long.toString(at(last, "psi_memory_full_us") / 1000);
            case "allocstall":
                return Long.toString(vm("allocstall_dma32") + vm("allocstall_normal") + vm("allocstall_movable"));
            case "touched before the kill, KB":
                return Long.toString(touchedBytes / 1024);
            case "used slots at the kill":
                return Long.toString(slots());
            case "used slots + 1, mod 512":
                return Long.toString((slots() + 1) % 512);
            case "free pages at the kill":
                return Long.toString(at(atKill, "mem_free_bytes") / PAGE);
            case "retries per direct reclaim call":
                return vm("calls") == 0
                        ? "none"
                        : String.format(Locale.ROOT, "%.3f", (double) vm("retries") / vm("calls"));
            case "highest no_progress_loops":
                return Long.toString(vm("highestNoProgressLoops"));
            case "stolen per scanned, direct":
                return vm("pgscan_direct") == 0
                        ? "none"
                        : String.format(Locale.ROOT, "%.3f", (double) vm("pgsteal_direct") / vm("pgscan_direct"));
            case "highest boost, pages":
                return Long.toString(boostBytes / PAGE);
            case "pages on per-CPU lists at the first call":
                return vm("calls") == 0 ? "none" : Long.toString(vm("firstCallPerCpuPages"));
            case "scanned per stolen, direct":
                return vm("pgsteal_direct") == 0
                        ? "none"
                        : String.format(Locale.ROOT, "%.1f", (double) vm("pgscan_direct") / vm("pgsteal_direct"));
            case "direct stolen per call": {
                long calls = Long.parseLong(value("allocstall"));
                return calls == 0 ? "none" : String.format(Locale.ROOT, "%.1f", (double) vm("pgsteal_direct") / calls);
            }
            default:
                return vmstat.containsKey(quantity) ? Long.toString(vm(quantity)) : "n/a";
        }
    }
}
