/**
 * Physical memory and the map of pages.
 *
 * <p>In: sizes from the scenario, page states from the rooms above. Out: free pages, watermarks, runs.
 * Mirrors (7.2): mm/page_alloc.c, mm/mmzone.c, mm/vmstat.c, include/linux/page-flags.h.
 * Lock rule: everything here is guarded by the machine's one lock.
 *
 * <p>Why runs in page tables: neighbouring pages in the same state are one run. A run never leaves its page
 * table (512 pages), so a page is found in O(1) and a whole machine still costs one run per 2 MiB.
 *
 * <p>What decides how a shortage goes is here: per-CPU lists, the watermark boost, the page that a swap cluster's table
 * needs. The migrate types of page blocks are not modelled; that a request steals one is a chance, drawn from the seed,
 * while few pages are free. All remote nodes are equally far, and the kernel's own pages come from the first node on.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.mm;
