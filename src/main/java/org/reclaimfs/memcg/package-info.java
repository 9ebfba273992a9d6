/**
 * Control groups: the tree, its tasks, and what the memory controller charges and counts.
 *
 * <p>In: pages that enter, leave or change lists. Out: usage, limits, statistics. Mirrors mm/memcontrol.c,
 * mm/page_counter.c, mm/workingset.c and the parts of kernel/cgroup/cgroup.c that a tree needs (7.2).
 * Lock rule: the machine's lock.
 *
 * <p>Charges go through the stocks of the CPUs (ChargeStocks): memory.current has up to 64 pages a CPU that nobody uses,
 * in the numbers of a capture (c7, b4 A). Not modelled: that stocks of other CPUs are drained a moment later, by a worker
 * there; that kernel memory is charged in bytes from a stock of its own (a cgroup's zswap bytes are rounded up as one).
 *
 * <p>Why statistics are passed up only when somebody looks: reclaim counts a dozen items a page, and the root's memory.stat
 * must not cost more with ten thousand cgroups. Why Workingset is here and not in vmscan: swap-in and zswap ask it too.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.memcg;
