package org.reclaimfs.policy;

import org.reclaimfs.mm.Zone;

/**
 * What should_reclaim_retry believes after a round of direct reclaim: the decision under test (spec/02 section 6). Every
 * method answers as {@link Stock} does unless a policy says otherwise. Without state; sizes in pages.
 */
public interface RetryPolicy {
    /** Pages of the round that count as progress: any at all set no_progress_loops back to 0. */
    default long progress(Round round, Outlook outlook) {
        return round.reclaimed();
    }

    /** File pages of the zone that another round might free. */
    default long filePages(Zone zone, Round round, Outlook outlook) {
        return zone.filePages();
    }

    /** Anon pages of the zone that another round might free. */
    default long anonPages(Zone zone, Round round, Outlook outlook) {
        return outlook.freeSlots() > 0 ? zone.anonPages() : 0;
    }
}
