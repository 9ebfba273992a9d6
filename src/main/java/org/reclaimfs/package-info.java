/**
 * The commands: each picks what it needs and wires the rooms; nobody else knows all of them.
 *
 * <p>In: a command line. Out: a mount, a report, an exit status (0 done, 1 failed, 2 wrong usage or scenario). stdout
 * belongs to results, stderr to everything else.
 */
@NullMarked
package org.reclaimfs;

import org.jspecify.annotations.NullMarked;
