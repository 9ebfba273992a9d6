/**
 * zram: a block device whose pages live compressed in RAM.
 *
 * <p>In: pages to store, attribute writes. Out: pool pages taken from the zones, statistics. Mirrors
 * drivers/block/zram/zram_drv.c (7.2). Lock rule: the machine's lock.
 *
 * <p>Not modelled yet: writeback to a backing device, recompression, idle marking, bytes written by users.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.zram;
