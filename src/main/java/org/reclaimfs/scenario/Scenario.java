package org.reclaimfs.scenario;

import java.util.List;
import java.util.Map;
import org.reclaimfs.kernfs.KernelVersion;
import org.reclaimfs.machine.MachineConfig;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.units.UnitSet;

/**
 * A scenario that has been read.
 *
 * @param kernel whose files are shown
 * @param zrams how many zram devices the machine has
 * @param units of process 1; made, with their settings, after the set-up
 * @param userUnits of each user's manager
 * @param oomd settings of oomd.conf, for {@code exec --with systemd-oomd}
 * @param setup what happens before virtual time starts: files written, cgroups made, swap switched on
 * @param timeline in order of time
 * @param endNs when a headless run stops
 */
public record Scenario(
        KernelVersion kernel,
        MachineConfig machine,
        List<DiskSpec> disks,
        int zrams,
        UnitSet units,
        UnitSet userUnits,
        Map<String, String> oomd,
        List<Setup> setup,
        List<Timeline.Entry> timeline,
        long endNs) {
    /** A headless run without {@code end} goes on this long after the last step. */
    static final long DEFAULT_TAIL_NS = 10_000_000_000L;

    /** A disk to be made. */
    record DiskSpec(String name, long bytes, Disk.Profile profile) {}

    /** A setting and where the file has it, both from 1; 0 for none. */
    record Setup(int line, int column, Step step) {}

    /** The machine without a scenario. */
    public static Scenario none() {
        return new Scenario(
                KernelVersion.MIRRORED,
                MachineConfig.defaults(),
                List.of(),
                0,
                UnitSet.NONE,
                UnitSet.NONE_OF_USERS,
                Map.of(),
                List.of(),
                List.of(),
                DEFAULT_TAIL_NS);
    }

    /** The same on another machine. */
    public Scenario with(MachineConfig other) {
        return new Scenario(kernel, other, disks, zrams, units, userUnits, oomd, setup, timeline, endNs);
    }

    /** The same with other units. */
    public Scenario with(UnitSet system, UnitSet user) {
        return new Scenario(kernel, machine, disks, zrams, system, user, oomd, setup, timeline, endNs);
    }
}
