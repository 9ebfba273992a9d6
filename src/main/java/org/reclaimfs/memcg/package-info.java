/**
 * Control groups: the tree, its tasks, and what the memory controller charges and counts.
 *
 * <p>In: pages that enter, leave or change lists. Out: usage, limits, statistics. Mirrors mm/memcontrol.c,
 * mm/page_counter.c, mm/workingset.c and the parts of kernel/cgroup/cgroup.c that a tree needs (7.2).
 * Lock rule: the machine's lock.
 *
 * <p>Why no charge stock: the kernel hands each CPU up to 64 pages in advance; here a page is charged when it is used,
 * so memory.current is exact. A capture shows 0 to 63 pages more for each CPU (c7), and what is there depends on which CPU
 * each page was charged on; with stocks no value of memory.current could be told from the scenario. What hangs on them: the
 * last pages before a protected cgroup is empty (b4 I). The rounds of a charge that drain them are kept.
 *
 * <p>Why statistics are passed up only when somebody looks: reclaim counts a dozen items a page, and the root's memory.stat
 * must not cost more with ten thousand cgroups. Why Workingset is here and not in vmscan: swap-in and zswap ask it too.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.memcg;
