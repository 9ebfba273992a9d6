package org.reclaimfs.policy;

import org.reclaimfs.mm.Zone;

/**
 * Patch A, "mm: Reduce direct reclaim stalls with RAM-backed swap" (RFC, 3 March 2026; spec/12 A): while every active swap
 * device keeps its data in RAM, only file pages count. The flag is read without a lock, at each decision, so that a
 * swapoff changes the mind of who is looping already.
 */
public final class RamBackedSwap implements RetryPolicy {
    @Override
    public long anonPages(Zone zone, Round round, Outlook outlook) {
        return outlook.allRamBacked() ? 0 : RetryPolicy.super.anonPages(zone, round, outlook);
    }
}
