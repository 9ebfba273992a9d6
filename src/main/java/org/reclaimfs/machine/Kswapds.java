package org.reclaimfs.machine;

import org.reclaimfs.mm.Memory;

/** The kswapd threads of all nodes with memory. */
final class Kswapds {
    private final Memory ram;
    private final Kswapd[] byNode;

    Kswapds(Core core) {
        this.ram = core.ram;
        this.byNode = ram.nodes().stream().map(node -> new Kswapd(core, node)).toArray(Kswapd[]::new);
    }

    int count() {
        return byNode.length;
    }

    Kswapd of(int node) {
        return byNode[node];
    }

    /** The slow path of an allocation wakes every node of its list (wake_all_kswapds). */
    void wake() {
        for (Kswapd kswapd : byNode) {
            kswapd.wake();
        }
    }

    /** Direct reclaim freed pages. */
    void progress() {
        for (Kswapd kswapd : byNode) {
            kswapd.progress();
        }
    }

    /** Whether a direct reclaimer on {@code node} need not wait; it is the first usable node of its list that counts. */
    boolean allowDirectReclaim(int node) {
        int[] zonelist = ram.node(node).zonelist();
        return byNode[Memory.nodeOf(zonelist[0])].allowDirectReclaim();
    }
}
