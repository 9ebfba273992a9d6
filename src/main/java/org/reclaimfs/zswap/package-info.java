/**
 * zswap: the compressed cache in front of the swap devices, with patch series B (v5) as a switch.
 *
 * <p>In: pages that reclaim wants to swap out, requests for writeback. Out: entries on each cgroup's zswap LRU, pages in
 * the swap cache, writes to the device below. Mirrors mm/zswap.c (7.2; spec/05). Lock rule: the machine's lock.
 *
 * <p>Why it may see memcg and lru: an entry belongs to a cgroup, is charged to it and stands on its list.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.zswap;
