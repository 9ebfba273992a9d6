package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Node;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.vmscan.Reclaim;

/**
 * A write to /sys/devices/system/node/nodeN/reclaim (__node_reclaim; 7.2, spec/07 section 7). It reclaims only while the
 * node has more page cache, or slab, than node reclaim leaves alone: on a node of anonymous memory it never does anything.
 */
final class NodeReclaim extends ReclaimWrite {
    private final int node;
    private final VmStats stats;
    private final Runnable end;

    NodeReclaim(Core core, int node, long wantedPages, int swappiness, Runnable end) {
        super(core, wantedPages, swappiness);
        this.node = node;
        this.stats = new VmStats(core);
        this.end = end;
    }

    @Override
    @Nullable
    Reclaim round(long goal) {
        return worthwhile() ? Reclaim.ofNode(core.vm, core.rootMemcg(), node, goal, swappiness) : null;
    }

    @Override
    void ended() {
        end.run();
    }

    private boolean worthwhile() {
        Node n = core.ram.node(node);
        long managed = n.managedPages();
        long file = n.lruPages(Flags.INACTIVE_FILE) + n.lruPages(Flags.ACTIVE_FILE);
        NodeReclaimLimits limits = core.nodeReclaimLimits;
        long mapped = limits.takesMapped() ? 0 : stats.get(VmStat.NR_MAPPED, node);
        long cache = Math.max(0, file - mapped) - stats.get(VmStat.NR_DIRTY, node);
        return cache > managed * limits.minUnmappedPercent() / 100
                || stats.get(VmStat.NR_SLAB_RECLAIMABLE, node) > managed * limits.minSlabPercent() / 100;
    }
}
