package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.Node;

/** The kswapd threads of all nodes with memory. */
final class Kswapds {
    private final Memory ram;
    private final List<Kswapd> byNode = new ArrayList<>();

    Kswapds(Core core) {
        this.ram = core.ram;
        for (Node node : ram.nodes()) {
            byNode.add(new Kswapd(core, node));
        }
    }

    List<Kswapd> all() {
        return byNode;
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
        return byNode.get(Memory.nodeOf(zonelist[0])).allowDirectReclaim();
    }
}
