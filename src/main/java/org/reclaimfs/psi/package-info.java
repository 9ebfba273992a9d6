/**
 * Pressure stall information of one group of tasks, and what allocations waited for one by one.
 *
 * <p>In: task state changes with their CPU and time. Out: averages, totals, trigger events. Mirrors kernel/sched/psi.c
 * (7.2; spec/09). Lock rule: the machine's lock. Time comes in as {@code nowNs}; nothing here has a clock.
 *
 * <p>Why not simply sums: a stall is reported as a share of the CPUs that were not idle, so times are kept by CPU and
 * weighted when they are added up, which happens at the kernel's moments: the end of a period, a read, a trigger's check.
 *
 * <p>Not modelled: interrupt pressure.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.psi;
