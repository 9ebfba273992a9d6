/**
 * Physical memory and the map of pages.
 *
 * <p>In: sizes from the scenario, page states from the rooms above. Out: free pages, watermarks, runs.
 * Mirrors (7.2): mm/page_alloc.c, mm/mmzone.c, mm/vmstat.c, include/linux/page-flags.h.
 * Lock rule: everything here is guarded by the machine's one lock.
 *
 * <p>Why runs in page tables: neighbouring pages in the same state are one run. A run never leaves its page
 * table (512 pages), so a page is found in O(1) and a whole machine still costs one run per 2 MiB.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.mm;
