package org.reclaimfs.machine;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.reclaimfs.mm.Cost;

/**
 * What a machine is made of at boot; the defaults are those of the reference scenario.
 *
 * @param memoryBytes installed RAM
 * @param reservedBytes kept by the kernel image and boot, besides page structs (at most 1/32 of RAM)
 * @param cpus number of CPUs, at least 1
 * @param nodes NUMA nodes, at most one for each CPU; they share the RAM evenly
 * @param seed of every random choice
 * @param patches proposed kernel changes that are on
 * @param costs overridden single costs, in ns
 */
public record MachineConfig(
        long memoryBytes,
        long reservedBytes,
        int cpus,
        int nodes,
        long seed,
        Set<Patch> patches,
        Map<Cost, Long> costs) {
    /** 4 GiB, 4 CPUs, patch B on. */
    public static MachineConfig defaults() {
        return new MachineConfig(
                4L << 30, 64L << 20, 4, 1, 1, EnumSet.of(Patch.ZSWAP_PROACTIVE_WRITEBACK), new EnumMap<>(Cost.class));
    }
}
