package org.reclaimfs.scenario;

/**
 * Which of many events of one kind are written: the first ones, then fewer and fewer, so that their number grows with the
 * logarithm of what happens. It counts, and draws no lots: the same run writes the same events.
 */
final class Thinning {
    private final int first;
    private final int perStride;
    private long seen;
    private long written;
    private long stride = 1;
    private long skipped;

    /**
     * @param first so many are written without a gap
     * @param perStride then so many of every second one, so many of every fourth, and so on
     */
    Thinning(int first, int perStride) {
        this.first = first;
        this.perStride = perStride;
    }

    /** Another one happens: how many were left out before it, or -1 if it is left out itself. */
    long next() {
        seen++;
        if (written >= first && (written - first) % perStride == 0 && skipped == 0) {
            stride *= 2;
        }
        if (skipped + 1 < stride) {
            skipped++;
            return -1;
        }
        long gap = skipped;
        skipped = 0;
        written++;
        return gap;
    }

    long seen() {
        return seen;
    }

    long written() {
        return written;
    }
}
