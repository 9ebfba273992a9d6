package org.reclaimfs.vmscan;

/** What a call of reclaim has done so far, in pages: for who asks afterwards what it was good for. NOT thread safe. */
public final class Tally {
    private long scannedAnon;
    private long scannedFile;
    private long reclaimedAnon;
    private long reclaimedFile;
    long young;
    long noSlot;
    long writeFailed;
    long refused;

    void batch(boolean file, int scanned, int reclaimed) {
        if (file) {
            scannedFile += scanned;
            reclaimedFile += reclaimed;
        } else {
            scannedAnon += scanned;
            reclaimedAnon += reclaimed;
        }
    }

    public long scannedAnon() {
        return scannedAnon;
    }

    public long scannedFile() {
        return scannedFile;
    }

    public long reclaimedAnon() {
        return reclaimedAnon;
    }

    public long reclaimedFile() {
        return reclaimedFile;
    }

    /** Kept or activated because somebody had touched them. */
    public long young() {
        return young;
    }

    /** Activated because no swap slot could be had. */
    public long noSlot() {
        return noSlot;
    }

    /** Not taken by the device, for want of memory or room. */
    public long writeFailed() {
        return writeFailed;
    }

    /** Not stored by zswap and not allowed to go further. */
    public long refused() {
        return refused;
    }
}
