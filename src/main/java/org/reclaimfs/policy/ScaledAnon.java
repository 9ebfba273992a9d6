package org.reclaimfs.policy;

import org.reclaimfs.mm.Zone;

/**
 * With RAM-backed swap only, an anon page counts as the part of a page that storing it frees, going by what the pools
 * have made of the pages they hold: anon * (1 - pool/pooled) (spec/12, further policies). With empty pools nothing is known
 * against it, and all count. A disk frees whole pages: with one, as stock.
 */
public final class ScaledAnon implements RetryPolicy {
    @Override
    public long anonPages(Zone zone, Round round, Outlook outlook) {
        long anon = RetryPolicy.super.anonPages(zone, round, outlook);
        long pooled = outlook.pooled();
        if (!outlook.allRamBacked() || pooled == 0) {
            return anon;
        }
        long gained = Math.max(0, pooled - outlook.pool());
        return (long) ((double) anon * gained / pooled);
    }
}
