package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.reclaimfs.klog.Klog;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.memcg.CgroupTree;
import org.reclaimfs.memcg.Folios;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemCgroups;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.memcg.Workingset;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Effort;
import org.reclaimfs.mm.KernelUse;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.policy.Knobs;
import org.reclaimfs.policy.Outlook;
import org.reclaimfs.policy.RetryPolicy;
import org.reclaimfs.policy.Strictest;
import org.reclaimfs.psi.Stalls;
import org.reclaimfs.swap.IoQueue;
import org.reclaimfs.swap.SwapDevices;
import org.reclaimfs.swap.SwapTables;
import org.reclaimfs.vmscan.SwapSlots;
import org.reclaimfs.vmscan.Vmscan;
import org.reclaimfs.zswap.Zswap;
import org.reclaimfs.zswap.ZswapWriteback;

/** The rooms of one machine, wired. */
final class Core {
    /** Kernel memory of a small idle system, in pages, as captured (golden proc/0_boot_noswap). */
    private static final Map<KernelUse, Integer> BOOT_FOOTPRINT = new EnumMap<>(Map.of(
            KernelUse.SLAB_RECLAIMABLE, 443,
            KernelUse.SLAB_UNRECLAIMABLE, 2262,
            KernelUse.KERNEL_STACK, 464,
            KernelUse.PERCPU, 92));

    final MachineConfig config;
    final Costs costs;
    final Effort effort = new Effort();
    final Klog log = new Klog();
    final MemMap mem = new MemMap();
    final Memory ram;
    final MemCgroups memcgs;
    final Folios folios;
    final Workingset workingset;
    final SwapDevices swap;
    final IoQueue io;
    final Zswap zswap;
    final ZswapWriteback zswapWriteback;
    final SwapSlots slots;
    final Readahead readahead;
    final Vmscan vm;
    final CgroupTree cgroups;
    final DirtyLimits dirtyLimits;
    final Overcommit overcommit = new Overcommit(this);
    final NodeReclaimLimits nodeReclaimLimits = new NodeReclaimLimits();
    final Flusher flusher = new Flusher(this);
    final Stalls stalls = new Stalls();
    final Set<AllocStall> stallsUnderWay = new LinkedHashSet<>();
    final Set<Patch> patches;
    final Knobs knobs = new Knobs();
    private RetryPolicy retryPolicy;
    /** Tasks in swapoff(2): if memory runs out meanwhile, it is their doing (set_current_oom_origin). */
    final Set<Task> oomOrigins = new LinkedHashSet<>();
    /** After a panic no task runs any more. */
    boolean panicked;
    /** When some allocation's stall was last told. */
    long lastStallWarningNs = Long.MIN_VALUE / 2;

    final AllocListeners listener = new AllocListeners();

    Core(MachineConfig config) {
        this.config = config;
        costs = config.costs();
        patches = EnumSet.noneOf(Patch.class);
        patches.addAll(config.patches());
        retryPolicy = policyOfPatches();
        ram = new Memory(config.memoryBytes(), config.reservedBytes(), config.nodes(), config.cpus(), config.seed());
        dirtyLimits = new DirtyLimits(ram);
        memcgs = new MemCgroups(mem, config.nodes(), effort, config.cpus(), config.seed());
        folios = new Folios(mem, ram, memcgs);
        workingset = new Workingset(folios);
        swap = new SwapDevices(config.cpus(), new SwapTables(ram, config.swapTables()));
        io = new IoQueue(config.nodes());
        zswap = new Zswap(folios, costs, effort);
        zswapWriteback = new ZswapWriteback(zswap, folios, workingset, swap, io, costs, effort, config.cpus());
        slots = new SwapSlots(folios, swap, zswap);
        readahead = new Readahead(swap, mem);
        vm = new Vmscan(folios, workingset, swap, slots, io, zswap, zswapWriteback, costs, effort, config.cpus());
        cgroups = new CgroupTree(memcgs, 0);
        BOOT_FOOTPRINT.forEach((use, pages) -> ram.kernelUse(use, pages));
    }

    MemCgroup rootMemcg() {
        return cgroups.root().effectiveMemcg();
    }

    /** Whether pids.max allows one more process in a cgroup; the log tells of the first refusal. */
    boolean mayFork(Cgroup cgroup, long nowNs) {
        return cgroups.mayFork(
                cgroup, () -> log.info(nowNs, "cgroup: fork rejected by pids controller in " + cgroup.path()));
    }

    RetryPolicy retryPolicy() {
        return retryPolicy;
    }

    /** Applies a patch, or takes it out; who is in the allocator's loop meets it in its next round. */
    void setPatch(Patch patch, boolean on) {
        if (on) {
            patches.add(patch);
        } else {
            patches.remove(patch);
        }
        retryPolicy = policyOfPatches();
    }

    private RetryPolicy policyOfPatches() {
        List<RetryPolicy> policies = new ArrayList<>();
        for (Patch patch : patches) {
            if (patch.policy() != null) {
                policies.add(patch.policy());
            }
        }
        return Strictest.of(policies);
    }

    /** What policies may know of swap and of what their sysctls say. */
    Outlook outlook() {
        return new Outlook(
                swap.freePages(),
                swap.allRamBacked(),
                swap.pooledPages() + zswap.storedPages(),
                swap.poolPages() + zswap.totalPages(),
                knobs);
    }
}
