/**
 * The OOM killer's choice of a victim.
 *
 * <p>In: tasks, and the memcg over its limit or none. Out: who must die. Mirrors mm/oom_kill.c (7.2; spec/08).
 * Lock rule: the machine's lock. Killing itself frees memory and is the machine's.
 *
 * <p>Not modelled yet: victims take no time to die, so there is no reaper; the kernel log.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.oom;
