/**
 * The lists pages stand on: one {@link org.reclaimfs.lru.LruVec} for each cgroup, with the kernel's five LRU lists and
 * the cgroup's zswap LRU.
 *
 * <p>In: runs of {@code mm}. Out: their order. Mirrors mm/swap.c, include/linux/mm_inline.h and mm/list_lru.c (7.2).
 *
 * <p>Why a {@link org.reclaimfs.lru.Trail}: under thrash a list is some hundred thousand single pages in an order that is
 * random in memory, and a walk along it waits for memory at each step. Who knows the next batch before it is taken can have
 * all of it read at once.
 *
 * <p>Lock rule: the machine's lock. List surgery is done here and nowhere else.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.lru;
