package org.reclaimfs.zswap;

/**
 * Pages that wait on a CPU to be put on their lists, 31 at a time (the lru_add batches of mm/swap.c).
 *
 * <p>Only the pages that zswap writes back wait here, since only for them it shows: a write that ends first finds the page
 * on no list and cannot rotate it to the tail (folio_rotate_reclaimable), so that it stays in the swap cache. To everybody
 * else they are on their lists at once; other pages do not fill the batches.
 */
public final class LruAddBatches {
    /** Pages of a batch (PAGEVEC_SIZE). */
    static final int SIZE = 31;

    private final int[] pages;
    private final long[] emptied;

    LruAddBatches(int cpus) {
        pages = new int[cpus];
        emptied = new long[cpus];
    }

    /** A page joins the CPU's batch; returns which one. A full batch goes to the lists at once. */
    long add(int cpu) {
        long batch = emptied[cpu] * pages.length + cpu;
        if (++pages[cpu] == SIZE) {
            drain(cpu);
        }
        return batch;
    }

    /** The CPU's batch goes to the lists (lru_add_drain). */
    public void drain(int cpu) {
        if (pages[cpu] > 0) {
            pages[cpu] = 0;
            emptied[cpu]++;
        }
    }

    /** Whether the pages of a batch still wait. */
    public boolean waiting(long batch) {
        int cpu = (int) Math.floorMod(batch, (long) pages.length);
        return batch >= 0 && emptied[cpu] * pages.length + cpu == batch;
    }
}
