package org.reclaimfs.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.reclaimfs.abi.Units;
import org.reclaimfs.lab.Outcome.Figures;
import org.reclaimfs.machine.Kill;
import org.reclaimfs.scenario.Telling;

/** The figures of a comparison: a policy a line, as text for a terminal, as CSV and for the page. */
final class Table {
    /**
     * One quantity.
     *
     * @param title for people
     * @param header for compare.csv, with the unit
     * @param shown for people
     * @param plain for compare.csv
     */
    record Quantity(String title, String header, Function<Figures, String> shown, Function<Figures, Object> plain) {}

    private static final String NONE = "-";
    /** Begins the note of a policy that came to nothing else. */
    static final String SAME = "the same as ";

    static final List<Quantity> QUANTITIES = List.of( // spotless:off
        new Quantity("first kill",   "first_kill_ns",       Table::firstKill,                           f -> f.kills().isEmpty() ? "" : f.kills().get(0).atNs()),
        new Quantity("killed",       "killed",              Table::victims,                             Table::victims),
        new Quantity("by",           "killed_by",           Table::killers,                             Table::killers),
        new Quantity("lost",         "lost_bytes",          f -> f.kills().isEmpty() ? NONE : Telling.bytes(Units.pagesToBytes(f.lostPages())), f -> Units.pagesToBytes(f.lostPages())),
        new Quantity("stalled",      "stalled_ns",          f -> Telling.span(f.stalledNs()),           Figures::stalledNs),
        new Quantity("longest",      "longest_stall_ns",    f -> Telling.span(f.longestNs()),           Figures::longestNs),
        new Quantity("rounds",       "rounds_count",        f -> Telling.number(f.rounds()),            Figures::rounds),
        new Quantity("retries",      "retries_count",       f -> Telling.number(f.retries()),           Figures::retries),
        new Quantity("memory some",  "psi_memory_some_us",  f -> Telling.span(f.someUs() * 1000),       Figures::someUs),
        new Quantity("memory full",  "psi_memory_full_us",  f -> Telling.span(f.fullUs() * 1000),       Figures::fullUs),
        new Quantity("direct steal/scan", "pgsteal_per_pgscan_direct", f -> ratio(f.stealDirect(), f.scanDirect()), f -> ratio(f.stealDirect(), f.scanDirect())),
        new Quantity("direct scans", "pgscan_direct_pages", f -> Telling.number(f.scanDirect()),        Figures::scanDirect),
        new Quantity("kswapd scans", "pgscan_kswapd_pages", f -> Telling.number(f.scanKswapd()),        Figures::scanKswapd),
        new Quantity("took",         "wall_ms",             f -> Telling.span(f.wallMs() * 1_000_000L), Figures::wallMs)); // spotless:on

    private Table() {}

    private static String firstKill(Figures f) {
        return f.kills().isEmpty() ? "none" : Telling.span(f.kills().get(0).atNs());
    }

    private static String victims(Figures f) {
        return f.kills().isEmpty()
                ? NONE
                : joined(f.kills().stream().map(Kill::task).toList());
    }

    private static String killers(Figures f) {
        return f.kills().isEmpty()
                ? NONE
                : joined(f.kills().stream().map(Kill::by).distinct().toList());
    }

    private static String joined(List<String> names) {
        int most = 3;
        String shown = String.join("+", names.subList(0, Math.min(most, names.size())));
        return names.size() > most ? shown + "+" + (names.size() - most) + " more" : shown;
    }

    private static String ratio(long part, long whole) {
        return whole == 0 ? NONE : String.format(Locale.ROOT, "%.3f", (double) part / whole);
    }

    /** What there is to say about an outcome besides its figures; empty if nothing. */
    static String note(List<Outcome> outcomes, int at) {
        Outcome outcome = outcomes.get(at);
        Figures figures = outcome.figures();
        if (outcome.partial() && figures != null) {
            return "partial: interrupted at " + Telling.span(figures.virtualNs());
        }
        if (outcome.problem() != null || figures == null) {
            return "failed: " + outcome.problem();
        }
        for (Outcome before : outcomes.subList(0, at)) {
            Figures other = before.figures();
            if (other != null
                    && other.files().timelineCsv().equals(figures.files().timelineCsv())) {
                return SAME + before.column().name();
            }
        }
        return "";
    }

    // ---- for a terminal ----

    static String text(List<Outcome> outcomes) {
        List<List<String>> lines = new ArrayList<>();
        List<String> titles = new ArrayList<>(List.of("policy"));
        QUANTITIES.forEach(quantity -> titles.add(quantity.title()));
        lines.add(titles);
        for (Outcome outcome : outcomes) {
            List<String> cells = new ArrayList<>(List.of(outcome.column().name()));
            Figures figures = outcome.figures();
            QUANTITIES.forEach(q -> cells.add(figures == null ? NONE : q.shown().apply(figures)));
            lines.add(cells);
        }
        int[] widths = new int[titles.size()];
        for (List<String> cells : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], cells.get(i).length());
            }
        }
        StringBuilder out = new StringBuilder();
        for (int line = 0; line < lines.size(); line++) {
            StringBuilder row = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                row.append(pad(lines.get(line).get(i), i == 0 ? -widths[i] : widths[i]))
                        .append("  ");
            }
            String note = line == 0 ? "" : note(outcomes, line - 1);
            out.append((row + note).stripTrailing()).append('\n');
        }
        return out.toString();
    }

    private static String pad(String text, int width) {
        return String.format(Locale.ROOT, "%" + width + "s", text);
    }

    // ---- for programs ----

    /** compare.csv: a line a policy. */
    static String csv(List<Outcome> outcomes) {
        StringBuilder out = new StringBuilder("policy,state");
        QUANTITIES.forEach(quantity -> out.append(',').append(quantity.header()));
        out.append('\n');
        for (Outcome outcome : outcomes) {
            Figures figures = outcome.figures();
            String state = outcome.partial() ? "partial" : outcome.problem() == null ? "ok" : "failed";
            out.append(cell(outcome.column().name())).append(',').append(state);
            QUANTITIES.forEach(q ->
                    out.append(',').append(figures == null ? "" : cell(q.plain().apply(figures))));
            out.append('\n');
        }
        return out.toString();
    }

    private static String cell(Object value) {
        String text = value.equals(NONE) ? "" : value.toString();
        return text.matches("[^,\"\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
