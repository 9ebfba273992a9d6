/**
 * The OOM killer's choice of a victim, and what it writes to the kernel's log.
 *
 * <p>In: tasks, and the memcg over its limit or none. Out: who must die, and the report. Mirrors mm/oom_kill.c and
 * mm/show_mem.c (7.2; spec/08). Lock rule: the machine's lock. Killing itself frees memory and is the machine's.
 *
 * <p>Not modelled: stack dumps and the list of slab caches in reports; node masks of tasks (all tasks may use all nodes);
 * processes that share memory.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.oom;
