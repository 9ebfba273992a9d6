package org.reclaimfs.machine;

/** The bookkeeping that the shrink worker and source=zswap share: 16 failures end the walk (series B, part 3). */
final class ShrinkWalk {
    /** Entries scanned in one go with series B. */
    static final int BATCH = 64;
    /** The walk must end. */
    static final long BUSY = -1;

    private static final int MAX_FAILURES = 16;

    private int failures;
    private int scans;

    /** A pass over the memcgs ended; it counts as a failure if it met nothing to scan. */
    long passEnded() {
        if (scans == 0 && ++failures == MAX_FAILURES) {
            return BUSY;
        }
        scans = 0;
        return 0;
    }

    /** A memcg was scanned and {@code bytes} written. */
    long scanned(long bytes) {
        scans++;
        return bytes <= 0 && ++failures == MAX_FAILURES ? BUSY : bytes;
    }
}
