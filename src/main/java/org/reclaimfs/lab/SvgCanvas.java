package org.reclaimfs.lab;

import java.util.Locale;

/** Draws as elements of an inline SVG; the page's style sheet has the colours, so that it can be light or dark. */
final class SvgCanvas implements Canvas {
    private final StringBuilder out = new StringBuilder();

    SvgCanvas(int width, int height, String label) {
        out.append("<svg viewBox=\"0 0 ")
                .append(width)
                .append(' ')
                .append(height)
                .append("\" role=\"img\" aria-label=\"")
                .append(Html.escape(label))
                .append("\">\n");
    }

    /** The element. */
    String svg() {
        return out + "</svg>\n";
    }

    private static String style(Ink ink) {
        return ink.use() == Use.SERIES ? "s s" + ink.series() : ink.use().name().toLowerCase(Locale.ROOT);
    }

    private static String number(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    @Override
    public void line(double x1, double y1, double x2, double y2, Ink ink) {
        out.append("<line class=\"").append(style(ink)).append("\" x1=\"").append(number(x1));
        out.append("\" y1=\"").append(number(y1)).append("\" x2=\"").append(number(x2));
        out.append("\" y2=\"").append(number(y2)).append("\"/>\n");
    }

    @Override
    public void path(double[] xs, double[] ys, int n, Ink ink) {
        out.append("<polyline class=\"").append(style(ink)).append("\" points=\"");
        for (int i = 0; i < n; i++) {
            out.append(i == 0 ? "" : " ").append(number(xs[i])).append(',').append(number(ys[i]));
        }
        out.append("\"/>\n");
    }

    @Override
    public void mark(double x, double y, Ink ink) {
        out.append("<path class=\"")
                .append(style(ink))
                .append(" mark\" d=\"M")
                .append(number(x))
                .append(' ');
        out.append(number(y)).append("l-5 -9h10z\"/>\n");
    }

    @Override
    public void text(double x, double y, String text, Anchor anchor, Ink ink) {
        out.append("<text class=\"").append(style(ink)).append("\" x=\"").append(number(x));
        out.append("\" y=\"").append(number(y)).append("\" text-anchor=\"");
        out.append(anchor.name().toLowerCase(Locale.ROOT))
                .append("\">")
                .append(Html.escape(text))
                .append("</text>\n");
    }
}
