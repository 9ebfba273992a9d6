package org.reclaimfs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A scenario of tests/scenarios/golden. Its steps say what the kernel did: {@code expect F == V}, {@code write},
 * {@code expect-errno}; a step with a comment such as {@code # exact} or {@code # 25%} ({@link GoldenRow.Nearness}) is a
 * row of the table, {@code # open exact} one that the model does not get right yet. Comments "# == TITLE" begin sections.
 */
final class GoldenScenario {
    private static final Pattern STEP = Pattern.compile(
            " *- \\S+: (expect|write|expect-errno|swapoff) (.*?) +# (open )?(exact|25%|near \\S+|info|refused|range \\S+)");
    private static final Pattern SECTION = Pattern.compile(" *# == (.*)");
    private static final Pattern EVENT =
            Pattern.compile(".*\"line\":(\\d+),.*\"result\":\"(\\w+)\"(?:,\"seen\":\"([^\"]*)\")?.*");

    private final Path file;
    private final Map<Integer, GoldenRow> rows = new LinkedHashMap<>();
    /** What the step itself wants, by line: what the model had if the step went well. */
    private final Map<Integer, String> wanted = new LinkedHashMap<>();

    GoldenScenario(Path file) {
        this.file = file;
        List<String> lines = lines(file);
        String section = "";
        for (int i = 0; i < lines.size(); i++) {
            Matcher title = SECTION.matcher(lines.get(i));
            Matcher step = STEP.matcher(lines.get(i));
            if (title.matches()) {
                section = title.group(1);
            } else if (step.matches()) {
                GoldenRow row = row(section, step.group(1), step.group(2), step.group(4), step.group(3) != null);
                rows.put(i + 1, row);
                wanted.put(i + 1, step.group(1).equals("expect") ? after(step.group(2), " == ") : row.golden());
            }
        }
    }

    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return file.getFileName().toString().replace(".yaml", "");
    }

    Path file() {
        return file;
    }

    private static String after(String text, String sign) {
        return text.substring(text.indexOf(sign) + sign.length());
    }

    private GoldenRow row(String section, String verb, String rest, String near, boolean open) {
        String scenario = name();
        if (verb.equals("expect")) {
            int equals = rest.indexOf(" == ");
            String value = rest.substring(equals + 4);
            String golden = near.startsWith("range ") ? near.substring("range ".length()) : value;
            String kind = near.startsWith("range ") ? "range" : near;
            return new GoldenRow(
                    scenario,
                    section,
                    shorter(rest.substring(0, equals)),
                    golden,
                    GoldenRow.Nearness.parse(kind, golden),
                    open);
        }
        boolean refusal = verb.equals("expect-errno");
        int blank = rest.lastIndexOf(' ');
        String golden = refusal ? rest.substring(blank + 1) : near.equals("refused") ? near : "ok";
        String what =
                (verb.equals("swapoff") ? "swapoff " : "write ") + shorter(refusal ? rest.substring(0, blank) : rest);
        return new GoldenRow(scenario, section, what, golden, GoldenRow.Nearness.parse("exact", golden), open);
    }

    private static String shorter(String path) {
        return path.replaceFirst("^/sys/fs/cgroup", "")
                .replaceFirst("^/sys/kernel/debug/", "")
                .replaceFirst("^/sys/module/", "")
                .replaceFirst("^/sys/block/", "");
    }

    /** The rows by the line of their step. */
    Map<Integer, GoldenRow> rows() {
        return rows;
    }

    /** What a run's trace has for each row, by line; "none" where the run did not get there. */
    Map<Integer, String> read(List<String> trace) {
        Map<Integer, String> found = new LinkedHashMap<>();
        rows.keySet().forEach(line -> found.put(line, "none"));
        for (String event : trace) {
            Matcher matcher = EVENT.matcher(event);
            if (matcher.matches()) {
                int line = Integer.parseInt(matcher.group(1));
                found.computeIfPresent(line, (l, none) -> value(line, matcher.group(2), matcher.group(3)));
            }
        }
        return found;
    }

    private String value(int line, String result, String seen) {
        if (result.equals("ok")) {
            return String.valueOf(wanted.get(line));
        }
        if (seen == null) {
            return "none";
        }
        return seen.equals("success")
                ? "ok"
                : result.equals("refused") && isRefusal(line) ? "refused" : seen.split("[ :]")[0];
    }

    private boolean isRefusal(int line) {
        return String.valueOf(wanted.get(line)).equals("refused");
    }
}
