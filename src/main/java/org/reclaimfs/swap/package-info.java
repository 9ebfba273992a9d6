/**
 * Swap devices, their slots, and the devices' queues.
 *
 * <p>In: requests for slots, reads and writes of pages. Out: slot numbers, completion times. Mirrors mm/swapfile.c and
 * mm/page_io.c (7.2). Lock rule: the machine's lock.
 *
 * <p>A write is either on its way to the device or held back by the plug of a reclaim round, until its neighbours are in
 * the same request.
 *
 * <p>A disk also has the bytes that programs write to its node ({@code BlockBytes}); swap leaves them alone.
 *
 * <p>Not modelled: discards of freed clusters, and that free clusters are preferred then; a request's own cost of telling the device (docs/golden-guest.md).
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.swap;
