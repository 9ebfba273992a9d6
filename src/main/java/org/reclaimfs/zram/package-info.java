/**
 * zram: a block device whose pages live compressed in RAM.
 *
 * <p>In: pages to store, read, free; settings; commands that rework what is stored. Out: pool pages taken from the zones,
 * I/O for the backing disk, statistics. Mirrors drivers/block/zram/zram_drv.c (7.2; spec/23 sections 4 to 7). Lock rule:
 * the machine's lock. {@code ZramDevice} is the door; {@code ZramStore} has the slots (runs of equal ones, {@code
 * SlotRuns}) and the pool; {@code Writeback} and {@code Recompress} work on {@code ChosenSlots}.
 *
 * <p>Not modelled: bytes that users write (a page is its {@code Content}); levels and dictionaries (checked and kept);
 * holes in the pool, so compaction finds nothing to free; the time of a compaction or of a scan for idle marks inside the
 * lock; a backing device other than a disk.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.zram;
