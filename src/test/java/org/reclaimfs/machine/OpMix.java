package org.reclaimfs.machine;

/** Which operations take part. */
enum OpMix {
    /** One cgroup, anonymous memory, memory.reclaim, zswap over a disk. */
    ZSWAP,
    /** One cgroup, every kind of memory, a disk or zram, no zswap. */
    SWAP,
    /** A tree of cgroups with limits and protection. */
    TREE,
    /** All there is. */
    EVERYTHING
}
