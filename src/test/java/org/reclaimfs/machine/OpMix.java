package org.reclaimfs.machine;

/** Which operations take part. */
enum OpMix {
    /** One cgroup, anonymous memory, memory.reclaim, zswap over a disk. */
    ZSWAP(62),
    /** One cgroup, every kind of memory, a disk or zram, no zswap. */
    SWAP(62),
    /** A tree of cgroups with limits and protection. */
    TREE(84),
    /** All there is. */
    EVERYTHING(100),
    /** The same, mostly reclaim to zram and random touches, until every run is a page. */
    THRASH(100),
    /** A small machine that runs out: kswapd, direct reclaim, the gate, global OOM kills. */
    SHORTAGE(62),
    /** The same with limits on two or three nodes. */
    NODES(91);

    /** How many of the numbers that choose an operation take part. */
    final int operations;

    /** Whether the machine is as small as to run out of memory. */
    boolean mayRunShort() {
        return this == SHORTAGE || this == NODES;
    }

    OpMix(int operations) {
        this.operations = operations;
    }
}
