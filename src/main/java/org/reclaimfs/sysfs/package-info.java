/**
 * /sys: zswap's parameters and counters, block devices, zram and its control files, the memory node, kernel/mm.
 *
 * <p>In: the machine as it is now, and what users write. Out: rows for {@code kernfs}, and directories that come and go
 * with the devices. Mirrors mm/zswap.c, drivers/block/zram/zram_drv.c, block/{genhd,blk-sysfs}.c, drivers/base/node.c
 * and the attributes below kernel/mm (7.2; spec/23, spec/24). Lock rule: the machine's lock, held by {@code kernfs}
 * around every show and store; {@link org.reclaimfs.sysfs.SysFs#refresh} needs it too.
 *
 * <p>Where a keeper of real device nodes is there ({@link org.reclaimfs.sysfs.Nodes}), whoever resizes, adds or removes a device
 * waits for its node.
 *
 * <p>Not modelled: a backing_dev that is another zram device (EOPNOTSUPP), a mounted disk or a file; what levels of
 * algorithms do; debugfs files that are not about zswap, zram, zsmalloc, bdi, RAM disks or lru_gen, queue limits, huge pages (the files per size are left
 * out), KSM, power and trace directories. Rows that only keep a value say so.
 */
@NullMarked
package org.reclaimfs.sysfs;

import org.jspecify.annotations.NullMarked;
