package org.reclaimfs.lab;

/** The few shapes a plot is made of. Coordinates in pixels from the top left. */
interface Canvas {
    /** What a shape is for; a pen knows its colour. A series' number is its place in the comparison. */
    record Ink(Use use, int series) {
        static Ink of(Use use) {
            return new Ink(use, 0);
        }
    }

    /** The parts of a plot. */
    enum Use {
        TITLE,
        LABEL,
        GRID,
        AXIS,
        SERIES
    }

    /** Which end of a text is at the point. */
    enum Anchor {
        START,
        MIDDLE,
        END
    }

    void line(double x1, double y1, double x2, double y2, Ink ink);

    /** A line through {@code n} points. */
    void path(double[] xs, double[] ys, int n, Ink ink);

    /** A mark that points down at (x, y). */
    void mark(double x, double y, Ink ink);

    void text(double x, double y, String text, Anchor anchor, Ink ink);
}
