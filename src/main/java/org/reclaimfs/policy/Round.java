package org.reclaimfs.policy;

/**
 * What one call of direct reclaim did. All in pages.
 *
 * @param reclaimedAnon anon and shmem pages released
 * @param reclaimedFile file pages released
 * @param scannedAnon anon and shmem pages looked at
 * @param scannedFile file pages looked at
 * @param poolPages by which the pools of zram and zswap grew in this very call, less what it gave back
 * @param young kept or activated because somebody had touched them
 * @param noSlot activated because no swap slot could be had
 * @param writeFailed not taken by the device: zram found no memory for the object, or met its limit
 * @param refused not stored by zswap and not allowed to go further (memory.zswap.writeback 0)
 * @param refaults pages that came back from swap or disk, on the whole machine, between its begin and its end
 */
public record Round(
        long reclaimedAnon,
        long reclaimedFile,
        long scannedAnon,
        long scannedFile,
        long poolPages,
        long young,
        long noSlot,
        long writeFailed,
        long refused,
        long refaults) {

    /** One that did nothing. */
    public static final Round NOTHING = new Round(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** What try_to_free_pages returns. */
    public long reclaimed() {
        return reclaimedAnon + reclaimedFile;
    }

    public long scanned() {
        return scannedAnon + scannedFile;
    }

    /** Both together. */
    public Round plus(Round other) {
        return new Round(
                reclaimedAnon + other.reclaimedAnon,
                reclaimedFile + other.reclaimedFile,
                scannedAnon + other.scannedAnon,
                scannedFile + other.scannedFile,
                poolPages + other.poolPages,
                young + other.young,
                noSlot + other.noSlot,
                writeFailed + other.writeFailed,
                refused + other.refused,
                refaults + other.refaults);
    }
}
