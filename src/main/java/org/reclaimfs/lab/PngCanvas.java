package org.reclaimfs.lab;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Draws into a picture, at twice the size for sharp text, on white. Needs no display. */
final class PngCanvas implements Canvas {
    private static final int SCALE = 2;
    private static final float[] DASH = {6, 4};
    private static final Font LABEL = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
    private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 12);

    private final BufferedImage image;
    private final Graphics2D pen;

    PngCanvas(int width, int height) {
        image = new BufferedImage(width * SCALE, height * SCALE, BufferedImage.TYPE_INT_RGB);
        pen = image.createGraphics();
        pen.scale(SCALE, SCALE);
        pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        pen.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        pen.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        pen.setColor(Color.WHITE);
        pen.fillRect(0, 0, width, height);
    }

    /** The file's bytes. */
    byte[] png() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // Not the stream that ImageIO would make: that one wants a hook at the end of the JVM, and an interrupted
        // comparison is there.
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            if (!ImageIO.write(image, "png", out)) {
                throw new IOException("this Java writes no PNG");
            }
        }
        return bytes.toByteArray();
    }

    private void take(Ink ink) {
        pen.setColor(new Color(
                switch (ink.use()) {
                    case TITLE -> 0x202124;
                    case LABEL -> 0x5f6368;
                    case GRID -> 0xe8eaed;
                    case AXIS -> 0xbdc1c6;
                    case SERIES -> Palette.light(ink.series());
                }));
        boolean series = ink.use() == Use.SERIES;
        int round = BasicStroke.CAP_ROUND;
        int join = BasicStroke.JOIN_ROUND;
        pen.setStroke(
                series && Palette.dashed(ink.series())
                        ? new BasicStroke(1.8f, BasicStroke.CAP_BUTT, join, 1, DASH, 0)
                        : new BasicStroke(series ? 1.8f : 1f, round, join));
    }

    @Override
    public void line(double x1, double y1, double x2, double y2, Ink ink) {
        take(ink);
        pen.draw(new Line2D.Double(x1, y1, x2, y2));
    }

    @Override
    public void path(double[] xs, double[] ys, int n, Ink ink) {
        if (n == 0) {
            return;
        }
        take(ink);
        Path2D path = new Path2D.Double();
        path.moveTo(xs[0], ys[0]);
        for (int i = 1; i < n; i++) {
            path.lineTo(xs[i], ys[i]);
        }
        pen.draw(path);
    }

    @Override
    public void mark(double x, double y, Ink ink) {
        take(ink);
        Path2D path = new Path2D.Double();
        path.moveTo(x, y);
        path.lineTo(x - 5, y - 9);
        path.lineTo(x + 5, y - 9);
        path.closePath();
        pen.fill(path);
    }

    @Override
    public void text(double x, double y, String text, Anchor anchor, Ink ink) {
        take(ink);
        pen.setFont(ink.use() == Use.TITLE ? TITLE : LABEL);
        int width = pen.getFontMetrics().stringWidth(text);
        double from =
                switch (anchor) {
                    case START -> x;
                    case MIDDLE -> x - width / 2.0;
                    case END -> x - width;
                };
        pen.drawString(text, (float) from, (float) y);
    }
}
