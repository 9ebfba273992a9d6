/**
 * Page reclaim: which pages go, and how.
 *
 * <p>In: a target cgroup (or the whole machine) and a number of pages. Out: freed pages, swapped pages, counters.
 * Mirrors mm/vmscan.c (7.2, classic LRU; spec/03) and the swap-out half of mm/page_io.c. Lock rule: the machine's lock.
 *
 * <p>Why a state machine: a reclaim call may take minutes of virtual time during which others run, so it is cut at the
 * kernel's own batches of 32 pages; each {@code step} does one round of batches and returns.
 *
 * <p>Why two ways to swap a page out: {@code Pageout} takes a run through all that may happen to its pages. Under thrash
 * nearly nothing does, and a run is one page; {@code SwapOutGroup} takes those of a batch through together, as a run
 * of that many would go, and hands any that something may happen to back to {@code Pageout}.
 *
 * <p>Not modelled: MGLRU, large folios, slab shrinkers other than zswap's; that others' progress ends a
 * direct reclaimer's throttle early; nr_throttled_written.
 *
 * <p>Why two of the throttles of spec/03 section 13 are missing: nothing here can reach them. CONGESTED wants a round whose
 * dirty pages were all met under writeback with the reclaim bit set, and only pages of files count (those of swap do not:
 * folio_check_dirty_writeback). The flusher writes in no time, so no page of a file is ever under writeback
 * (machine.Books checks that), and a round with dirty pages has none that is congested. ISOLATED wants more than an eighth
 * of a node's inactive list isolated. A batch is taken, judged and put back within one piece of a slice, in which
 * nobody else has a turn, so whoever asks finds no page isolated, and 0 is never more. (In the kernel each of n
 * reclaimers holds up to 32, so they may sleep while fewer than 256 n pages are inactive.)
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.vmscan;
