package org.reclaimfs.vmscan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.Folios;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.Workingset;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Effort;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.swap.IoQueue;
import org.reclaimfs.swap.SwapDevices;
import org.reclaimfs.zswap.Zswap;
import org.reclaimfs.zswap.ZswapWriteback;

/** What every reclaim of the machine shares: the rooms below, vm.swappiness, and where partial walks left off. */
public final class Vmscan {
    /** Pages of a batch, and the least a reclaim aims for. */
    public static final int SWAP_CLUSTER_MAX = 32;

    public static final int DEF_PRIORITY = 12;
    public static final int MAX_SWAPPINESS = 200;
    /** {@code swappiness=max} of memory.reclaim: anonymous memory only. */
    public static final int SWAPPINESS_ANON_ONLY = MAX_SWAPPINESS + 1;

    final Folios folios;
    final Workingset workingset;
    final SwapDevices swap;
    final SwapSlots slots;
    final IoQueue io;
    final Zswap zswap;
    final ZswapWriteback zswapWriteback;
    final Costs costs;
    final Effort effort;
    final int cpus;
    final Batch batch;
    private int swappiness = 60;
    private boolean flusherWoken;

    /** mem_cgroup_reclaim_iter: where the next partial walk below a root goes on. */
    private final List<Map<MemCgroup, MemCgroup>> positions = new ArrayList<>();

    /** Direct reclaim calls at work on the machine. */
    int directCalls;

    /** How long the present slice's work has waited for others, besides what it has cost. */
    private long waitNs;

    private String reclaimer = "sh";
    private Consumer<String> tableRefused = comm -> {};
    private IntPredicate hopeless = node -> false;

    /** Reclaim calls at work on each node: they contend for its locks. */
    final int[] reclaimers;

    /** By node: all nodes, in the order a reclaim that starts there visits them. */
    private final int[][] nodeOrder;

    public Vmscan(
            Folios folios,
            Workingset workingset,
            SwapDevices swap,
            SwapSlots slots,
            IoQueue io,
            Zswap zswap,
            ZswapWriteback zswapWriteback,
            Costs costs,
            Effort effort,
            int cpus) {
        this.folios = folios;
        this.workingset = workingset;
        this.swap = swap;
        this.slots = slots;
        this.io = io;
        this.zswap = zswap;
        this.zswapWriteback = zswapWriteback;
        this.costs = costs;
        this.effort = effort;
        this.cpus = cpus;
        this.batch = new Batch(folios.ram.zones().size());
        int nodes = folios.ram.nodes().size();
        this.reclaimers = new int[nodes];
        this.nodeOrder = new int[nodes][];
        for (int node = 0; node < nodes; node++) {
            positions.add(new HashMap<>());
            nodeOrder[node] = Arrays.stream(folios.ram.node(node).zonelist())
                    .map(Memory::nodeOf)
                    .distinct()
                    .toArray();
        }
    }

    int[] nodesFrom(int cpu) {
        return nodeOrder[folios.ram.nodeOfCpu(cpu)];
    }

    public int swappiness() {
        return swappiness;
    }

    public void setSwappiness(int value) {
        swappiness = value;
    }

    @Nullable
    MemCgroup position(MemCgroup root, int node) {
        MemCgroup at = positions.get(node).get(root);
        return at != null && at.online() ? at : null;
    }

    void setPosition(MemCgroup root, int node, @Nullable MemCgroup at) {
        if (at == null) {
            positions.get(node).remove(root);
        } else {
            positions.get(node).put(root, at);
        }
    }

    /** Forgets a memcg that goes offline, as root and as position. */
    public void forget(MemCgroup memcg) {
        for (Map<MemCgroup, MemCgroup> ofNode : positions) {
            ofNode.remove(memcg);
            ofNode.values().removeIf(at -> at == memcg);
        }
    }

    /** Whose work the next steps are, as the log names it. */
    public void setReclaimer(String comm) {
        reclaimer = comm;
    }

    /** Tells whom to tell that a swap table could not be had; it is given the reclaimer. */
    public void onTableRefused(Consumer<String> listener) {
        tableRefused = listener;
    }

    /** Tells how to learn whether a node's kswapd has given up. */
    public void onHopeless(IntPredicate asker) {
        hopeless = asker;
    }

    boolean hopeless(int node) {
        return hopeless.test(node);
    }

    void tableRefused() {
        tableRefused.accept(reclaimer);
    }

    void waitFor(long ns) {
        waitNs += ns;
    }

    /** What the reclaim of the slice has waited since the last call, in ns: not time on a CPU. */
    public long takeWaitNs() {
        long ns = waitNs;
        waitNs = 0;
        return ns;
    }

    void wakeFlusher() {
        flusherWoken = true;
    }

    /** Whether reclaim met only dirty file pages since the last call. */
    public boolean takeFlusherWake() {
        boolean woken = flusherWoken;
        flusherWoken = false;
        return woken;
    }
}
