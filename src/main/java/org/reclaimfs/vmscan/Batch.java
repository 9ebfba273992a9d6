package org.reclaimfs.vmscan;

/** Room for what one batch of {@link Scan} has in hand. A batch is over before the next one of anybody begins, so there is one. */
final class Batch {
    /** Runs taken off a list, oldest first. */
    final int[] isolated = new int[Vmscan.SWAP_CLUSTER_MAX];
    /** Runs that stay in memory, in the order they go back, and the list that each goes to. */
    final int[] back = new int[Vmscan.SWAP_CLUSTER_MAX];

    final int[] backList = new int[Vmscan.SWAP_CLUSTER_MAX];
    /** Pages freed, by zone. */
    final long[] freedFrames;

    Batch(int zones) {
        freedFrames = new long[zones];
    }
}
