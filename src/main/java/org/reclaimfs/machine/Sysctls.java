package org.reclaimfs.machine;

import org.reclaimfs.oom.OomSettings;
import org.reclaimfs.policy.Knobs;

/** What /proc/sys/vm sets, in force at once. Guarded by the machine's lock. */
public final class Sysctls {
    private final Core core;
    private final OomSettings oom;
    private final Dispatcher dispatcher;
    private final DropCaches dropCaches;

    Sysctls(Core core, OomSettings oom, Dispatcher dispatcher, DropCaches dropCaches) {
        this.core = core;
        this.oom = oom;
        this.dispatcher = dispatcher;
        this.dropCaches = dropCaches;
    }

    /** vm.swappiness: 0 to 200. */
    public int swappiness() {
        return core.vm.swappiness();
    }

    public void setSwappiness(int value) {
        core.vm.setSwappiness(value);
    }

    /** vm.panic_on_oom and the other sysctls of the OOM killer. */
    public OomSettings oom() {
        return oom;
    }

    /** vm.dirty_*. */
    public DirtyLimits dirtyLimits() {
        return core.dirtyLimits;
    }

    /** vm.overcommit_*. */
    public Overcommit overcommit() {
        return core.overcommit;
    }

    /** What reclaim of one node leaves alone: vm.min_unmapped_ratio, vm.min_slab_ratio, vm.zone_reclaim_mode. */
    public NodeReclaimLimits nodeReclaimLimits() {
        return core.nodeReclaimLimits;
    }

    /** vm.stat_interval, in seconds. */
    public long statIntervalSeconds() {
        return dispatcher.threads.statIntervalSeconds();
    }

    public void setStatIntervalSeconds(long seconds) {
        dispatcher.threads.setStatIntervalSeconds(seconds, dispatcher.nowNs());
    }

    /** What the policies under test let an administrator set. */
    public Knobs knobs() {
        return core.knobs;
    }

    /** vm.drop_caches with bit 1: clean page cache that is not locked goes. */
    public void dropPageCache() {
        dropCaches.run();
    }
}
