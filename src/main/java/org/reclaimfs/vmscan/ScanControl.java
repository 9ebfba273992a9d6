package org.reclaimfs.vmscan;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.ReclaimReason;

/** What one reclaim call wants and has found out so far (struct scan_control). Sizes in pages. */
final class ScanControl {
    /** The memcg to reclaim from; null is the whole machine, on behalf of the page allocator. */
    final @Nullable MemCgroup target;

    final MemCgroup root;
    final ReclaimReason reason;
    /** 0..200 or {@link Vmscan#SWAPPINESS_ANON_ONLY}. */
    final int swappiness;

    long nrToReclaim;
    int priority = Vmscan.DEF_PRIORITY;
    /** Not in a boost run of kswapd. */
    boolean maySwap = true;
    /** kswapd has met nothing but pages under writeback on the node (PGDAT_WRITEBACK). */
    boolean nodeWriteback;

    boolean fullWalk;
    boolean forceDeactivate;
    boolean skippedDeactivate;
    boolean memcgLowReclaim;
    boolean memcgLowSkipped;

    // Of the node being shrunk.
    boolean mayDeactivateAnon;
    boolean mayDeactivateFile;
    boolean cacheTrimMode;
    boolean noCacheTrim;
    boolean fileIsTiny;
    long anonCost;
    long fileCost;

    long nrReclaimed;
    long nrScanned;
    final Tally tally = new Tally();

    ScanControl(@Nullable MemCgroup target, MemCgroup root, long nrToReclaim, ReclaimReason reason, int swappiness) {
        this.target = target;
        this.root = root;
        this.nrToReclaim = nrToReclaim;
        this.reason = reason;
        this.swappiness = swappiness;
    }

    /** Reclaim for a memcg, not for the page allocator. */
    boolean cgroupReclaim() {
        return target != null;
    }

    /** On behalf of a task that waits for memory. */
    boolean direct() {
        return reason == ReclaimReason.DIRECT;
    }

    boolean kswapd() {
        return reason == ReclaimReason.KSWAPD;
    }
}
