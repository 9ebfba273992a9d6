package org.reclaimfs.machine;

import java.util.EnumSet;
import java.util.Set;
import org.reclaimfs.mm.Costs;

/**
 * What a machine is made of at boot; the defaults are those of the reference scenario.
 *
 * @param memoryBytes installed RAM
 * @param reservedBytes kept by the kernel image and boot, besides page structs (at most 1/32 of RAM)
 * @param cpus number of CPUs, at least 1
 * @param nodes NUMA nodes, at least 1; the RAM is split evenly, all of DMA32 is on node 0
 * @param hz timer ticks a second: 100, 250, 300 or 1000
 * @param swapTables whether swap keeps a table page per cluster, which must be had below the watermarks: since 6.18
 * @param kswapdFailures fruitless runs after which kswapd gives up (MAX_RECLAIM_RETRIES: 16)
 * @param seed of every random choice
 * @param patches proposed kernel changes that are on
 * @param costs of work
 */
public record MachineConfig(
        long memoryBytes,
        long reservedBytes,
        int cpus,
        int nodes,
        int hz,
        boolean swapTables,
        int kswapdFailures,
        long seed,
        Set<Patch> patches,
        Costs costs) {
    /** Of a real kernel. */
    public static final int KSWAPD_FAILURES = 16;

    /** One node, 250 ticks a second, a 7.2 kernel. */
    public MachineConfig(long memoryBytes, long reservedBytes, int cpus, long seed, Set<Patch> patches, Costs costs) {
        this(memoryBytes, reservedBytes, cpus, 1, 250, true, KSWAPD_FAILURES, seed, patches, costs);
    }

    /** 4 GiB, 4 CPUs, patch B on. */
    public static MachineConfig defaults() {
        return new MachineConfig(
                4L << 30, 64L << 20, 4, 1, EnumSet.of(Patch.ZSWAP_PROACTIVE_WRITEBACK), Costs.of(Costs.Profile.SERVER));
    }

    /** The same machine with other choices. */
    public MachineConfig with(long otherSeed, Set<Patch> otherPatches) {
        return new MachineConfig(
                memoryBytes,
                reservedBytes,
                cpus,
                nodes,
                hz,
                swapTables,
                kswapdFailures,
                otherSeed,
                otherPatches,
                costs);
    }
}
