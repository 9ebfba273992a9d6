package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Node;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.vmscan.Reclaim;
import org.reclaimfs.vmscan.Vmscan;

/**
 * A write to /sys/devices/system/node/nodeN/reclaim (user_proactive_reclaim, __node_reclaim; 7.2, spec/07 section 7).
 * It reclaims only while the node has more page cache, or slab, than node reclaim leaves alone: on a node of anonymous
 * memory it never does anything.
 */
final class NodeReclaim extends Activity {
    private static final int MAX_RECLAIM_RETRIES = 16;
    /** vm.min_unmapped_ratio and vm.min_slab_ratio at their defaults, in percent of the node. */
    private static final int MIN_UNMAPPED_PERCENT = 1;

    private static final int MIN_SLAB_PERCENT = 5;

    private final Core core;
    private final int node;
    private final long wantedPages;
    private final int swappiness;
    private final Runnable end;
    private long donePages;
    private int retries = MAX_RECLAIM_RETRIES;
    private @Nullable Reclaim call;

    NodeReclaim(Core core, int node, long wantedPages, int swappiness, Runnable end) {
        this.core = core;
        this.node = node;
        this.wantedPages = wantedPages;
        this.swappiness = swappiness;
        this.end = end;
        // A script's step takes its time: it finds the statistics flushed.
        core.memcgs.flushStats();
    }

    @Override
    public long step(long nowNs) {
        core.effort.begin(nowNs);
        while (core.effort.goesOn(SLICE_NS)) {
            Reclaim running = call;
            if (running != null) {
                if (running.step()) {
                    call = null;
                    if (!progress(running.reclaimed())) {
                        return giveUp(Errno.EAGAIN);
                    }
                }
            } else if (donePages >= wantedPages) {
                end.run();
                return DONE;
            } else if (signalled()) {
                return giveUp(Errno.EINTR);
            } else if (worthwhile()) {
                long goal = Math.max((wantedPages - donePages) / 4, Vmscan.SWAP_CLUSTER_MAX);
                call = Reclaim.ofNode(core.vm, core.rootMemcg(), node, goal, swappiness);
            } else if (!progress(0)) {
                return giveUp(Errno.EAGAIN);
            }
        }
        return sliceEnd(core.effort);
    }

    private long giveUp(Errno errno) {
        end.run();
        return fail(errno);
    }

    private boolean progress(long reclaimed) {
        donePages += reclaimed;
        return reclaimed > 0 || retries-- > 0;
    }

    private boolean worthwhile() {
        Node n = core.ram.node(node);
        long managed = n.managedPages();
        long file = n.lruPages(Flags.INACTIVE_FILE) + n.lruPages(Flags.ACTIVE_FILE);
        VmStats stats = new VmStats(core);
        long unmapped = Math.max(0, file - stats.get(VmStat.NR_MAPPED, node)) - stats.get(VmStat.NR_DIRTY, node);
        return unmapped > managed * MIN_UNMAPPED_PERCENT / 100
                || stats.get(VmStat.NR_SLAB_RECLAIMABLE, node) > managed * MIN_SLAB_PERCENT / 100;
    }
}
