/**
 * Pressure stall information of one group of tasks.
 *
 * <p>In: task state changes with their time. Out: averages, totals, trigger events. Mirrors kernel/sched/psi.c (7.2).
 * Lock rule: the machine's lock. Time comes in as {@code nowNs}; nothing here has a clock.
 *
 * <p>Not modelled yet: per-CPU weighting. A group counts as one CPU, so its state time is the stall time.
 */
@org.jspecify.annotations.NullMarked
package org.reclaimfs.psi;
