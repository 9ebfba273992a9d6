/**
 * zram: a block device whose pages live compressed in RAM.
 *
 * <p>In: pages to store, read, free; settings; commands that rework what is stored. Out: pool pages taken from the zones,
 * I/O for the backing disk, statistics. Mirrors drivers/block/zram/zram_drv.c (7.2; spec/23 sections 4 to 7). Lock rule:
 * the machine's lock. {@code ZramDevice} is the door; {@code ZramStore} has the slots (runs of equal ones, {@code
 * SlotRuns}) and the pool; {@code Writeback} and {@code Recompress} work on {@code ChosenSlots}. A page that the model
 * writes is its {@code Content}; one that a program writes ({@code ZramData}) is its bytes, which {@code Codec} compresses
 * and {@code SlotBytes} keeps: its slot then says how long the object is.
 *
 * <p>Not modelled: bytes of pages that the model writes (they read as zeros); the better search of lz4hc; what freed
 * blocks of the backing device still hold; levels and dictionaries (checked and kept);
 * holes in the pool, so compaction finds nothing to free; the time of a compaction or of a scan for idle marks inside the
 * lock; a backing device other than a disk.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.zram;
