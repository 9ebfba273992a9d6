/**
 * What systemd's unit files say about cgroups.
 *
 * <p>In: directories of unit files and drop-ins, and the keys {@code units} and {@code user_units} of a scenario. Out: each
 * unit's settings, its cgroup, and the files and attributes that systemd would write there (man systemd.unit,
 * systemd.resource-control, systemd.slice). What {@code ManagedOOM…=} means to systemd-oomd is told by room {@code oomd}.
 * No lock of its own; what is written goes through the tree's door.
 *
 * <p>Left out: all that runs programs (a unit's processes are the scenario's tasks), conditions, dependencies, aliases,
 * {@code Startup…=} and {@code DefaultMemory…=} settings, and units other than slices, services and scopes. Of the
 * specifiers only %i, %j, %p and %n, in {@code Slice=}.
 */
@NullMarked
package org.reclaimfs.units;

import org.jspecify.annotations.NullMarked;
