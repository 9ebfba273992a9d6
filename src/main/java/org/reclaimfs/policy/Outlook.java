package org.reclaimfs.policy;

/**
 * What a policy may know of the machine besides the zone at hand. Sizes in pages.
 *
 * @param freeSlots of all active swap devices (nr_swap_pages)
 * @param allRamBacked patch A's flag: at least one active device, and each keeps its data in RAM
 * @param pooled pages whose data are in the pools of zram and zswap
 * @param pool pages these pools take
 * @param knobs what an administrator has set
 */
public record Outlook(long freeSlots, boolean allRamBacked, long pooled, long pool, Knobs knobs) {}
