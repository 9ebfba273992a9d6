package org.reclaimfs.policy;

import org.reclaimfs.mm.Zone;

/**
 * Patch A2, "mm: Require LRU reclaim progress before retrying direct reclaim" (10 April 2026; spec/12 A2): the pages of a
 * type count only if the last round released at least {@link Knobs#reclaimProgressPct} percent of them; 0 is stock. Of how
 * many pages the percentage is taken the mail does not say, so both readings are here.
 */
public final class ReclaimProgress implements RetryPolicy {
    /** What 100 percent are. */
    public enum Base {
        /** The type's pages on the zone's lists. */
        LISTS,
        /** The type's pages that the round has looked at. */
        SCANNED
    }

    private final Base base;

    public ReclaimProgress(Base base) {
        this.base = base;
    }

    @Override
    public long filePages(Zone zone, Round round, Outlook outlook) {
        long of = base == Base.LISTS ? zone.filePages() : round.scannedFile();
        return enough(round.reclaimedFile(), of, outlook) ? zone.filePages() : 0;
    }

    @Override
    public long anonPages(Zone zone, Round round, Outlook outlook) {
        long of = base == Base.LISTS ? zone.anonPages() : round.scannedAnon();
        boolean enough = enough(round.reclaimedAnon(), of, outlook);
        return enough ? RetryPolicy.super.anonPages(zone, round, outlook) : 0;
    }

    /** Nothing is never enough, of however few pages, unless nothing is asked for. */
    private static boolean enough(long reclaimed, long of, Outlook outlook) {
        int percent = outlook.knobs().reclaimProgressPct();
        return percent == 0 || reclaimed > 0 && reclaimed * 100 >= percent * of;
    }
}
