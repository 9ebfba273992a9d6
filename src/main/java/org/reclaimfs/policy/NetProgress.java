package org.reclaimfs.policy;

/**
 * Progress is what a round gains: pages released less pages that the pools of zram and zswap took to hold their data
 * (spec/12, further policies). What counts as reclaimable stays as it is, so a stall ends after 17 rounds without gain.
 */
public final class NetProgress implements RetryPolicy {
    @Override
    public long progress(Round round, Outlook outlook) {
        return Math.max(0, round.reclaimed() - Math.max(0, round.poolPages()));
    }
}
