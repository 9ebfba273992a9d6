/**
 * /proc: the system-wide files about memory, swap, pressure and disks, and /proc/sys/vm.
 *
 * <p>In: the machine as it is now, and what users write to sysctls and pressure files. Out: rows for {@code kernfs}.
 * Mirrors fs/proc/{meminfo,stat,uptime,loadavg}.c, mm/{vmstat,swapfile}.c, kernel/{sysctl,sched/psi}.c and
 * block/genhd.c (7.2; spec/22). Lock rule: the machine's lock, held by {@code kernfs} around every show and store.
 *
 * <p>Not modelled: per-process files, interrupts (stat),
 * fragmentation (buddyinfo and pagetypeinfo show free memory in the largest blocks it fits), I/O times and merges.
 * Committed_AS counts what tasks have in RAM and swap, not what they reserved. Sysctls that change nothing say so in
 * their row.
 */
@NullMarked
package org.reclaimfs.procfs;

import org.jspecify.annotations.NullMarked;
