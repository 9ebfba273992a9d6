/**
 * Swap devices, their slots, and the devices' queues.
 *
 * <p>In: requests for slots, reads and writes of pages. Out: slot numbers, completion times. Mirrors mm/swapfile.c and
 * mm/page_io.c (7.2). Lock rule: the machine's lock.
 *
 * <p>Not modelled: discards; brd as a swap device, which patch A would call RAM-backed, too.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.swap;
