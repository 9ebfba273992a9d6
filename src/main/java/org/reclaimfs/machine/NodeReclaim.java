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
    /** vm.min_unmapped_ratio and vm.min_slab_ratio at their defaults, in percent of the node. */
    private static final int MIN_UNMAPPED_PERCENT = 1;

    private static final int MIN_SLAB_PERCENT = 5;

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
        long unmapped = Math.max(0, file - stats.get(VmStat.NR_MAPPED, node)) - stats.get(VmStat.NR_DIRTY, node);
        return unmapped > managed * MIN_UNMAPPED_PERCENT / 100
                || stats.get(VmStat.NR_SLAB_RECLAIMABLE, node) > managed * MIN_SLAB_PERCENT / 100;
    }
}
