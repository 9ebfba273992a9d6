package org.reclaimfs.machine;

import org.reclaimfs.mm.Zone;
import org.reclaimfs.swap.SwapDevices;

/** What should_reclaim_retry believes could still be reclaimed: the decision under test (spec/02 section 6). */
interface RetryPolicy {
    /** Reclaimable pages of a zone in the eyes of the policy. */
    long reclaimablePages(Zone zone, SwapDevices swap);

    /** Stock 7.2: anon counts while any slot is free. */
    RetryPolicy STOCK = (zone, swap) -> zone.reclaimablePages(swap.freePages() > 0);

    /** Patch A: with nothing but RAM-backed swap, only file pages count. */
    RetryPolicy RAM_BACKED = (zone, swap) -> zone.reclaimablePages(swap.freePages() > 0 && !swap.allRamBacked());
}
