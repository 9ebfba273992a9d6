package org.reclaimfs.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.reclaimfs.lab.Outcome.Figures;

/** What a comparison leaves behind: text for the terminal, and a directory. */
public final class Report {
    private final String title;
    private final String subtitle;
    private final List<Outcome> outcomes;

    /**
     * @param title the scenario's name
     * @param subtitle the machine, in a line
     */
    public Report(String title, String subtitle, List<Outcome> outcomes) {
        this.title = title;
        this.subtitle = subtitle;
        this.outcomes = outcomes;
    }

    /** The table for a terminal. */
    public String text() {
        return Table.text(outcomes);
    }

    /**
     * Writes compare.csv, index.html, compare.png and a directory N-NAME for each policy with the files of `run --out`.
     */
    public void write(Path dir) throws IOException {
        Files.createDirectories(dir);
        Files.writeString(dir.resolve("compare.csv"), Table.csv(outcomes));
        Files.writeString(dir.resolve("index.html"), Html.page(title, subtitle, outcomes));
        Files.write(dir.resolve("compare.png"), Picture.png(title + ": " + subtitle, outcomes));
        for (int i = 0; i < outcomes.size(); i++) {
            Figures figures = outcomes.get(i).figures();
            if (figures != null) {
                Path own = Files.createDirectories(dir.resolve(directory(i)));
                Files.writeString(own.resolve("summary.json"), figures.files().summaryJson());
                Files.writeString(own.resolve("timeline.csv"), figures.files().timelineCsv());
                Files.writeString(own.resolve("trace.jsonl"), figures.files().traceJsonl());
            }
        }
    }

    private String directory(int at) {
        String name = outcomes.get(at).column().name().replaceAll("[^A-Za-z0-9_.]+", "-");
        return String.format(Locale.ROOT, "%d-%s", at + 1, name);
    }
}
