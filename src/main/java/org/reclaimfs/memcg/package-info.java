/**
 * Control groups: the tree, its tasks, and what the memory controller charges and counts.
 *
 * <p>In: pages that enter, leave or change lists. Out: usage, limits, statistics. Mirrors mm/memcontrol.c,
 * mm/page_counter.c, mm/workingset.c and the parts of kernel/cgroup/cgroup.c that a tree needs (7.2).
 * Lock rule: the machine's lock.
 *
 * <p>Why no charge stock: the kernel hands each CPU up to 64 pages in advance; here a page is charged when it is used,
 * so memory.current is exact. Why hierarchical counters are added on the way up: reading the root's memory.stat must
 * not cost more with ten thousand cgroups. Why Workingset is here and not in vmscan: swap-in and zswap ask it too.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.memcg;
