package org.reclaimfs.lab;

import java.io.IOException;
import java.util.List;
import org.reclaimfs.lab.Canvas.Anchor;
import org.reclaimfs.lab.Canvas.Ink;
import org.reclaimfs.lab.Canvas.Use;
import org.reclaimfs.lab.Outcome.Figures;
import org.reclaimfs.scenario.Telling;

/** compare.png: a title, the policies with what came of them, the story in four panels. */
final class Picture {
    private static final int LINE = 17;
    private static final int HEAD = 30;

    private Picture() {}

    /** The file's bytes. */
    static byte[] png(String title, List<Outcome> outcomes) throws IOException {
        int legend = HEAD + outcomes.size() * LINE + 8;
        PngCanvas canvas = new PngCanvas(Plot.WIDTH, legend + Plot.storyHeight());
        canvas.text(Plot.RIGHT, 20, title, Anchor.START, Ink.of(Use.TITLE));
        for (int i = 0; i < outcomes.size(); i++) {
            double x = Plot.RIGHT;
            double y = HEAD + i * LINE;
            canvas.line(x, y + 6, x + 18, y + 6, new Ink(Use.SERIES, i));
            canvas.text(x + 25, y + 10, caption(outcomes, i), Anchor.START, Ink.of(Use.LABEL));
        }
        new Plot(outcomes).drawStory(canvas, legend);
        return canvas.png();
    }

    private static String caption(List<Outcome> outcomes, int at) {
        Outcome outcome = outcomes.get(at);
        String name = outcome.column().name();
        String note = Table.note(outcomes, at);
        if (note.startsWith(Table.SAME)) {
            return name + ": " + note;
        }
        Figures figures = outcome.figures();
        if (figures == null) {
            return name + ": failed";
        }
        String stalled = name + ": stalled " + Telling.span(figures.stalledNs());
        String end = figures.kills().isEmpty()
                ? ", nobody killed"
                : ", " + figures.kills().get(0).task() + " killed at "
                        + Telling.span(figures.kills().get(0).atNs());
        return stalled + end + (outcome.partial() ? " (partial)" : "");
    }
}
