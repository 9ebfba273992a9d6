package org.reclaimfs.zram;

import org.reclaimfs.swap.BusyTicks;
import org.reclaimfs.swap.IoCounts;

/**
 * The block statistics of a device without a queue: a request is done when its submitter has done it, and takes as many
 * ticks as fall into that time (bio_start_io_acct, bdev_end_io_acct in block/blk-core.c, 7.2). What several CPUs do at once
 * counts as done one after the other. NOT thread safe.
 */
final class BlockStats {
    private final BusyTicks busy = new BusyTicks();
    private long reads;
    private long readNs;
    private long writes;
    private long writeNs;

    /** Reads of one page each, or more time for those before. */
    void read(int pages, long tookNs, long nowNs) {
        reads += pages;
        readNs += busy.append(nowNs, tookNs) * BusyTicks.TICK_NS;
    }

    void wrote(int pages, long tookNs, long nowNs) {
        writes += pages;
        writeNs += busy.append(nowNs, tookNs) * BusyTicks.TICK_NS;
    }

    IoCounts at(long nowNs) {
        return new IoCounts(reads, 0, reads, readNs, writes, 0, writes, writeNs, 0, 0, 0, 0, busy.busyNs(nowNs));
    }
}
