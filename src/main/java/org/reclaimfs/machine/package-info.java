/**
 * The whole machine behind one facade: wiring, time-driven work, faults, limits, the tree of cgroups.
 *
 * <p>In: steps, file writes, the present time. Out: everything the files show. Mirrors mm/page_alloc.c's slow path,
 * mm/memory.c's faults, the charge path and the file handlers of mm/memcontrol.c (7.2). Lock rule: {@link
 * org.reclaimfs.machine.Machine#lock} is the project's one lock; every method here expects it held.
 *
 * <p>Why activities: whatever takes time (a task's allocation, a write to memory.reclaim, kswapd) is cut into slices
 * that each run at an instant and say what they cost; {@link org.reclaimfs.machine.Dispatcher} runs what is due, {@link
 * org.reclaimfs.machine.Cpus} gives it the time on a CPU. Who
 * owns time (real, scaled, manual, virtual) is not known here. Slices stepped by a client of the file system wait
 * for no CPU: that client is a real process of the host, with the host's CPUs. What they cost counts as CPU time all the same.
 * The kernel's cycle "charging reclaims, reclaim charges" is cut in {@link org.reclaimfs.machine.FaultPath}.
 *
 * <p>Why two ways to touch a page: {@code Toucher} and {@code SwapIn} know all that may come of it. Under thrash nearly
 * nothing does, so {@code TouchGroup} makes one piece of work of some pages drawn together, and {@code SwapInGroup} lets those
 * of them that are on zram come in as a run of that many would; a page that is of another kind goes back to the first two. The
 * differential test compares both with the page by page reference.
 *
 * <p>Dying takes time: SIGKILL from anywhere, or an exit, ends a task's work at its next check, and an {@link
 * org.reclaimfs.machine.Exit} gives its memory back at what that costs; only then is the task gone. The steps {@code kill}
 * and {@code exit} wait for that; a write to cgroup.kill does not, as in the kernel. With the clock at a standstill (manual,
 * paused) exits end within the slice that caused them, as writes to devices do.
 *
 * <p>After a panic no task runs any more; kernel threads, files and steps stay, so that the log can be read.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.machine;
