/**
 * The lists pages stand on: one {@link org.reclaimfs.lru.LruVec} for each cgroup, with the kernel's five LRU lists and
 * the cgroup's zswap LRU.
 *
 * <p>In: runs of {@code mm}. Out: their order. Mirrors mm/swap.c, include/linux/mm_inline.h and mm/list_lru.c (7.2).
 * Lock rule: the machine's lock. List surgery is done here and nowhere else.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.lru;
