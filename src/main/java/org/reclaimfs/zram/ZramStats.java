package org.reclaimfs.zram;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Units;

/**
 * The numbers of a device at one moment, since its last reset: mm_stat, bd_stat and io_stat (struct zram_stats; 7.2). All
 * are 0 without a disksize, but for those of the backing device.
 *
 * @param origDataBytes bytes stored, before compression
 * @param comprDataBytes bytes of the objects
 * @param memUsedTotalBytes what the pool has of memory
 * @param memUsedMaxBytes the most it ever had, or had since a write to mem_used_max
 * @param samePages same-filled pages, which need no object
 * @param hugePages pages kept as they are
 * @param hugePagesSince such pages ever stored
 * @param backingPages pages on the backing device now
 * @param backingReads pages read from it
 * @param backingWrites pages written to it
 * @param failedReads pages
 * @param failedWrites pages there was no memory for
 * @param notifyFree pages that swap has freed, or a discard
 */
public record ZramStats(
        long origDataBytes,
        long comprDataBytes,
        long memUsedTotalBytes,
        long memUsedMaxBytes,
        long samePages,
        long hugePages,
        long hugePagesSince,
        long backingPages,
        long backingReads,
        long backingWrites,
        long failedReads,
        long failedWrites,
        long notifyFree) {

    static ZramStats of(
            @Nullable ZramStore store,
            @Nullable Backing backing,
            long failedReads,
            long failedWrites,
            long notifyFree) {
        return new ZramStats(
                store == null ? 0 : Units.pagesToBytes(store.storedPages()),
                store == null ? 0 : store.comprBytes(),
                store == null ? 0 : Units.pagesToBytes(store.poolPages()),
                store == null ? 0 : Units.pagesToBytes(store.maxUsedPages()),
                store == null ? 0 : store.samePages(),
                store == null ? 0 : store.hugePages(),
                store == null ? 0 : store.hugePagesSince(),
                backing == null ? 0 : backing.usedBlocks(),
                backing == null ? 0 : backing.reads(),
                backing == null ? 0 : backing.writes(),
                failedReads,
                failedWrites,
                notifyFree);
    }
}
