package org.reclaimfs.mm;

/**
 * What work costs in virtual time, in ns: the {@code server} profile (spec/11 sections 1 and 2). Each can be overridden
 * in a scenario by its name in lower case.
 */
public enum Cost {
    /** Looking at a mapped inactive page: rmap, young test, list moves. */
    SCAN_ANON(250),
    SCAN_FILE(80),
    DEACTIVATE(250),
    /** Unmap, TLB flush share, slot, swap cache, free. */
    UNMAP(3_000),
    /** One batch of up to 32 pages: locks and lists. */
    BATCH(3_000),
    /** A direct reclaim call. */
    RECLAIM_CALL(2_000),
    /** Each memcg a reclaim walk visits. */
    RECLAIM_MEMCG(500),
    /** An allocation's slow-path round without reclaim. */
    SLOW_PATH(1_100),
    /** Page fault entry and exit, allocate, clear. */
    FAULT(700),
    /** Swap-in bookkeeping: slot, cache, charge, map. */
    SWAPIN(1_000),
    ZERO_CHECK(100),
    COPY(200),
    ZSMALLOC_STORE(500),
    ZSMALLOC_FREE(300),
    /** Touching a page that is mapped. */
    TOUCH(20),
    /** Meeting a zswap entry that is only rotated. */
    ZSWAP_ROTATE(30),
    /** Giving a page back. */
    FREE(100),
    /** Giving a swap entry back at unmap or exit: slot, table, cluster; {@link #ZSMALLOC_FREE} if a copy is in RAM. */
    FREE_SWAP(150),
    /**
     * Choosing a victim, reporting and signalling. Captured with a serial console: 1.1 ms for a memcg, 1.4 to 10 ms for
     * the machine (golden behaviour/b4 F, c1, b2); the console costs most of it.
     */
    OOM_KILL(1_000_000);

    final long defaultNs;

    Cost(long defaultNs) {
        this.defaultNs = defaultNs;
    }

    public long defaultNs() {
        return defaultNs;
    }
}
