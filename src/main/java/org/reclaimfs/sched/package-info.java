/**
 * What the CPUs did with their time, and how many threads wanted them.
 *
 * <p>In: the state changes and the costs of threads, with their CPU. Out: time by CPU and by group of threads, counts of
 * threads by state, load averages. Mirrors kernel/sched/{cputime,loadavg}.c and fs/proc/stat.c's sources (7.2). Lock rule:
 * the machine's lock. Nothing here has a clock: {@link org.reclaimfs.sched.RunQueues#advance} brings the time.
 *
 * <p>Why debts: a slice of work says at its beginning what it will have cost, and a write(2) by a process of the host runs on
 * no CPU of the machine's at all. So work is owed by a CPU, which works it off before it idles: what the CPUs did adds up to
 * the time there was, whatever happens and whenever somebody looks.
 *
 * <p>Not modelled: niced, interrupt, stolen and guest time, which stay 0.
 */
@NullMarked
package org.reclaimfs.sched;

import org.jspecify.annotations.NullMarked;
