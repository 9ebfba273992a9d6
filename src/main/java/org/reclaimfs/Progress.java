package org.reclaimfs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** A bar on stderr, where that is a terminal. */
final class Progress implements AutoCloseable {
    private static final int WIDTH = 40;
    private static final long SHOW_EVERY_NS = 100_000_000;

    private final long endNs;
    private final boolean terminal = terminal();
    private long shownNs = System.nanoTime();
    private boolean shown;

    Progress(long endNs) {
        this.endNs = Math.max(1, endNs);
    }

    private static boolean terminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }

    void at(long nowNs) {
        if (!terminal || System.nanoTime() - shownNs < SHOW_EVERY_NS) {
            return;
        }
        shownNs = System.nanoTime();
        shown = true;
        int done = (int) (WIDTH * nowNs / endNs);
        System.err.printf("\r[%s%s] %s of %s ", "#".repeat(done), "-".repeat(WIDTH - done), time(nowNs), time(endNs));
    }

    /** Seconds with milliseconds. */
    static String time(long ns) {
        return String.format(Locale.ROOT, "%.3f s", ns / 1e9);
    }

    @Override
    public void close() {
        if (shown) {
            System.err.print("\r\u001b[K");
        }
    }
}
