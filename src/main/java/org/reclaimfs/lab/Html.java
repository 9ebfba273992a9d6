package org.reclaimfs.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.reclaimfs.lab.Outcome.Figures;
import org.reclaimfs.scenario.Telling;

/** index.html: one page that needs nothing else, with the table, the sentences and a plot of each quantity. */
final class Html {
    private Html() {}

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    static String page(String title, String subtitle, List<Outcome> outcomes) {
        Plot plot = new Plot(outcomes);
        StringBuilder body = new StringBuilder();
        boolean partial = outcomes.stream().anyMatch(Outcome::partial);
        if (partial) {
            body.append("<p class=\"warn\">Interrupted: these results are partial.</p>\n");
        }
        body.append(table(outcomes)).append(legend(outcomes)).append("<div id=\"plots\">\n");
        for (Panel panel : Panel.ALL) {
            body.append("<figure id=\"").append(panel.key()).append("\">").append(plot.svg(panel));
            body.append("</figure>\n");
        }
        body.append("</div>\n").append(sentences(outcomes));
        return resource("compare.html")
                .replace("@TITLE@", escape(title))
                .replace("@SUBTITLE@", escape(subtitle))
                .replace("/*@COLOURS@*/", colours(outcomes.size()))
                .replace("@LEFT@", Integer.toString(Plot.LEFT))
                .replace("@RIGHT@", Integer.toString(Plot.WIDTH - Plot.RIGHT))
                .replace("@WIDTH@", Integer.toString(Plot.WIDTH))
                .replace("@FROM@", Double.toString(plot.time().low()))
                .replace("@TO@", Double.toString(plot.time().high()))
                .replace("@BODY@", body);
    }

    private static String resource(String name) {
        try (InputStream in = Html.class.getResourceAsStream("/" + name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String colours(int count) {
        StringBuilder light = new StringBuilder();
        StringBuilder dark = new StringBuilder();
        for (int i = 0; i < count; i++) {
            light.append(String.format(Locale.ROOT, ".s%d{--c:#%06x}", i, Palette.light(i)));
            dark.append(String.format(Locale.ROOT, ".s%d{--c:#%06x}", i, Palette.dark(i)));
            if (Palette.dashed(i)) {
                light.append(String.format(Locale.ROOT, "polyline.s%d{stroke-dasharray:6 4}", i));
            }
        }
        return light + "\n@media(prefers-color-scheme:dark){" + dark + "}";
    }

    private static String table(List<Outcome> outcomes) {
        StringBuilder out = new StringBuilder("<div class=\"wide\"><table><thead><tr><th>policy</th>");
        Table.QUANTITIES.forEach(
                q -> out.append("<th>").append(escape(q.title())).append("</th>"));
        out.append("</tr></thead><tbody>\n");
        double longest = outcomes.stream()
                .map(Outcome::figures)
                .mapToDouble(f -> f == null ? 0 : f.stalledNs())
                .max()
                .orElse(0);
        for (int i = 0; i < outcomes.size(); i++) {
            out.append("<tr><th scope=\"row\">")
                    .append(name(outcomes.get(i), i))
                    .append("</th>");
            Figures figures = outcomes.get(i).figures();
            for (Table.Quantity quantity : Table.QUANTITIES) {
                String cell = figures == null ? "-" : quantity.shown().apply(figures);
                boolean bar = quantity.header().equals("stalled_ns") && figures != null && longest > 0;
                out.append(bar ? bar(figures.stalledNs() / longest, i) : "<td>");
                out.append(escape(cell)).append("</td>");
            }
            String note = Table.note(outcomes, i);
            if (!note.isEmpty()) {
                out.append("</tr><tr><td class=\"note\" colspan=\"99\">")
                        .append(escape(note))
                        .append("</td>");
            }
            out.append("</tr>\n");
        }
        return out.append("</tbody></table></div>\n").toString();
    }

    private static String bar(double share, int series) {
        return String.format(Locale.ROOT, "<td class=\"bar s%d\" style=\"--w:%.1f%%\">", series, share * 100);
    }

    private static String name(Outcome outcome, int series) {
        return "<span class=\"dot s" + series + "\"></span>"
                + escape(outcome.column().name());
    }

    private static String legend(List<Outcome> outcomes) {
        StringBuilder out = new StringBuilder("<div id=\"legend\">\n");
        for (int i = 0; i < outcomes.size(); i++) {
            out.append("<button type=\"button\" aria-pressed=\"true\" data-series=\"")
                    .append(i)
                    .append("\">");
            out.append(name(outcomes.get(i), i)).append("</button>\n");
        }
        return out.append("<span>&#9662; a kill</span><output id=\"at\"></output></div>\n")
                .toString();
    }

    private static String sentences(List<Outcome> outcomes) {
        StringBuilder out = new StringBuilder("<h2>What happened</h2>\n");
        for (int i = 0; i < outcomes.size(); i++) {
            Figures figures = outcomes.get(i).figures();
            if (figures == null) {
                continue;
            }
            out.append("<details").append(i < 2 ? " open" : "").append("><summary>");
            out.append(name(outcomes.get(i), i)).append(": stalled ");
            out.append(Telling.span(figures.stalledNs())).append("</summary><ul>\n");
            if (figures.sentences().isEmpty()) {
                out.append("<li>No allocation had to wait.</li>\n");
            }
            figures.sentences()
                    .forEach(s -> out.append("<li>").append(escape(s)).append("</li>\n"));
            out.append("</ul></details>\n");
        }
        return out.toString();
    }
}
