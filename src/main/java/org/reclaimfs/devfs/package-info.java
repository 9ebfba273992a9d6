/**
 * The files of /dev.
 *
 * <p>In: reads and writes of kmsg and of block devices. Out: the kernel's log, record by record; the devices' bytes.
 * Mirrors devkmsg_read and its kin of kernel/printk/printk.c (spec/22 section 11) and block/fops.c without its page cache
 * (7.2). Lock rule: every handler runs under the gate's lock.
 *
 * <p>Why a device without a size has no node: the node is a regular file, for loop devices to stand on, and they want one
 * with a size.
 *
 * <p>Why kmsg has a size: FUSE answers lseek(2) itself, from the file's size. So offset 0 means "from the first record",
 * the size means "after the last", and any other offset "go on". SEEK_DATA is SEEK_SET, as nobody clears the log.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.devfs;
