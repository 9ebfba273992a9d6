/**
 * The files below /sys/fs/cgroup as rows, and what mkdir, rmdir and cgroup.subtree_control do to their directories.
 *
 * <p>In: text of writes, names of directories. Out: the text Linux 7.2 prints. Mirrors the cftype tables of
 * kernel/cgroup/cgroup.c, mm/memcontrol.c and the other controllers as golden/cgroup shows them. Lock rule: every show,
 * store and directory operation runs under the machine's lock, taken by kernfs; only {@code present} predicates run
 * without it, so they read what never changes.
 *
 * <p>Not modelled: limits of the other controllers than memory and pids (kept, not enforced: stub rows), cpuset partitions (EOPNOTSUPP), file I/O in io.stat (files have no
 * device). Tasks freeze at once, even in the midst of a fault.
 */
@NullMarked
package org.reclaimfs.cgroupfs;

import org.jspecify.annotations.NullMarked;
