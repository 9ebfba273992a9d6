/**
 * Page reclaim: which pages go, and how.
 *
 * <p>In: a target cgroup (or the whole machine) and a number of pages. Out: freed pages, swapped pages, counters.
 * Mirrors mm/vmscan.c (7.2, classic LRU; spec/03) and the swap-out half of mm/page_io.c. Lock rule: the machine's lock.
 *
 * <p>Why a state machine: a reclaim call may take minutes of virtual time during which others run, so it is cut at the
 * kernel's own batches of 32 pages; each {@code step} does one round of batches and returns.
 *
 * <p>Not modelled: MGLRU, large folios, slab shrinkers other than zswap's, two of the throttles (CONGESTED
 * needs a list of nothing but dirty page cache, ISOLATED more reclaimers than pages; spec/03 section 13).
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.vmscan;
