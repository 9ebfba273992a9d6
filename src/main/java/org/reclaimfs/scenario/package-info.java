/**
 * A file into steps, steps into time.
 *
 * <p>In: a scenario's YAML, one-line steps, wall time. Out: a machine built and driven, the files of {@code /reclaimfs}.
 * Mirrors nothing of the kernel. Lock rule: steps begin and their slices run under the gate's lock, which is the
 * machine's; nobody sleeps with it. Wall time is seen here and in the root package only, behind {@link
 * org.reclaimfs.scenario.Wall}.
 *
 * <p>Why a timeline is an activity of the machine: then its steps happen at the same virtual instants whether time is
 * real, manual or jumps from event to event, and a headless run and a mount give the same results.
 */
@NullMarked
package org.reclaimfs.scenario;

import org.jspecify.annotations.NullMarked;
