package org.reclaimfs.swap;

import org.reclaimfs.mm.Content;

/** What keeps a swap device's data: a disk, or RAM (zram). */
public interface SwapBackend {
    /** SWP_SYNCHRONOUS_IO: a write is done, and a read served, within the caller. */
    boolean synchronous();

    /** Flash or RAM rather than a spinning disk. */
    boolean solidState();

    /** Whether the data take RAM (patch A's block feature). A writeback device of zram's makes no difference. */
    boolean ramBacked();

    /** Pages whose data it keeps in RAM. */
    default long pooledPages() {
        return 0;
    }

    /** Pages of RAM it keeps data in. */
    default long poolPages() {
        return 0;
    }

    /**
     * Writes pages. A synchronous device stores them; others queue them.
     *
     * @param slot of the first page
     * @param node where the pages are; memory for what they become is looked for there first
     * @return how many of the first pages were taken; fewer than {@code pages} means the next one failed
     */
    int write(int slot, Content content, int pages, int node);

    /** Whether {@link #writeEach} can take so many such pages, whatever slots they are written to. */
    default boolean roomFor(Content content, int pages) {
        return false;
    }

    /** Writes a page to each of the first {@code count} of {@code slots}, for which there is room. */
    default void writeEach(int[] slots, int count, Content content, int node) {
        throw new UnsupportedOperationException("no room for pages");
    }

    /** A synchronous device's cost of writing one such page, in ns. */
    long writeCostNs(Content content);

    /**
     * When a request submitted now is done, in ns; the device's queue remembers it.
     *
     * @param slot of the first page
     */
    long submitNs(boolean write, int slot, int pages, long nowNs);

    /** When the queue takes another request, in ns: until then a submitter sleeps. */
    long queueFreeNs();

    /** What reading pages of a synchronous device costs, in ns; {@link #submitNs} says what it takes beyond that. */
    long readCostNs(int slot, int pages);

    /** A read takes place: for the device's statistics, and for what it knows of its slots. */
    void noteRead(int slot, int pages);

    /**
     * Reads the page of a slot in use for the last time, and frees the slot; {@link #noteTaken} counts it later.
     *
     * @return what the read costs, in ns; negative, with nothing done, for a page that is not at once at hand
     */
    default long take(int slot) {
        return -1;
    }

    /**
     * Pages were taken by {@link #take}.
     *
     * @param costNs of all of them
     */
    default void noteTaken(int pages, long costNs) {
        throw new UnsupportedOperationException("no page can be taken");
    }

    /**
     * Reads what reads of the first {@code count} of some slots will need, so that it is at hand by then; the result means
     * nothing.
     *
     * @see org.reclaimfs.mm.MemMap#prefetch
     */
    default int prefetch(int[] slots, int count) {
        return 0;
    }

    /** Slots were freed, with whatever the device holds for them. */
    void free(int slot, int pages);
}
