package org.reclaimfs.lab;

import java.util.List;
import org.reclaimfs.lab.Canvas.Anchor;
import org.reclaimfs.lab.Canvas.Ink;
import org.reclaimfs.lab.Canvas.Use;
import org.reclaimfs.lab.Outcome.Figures;
import org.reclaimfs.machine.Kill;
import org.reclaimfs.scenario.Series;
import org.reclaimfs.scenario.Telling;

/** Draws panels: all policies over the same stretch of time, kills as marks. Sizes in pixels. */
final class Plot {
    static final int WIDTH = 720;
    static final int LEFT = 76;
    static final int RIGHT = 14;
    static final int TOP = 34;
    static final int BOTTOM = 20;
    /** More points than this on a line are not seen. */
    private static final int POINTS = 700;

    /** The upper end of an axis on which there is nothing but 0. */
    private static final double EMPTY = 1;

    private static final Ink TITLE = Ink.of(Use.TITLE);
    private static final Ink LABEL = Ink.of(Use.LABEL);
    private static final Ink GRID = Ink.of(Use.GRID);
    private static final Ink AXIS = Ink.of(Use.AXIS);

    private final List<Outcome> outcomes;
    private final Scale time;

    /** Plots over the stretch in which anything waited for memory, with a little around it. */
    Plot(List<Outcome> outcomes) {
        this.outcomes = outcomes;
        this.time = stretch(outcomes);
    }

    /** The axis of time, in seconds. */
    Scale time() {
        return time;
    }

    private static Scale stretch(List<Outcome> outcomes) {
        double from = Double.MAX_VALUE;
        double to = 0;
        double end = 1e-3;
        for (Outcome outcome : outcomes) {
            Figures figures = outcome.figures();
            if (figures != null) {
                long[] times = figures.series().timesNs();
                end = Math.max(end, figures.virtualNs() / 1e9);
                long[] busy = figures.series().values("allocstall_count");
                for (int i = 1; i < busy.length; i++) {
                    if (busy[i] > busy[i - 1]) {
                        from = Math.min(from, times[i - 1] / 1e9);
                        to = Math.max(to, times[i] / 1e9);
                    }
                }
                for (Kill kill : figures.kills()) {
                    from = Math.min(from, kill.atNs() / 1e9);
                    to = Math.max(to, kill.atNs() / 1e9);
                }
            }
        }
        if (to == 0) {
            return new Scale(0, end, LEFT, WIDTH - RIGHT, false);
        }
        double around = Math.max((to - from) * 0.06, end * 0.005);
        return new Scale(Math.max(0, from - around), Math.min(end, to + around), LEFT, WIDTH - RIGHT, false);
    }

    /** Draws a panel whose top is at {@code y} and whose lines take {@code height}. */
    void draw(Canvas canvas, Panel panel, double y, double height) {
        double top = y + TOP;
        Scale scale = scale(panel, top + height, top);
        canvas.text(LEFT, y + 14, panel.title(), Anchor.START, TITLE);
        List<Double> ticks = scale.high() == EMPTY ? List.of(0.0) : scale.ticks(panel.base());
        for (double tick : ticks) {
            double at = scale.at(tick);
            canvas.line(LEFT, at, WIDTH - RIGHT, at, GRID);
            canvas.text(LEFT - 8, at + 4, panel.shown(tick), Anchor.END, LABEL);
        }
        canvas.line(LEFT, top + height, WIDTH - RIGHT, top + height, AXIS);
        for (double tick : time.ticks(10)) {
            canvas.line(time.at(tick), top + height, time.at(tick), top + height + 4, AXIS);
            String label = Telling.span(Math.round(tick * 1e9));
            canvas.text(time.at(tick), top + height + 16, label, Anchor.MIDDLE, LABEL);
        }
        // The first is drawn last: the others are compared with it.
        for (int i = outcomes.size() - 1; i >= 0; i--) {
            Figures figures = outcomes.get(i).figures();
            if (figures != null) {
                line(canvas, panel, scale, figures.series(), i);
                for (Kill kill : figures.kills()) {
                    if (kill.atNs() / 1e9 <= time.high()) {
                        canvas.mark(time.at(kill.atNs() / 1e9), top, new Ink(Use.SERIES, i));
                    }
                }
            }
        }
    }

    private Scale scale(Panel panel, double bottom, double top) {
        double low = Double.MAX_VALUE;
        double high = 0;
        for (Outcome outcome : outcomes) {
            Figures figures = outcome.figures();
            if (figures == null) {
                continue;
            }
            long[] times = figures.series().timesNs();
            double[] values = panel.values().apply(figures.series());
            for (int i = 0; i < values.length; i++) {
                if (times[i] / 1e9 >= time.low() && times[i] / 1e9 <= time.high()) {
                    high = Math.max(high, values[i]);
                    low = values[i] > 0 ? Math.min(low, values[i]) : low;
                }
            }
        }
        if (!panel.log()) {
            return new Scale(0, high > 0 ? high * 1.04 : EMPTY, bottom, top, false);
        }
        double from = Math.min(low, high / panel.base());
        return high > 0 ? new Scale(from, high * 1.1, bottom, top, true) : new Scale(0, EMPTY, bottom, top, false);
    }

    private void line(Canvas canvas, Panel panel, Scale scale, Series series, int number) {
        long[] times = series.timesNs();
        double[] values = panel.values().apply(series);
        double[] xs = new double[times.length];
        double[] ys = new double[times.length];
        int n = 0;
        double bucket = (time.to() - time.from()) / POINTS;
        double previous = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < times.length; i++) {
            double seconds = times[i] / 1e9;
            boolean shown = seconds >= time.low() && seconds <= time.high();
            if (shown && time.at(seconds) - previous >= bucket) {
                previous = time.at(seconds);
                xs[n] = previous;
                ys[n++] = scale.at(values[i]);
            }
        }
        canvas.path(xs, ys, n, new Ink(Use.SERIES, number));
    }

    // ---- whole drawings ----

    private static final int PAGE_PANEL = 120;
    private static final int PICTURE_PANEL = 105;

    /** One panel as an element of the page. */
    String svg(Panel panel) {
        SvgCanvas canvas = new SvgCanvas(WIDTH, TOP + PAGE_PANEL + BOTTOM, panel.title() + " over time");
        draw(canvas, panel, 0, PAGE_PANEL);
        return canvas.svg();
    }

    /** The picture: names of the policies above, then the panels of the story. */
    void drawStory(Canvas canvas, double legendHeight) {
        double y = legendHeight;
        for (Panel panel : Panel.STORY) {
            draw(canvas, panel, y, PICTURE_PANEL);
            y += TOP + PICTURE_PANEL + BOTTOM + 4;
        }
    }

    static int storyHeight() {
        return Panel.STORY.size() * (TOP + PICTURE_PANEL + BOTTOM + 4) + 6;
    }
}
