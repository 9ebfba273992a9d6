package org.reclaimfs.vmscan;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;

/** Room for what one batch of {@link Scan} has in hand. A batch is over before the next one of anybody begins, so there is one. */
final class Batch {
    /** Runs taken off a list, oldest first. */
    final int[] isolated = new int[Vmscan.SWAP_CLUSTER_MAX];
    /** For {@link org.reclaimfs.mm.MemMap#prefetch}. */
    final int[] ahead = new int[Vmscan.SWAP_CLUSTER_MAX + 1];

    /** Runs that stay in memory, in the order they go back, and the list that each goes to. */
    final int[] back = new int[Vmscan.SWAP_CLUSTER_MAX];

    final int[] backList = new int[Vmscan.SWAP_CLUSTER_MAX];
    private int backCount;
    /** Where the next one goes. */
    private int backAt;
    /** Pages freed, by zone. */
    final long[] freedFrames;

    /** Whose charges go with them, which the end of the batch gives back (the kernel's batches are one page shorter). */
    private final @Nullable MemCgroup[] chargedTo = new MemCgroup[Vmscan.SWAP_CLUSTER_MAX];

    private final int[] charges = new int[Vmscan.SWAP_CLUSTER_MAX];
    private int chargedCount;

    Batch(int zones) {
        freedFrames = new long[zones];
    }

    /** A run stays: it goes back behind the one that was kept before it. */
    void keep(int run, int list) {
        if (backAt < backCount) {
            System.arraycopy(back, backAt, back, backAt + 1, backCount - backAt);
            System.arraycopy(backList, backAt, backList, backAt + 1, backCount - backAt);
        }
        back[backAt] = run;
        backList[backAt++] = list;
        backCount++;
    }

    int backCount() {
        return backCount;
    }

    /** The runs that are kept next go before those from the place {@code at} on, for which their fate was put off. */
    void keepAt(int at) {
        backAt = at;
    }

    /** All have gone back. */
    void clearBack() {
        backCount = 0;
        backAt = 0;
    }

    /** Pages have left memory. */
    void freed(MemCgroup memcg, int pages) {
        if (chargedCount == 0 || chargedTo[chargedCount - 1] != memcg) {
            chargedTo[chargedCount] = memcg;
            charges[chargedCount++] = 0;
        }
        charges[chargedCount - 1] += pages;
    }

    /** Gives back the charges of all that have left (mem_cgroup_uncharge_folios). */
    void uncharge() {
        for (int i = 0; i < chargedCount; i++) {
            MemCgroup memcg = chargedTo[i];
            if (memcg != null) {
                memcg.uncharge(charges[i]);
            }
        }
        chargedCount = 0;
    }
}
