package org.reclaimfs.swap;

/**
 * What a block device has counted so far (struct disk_stats): a snapshot.
 *
 * @param reads requests that are done
 * @param readMerges requests that were put into others
 * @param readPages pages of the requests that are done
 * @param readNs how long these took, from their start, in ns
 * @param flushes requests to empty the device's cache
 * @param readsInFlight requests under way
 * @param busyNs time with a request under way, in whole ticks, in ns
 */
public record IoCounts(
        long reads,
        long readMerges,
        long readPages,
        long readNs,
        long writes,
        long writeMerges,
        long writtenPages,
        long writeNs,
        long flushes,
        long flushNs,
        int readsInFlight,
        int writesInFlight,
        long busyNs) {
    /** Of a device that counts nothing: brd. */
    public static final IoCounts NONE = new IoCounts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
