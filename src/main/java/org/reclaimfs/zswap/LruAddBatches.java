package org.reclaimfs.zswap;

import org.reclaimfs.memcg.Folios;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.MemMap;

/**
 * Pages that wait on a CPU to be put on their lists, 31 at a time (the lru_add batches of mm/swap.c). NOT thread safe.
 *
 * <p>Only pages that zswap writes back wait here, since only for them it shows: a write that ends while its page is on no
 * list cannot rotate it to the tail (folio_rotate_reclaimable), and it stays in the swap cache. Hence such a page is marked
 * for rotation not before its batch goes to the lists. To everybody else it is on its list at once; the pages of faults do
 * not fill these batches.
 */
public final class LruAddBatches {
    /** Pages of a batch (PAGEVEC_SIZE). */
    static final int SIZE = 31;

    private final Folios folios;
    private final MemMap mem;
    private final Batch[] batches;

    private static final class Batch {
        final int[] table = new int[SIZE];
        final int[] generation = new int[SIZE];
        final int[] off = new int[SIZE];
        final long[] doneNs = new long[SIZE];
        int pages;
    }

    LruAddBatches(Folios folios, int cpus) {
        this.folios = folios;
        this.mem = folios.mem;
        batches = new Batch[cpus];
        for (int cpu = 0; cpu < cpus; cpu++) {
            batches[cpu] = new Batch();
        }
    }

    /** A page comes; false if the batch is full with it: then all of them are on their lists. */
    boolean waits(int cpu, long nowNs) {
        if (batches[cpu].pages < SIZE - 1) {
            return true;
        }
        drain(cpu, nowNs);
        return false;
    }

    /** The page of {@code run}, which waits, is being written until {@code doneNs}. */
    void add(int cpu, int run, long doneNs) {
        Batch batch = batches[cpu];
        int at = batch.pages++;
        batch.table[at] = mem.table(run);
        batch.generation[at] = mem.generation(mem.table(run));
        batch.off[at] = mem.off(run);
        batch.doneNs[at] = doneNs;
    }

    /** The CPU's batch goes to the lists (lru_add_drain). */
    public void drain(int cpu, long nowNs) {
        Batch batch = batches[cpu];
        for (int at = 0; at < batch.pages; at++) {
            boolean gone = mem.generation(batch.table[at]) != batch.generation[at];
            if (batch.doneNs[at] > nowNs && !gone) {
                markForRotation(batch.table[at], batch.off[at]);
            }
        }
        batch.pages = 0;
    }

    private void markForRotation(int table, int off) {
        int run = mem.find(table, off);
        if (run != MemMap.NIL && mem.has(run, Flags.WRITEBACK)) {
            int page = folios.carve(run, off - mem.off(run), 1);
            mem.setFlags(page, mem.flags(page) | Flags.RECLAIM);
        }
    }
}
