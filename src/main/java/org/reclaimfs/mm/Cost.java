package org.reclaimfs.mm;

import java.util.Locale;

/**
 * What work costs in virtual time: ns per unit of work, for each {@link Costs.Profile}. Times by algorithm stand in {@link
 * Costs.Algorithm}, those of devices in {@code Disk.Profile}. A scenario overrides single ones by their name in lower case.
 *
 * <p>The letter is the confidence of the server's value: P published, D derived from that, E an expert's estimate
 * (spec/11 section 1). The golden guest's values are fitted to captures; docs/golden-guest.md says how, and what is left.
 */
public enum Cost { // spotless:off
    //                server    guest        unit of work: why
    SCAN_ANON          (250,    2_200), // E page: a mapped inactive page: rmap walk, young test, list moves: 3-5 cache misses
    SCAN_FILE           (80,      500), // E page: the same without an rmap walk
    DEACTIVATE         (250,      600), // E page: from the active list to the inactive one
    UNMAP            (3_000,   11_000), // D page: page table, share of a TLB flush, slot, swap cache; rest of a profile whose
                                        //   compression is 39 %
    BATCH            (3_000,    6_000), // E up to 32 pages: locks and lists; see Costs.batchNs for contention
    RECLAIM_CALL     (2_000,   50_000), // E call: direct reclaim's set-up
    RECLAIM_MEMCG      (500,   10_000), // E visit: each memcg a walk comes by
    SLOW_PATH        (1_000,    4_000), // E round: an allocation's slow path without reclaim
    RETRY_ZONE          (50,      300), // E zone: should_reclaim_retry's look at a zone
    TABLE_FAIL         (700,    1_200), // E page: two failing attempts at a swap table (below MIN//2), so no slot for the page
    PCP_DRAIN        (5_000,   50_000), // E CPU: draining its per-CPU lists for an allocation that found nothing
    CONTEXT_SWITCH   (1_500,   10_000), // E switch: a CPU goes from one task to another
    FAULT              (700,   10_000), // E page: fault entry and exit, allocate, clear
    FILL               (300,    9_000), // E page: the task itself writes the new page, as a memset or memcpy does
    SWAPIN           (1_000,    3_000), // D page: slot, cache, charge, map (1.25-1.84 us measured with lz4's 0.9)
    STREAM_WAIT  (4_000_000, 10_000_000), // E page: kswapd's wait for a compression stream while direct reclaimers keep all
                                         //   CPUs busy: a tick until it is handed over (c1: 32 pages in 0.35 s)
    SUBMIT_IO        (1_000,   12_000), // E page: bio, request and doorbell of a swap read or write; guest: b5 1c, 2, 4c
    ZERO_CHECK         (100,    1_000), // E page: is it filled with one value?
    COPY               (200,    2_000), // E page: 10-20 GB/s
    ZSMALLOC_STORE     (500,    4_000), // E object: allocate and write
    ZSMALLOC_FREE      (300,    1_500), // E object
    TOUCH              (100,      200), // E page: a mapped page: one or two cache misses, of 50 to 80 ns as those of a scan
                                        //   are; guest: its misses are the host's own, only its instructions are emulated
    ZSWAP_ROTATE        (30,      300), // E entry: met by the shrinker, only loses its mark
    ZRAM_SLOT            (8,       65), // E slot: a zram command looks at its flags (b6 E2: "idle all" of 16384 in 1.1 ms)
    FREE               (100,      500), // E page: reclaim's free
    EXIT            (50_000,  500_000), // D process: the way of a killed one to the end of its memory; b4 F and G: 17 and 9
                                        //   fruitless rounds of another one until the first page is free
    EXIT_PAGE          (150,      300), // D page: a dying task's page: unmap and free; b4 H: 32 MiB gone in two OOM calls
    FREE_SWAP          (150,      800), // E page: a dying task's swap entry
    OOM_KILL     (1_000_000, 1_500_000), // D kill: victim, report, signal; captured 1.1 ms for a memcg, 1.4-10 for the
                                         //   machine, most of it the serial console (b4 F, c1, b2)
    FORK           (300_000, 3_000_000); // E process: fork, exec and exit of a small one; see the step fork
    // spotless:on

    final long serverNs;
    final long guestNs;

    Cost(long serverNs, long guestNs) {
        this.serverNs = serverNs;
        this.guestNs = guestNs;
    }

    /** The scenario's name of it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
