package org.reclaimfs.memcg;

import org.reclaimfs.lru.LruVec;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.VmStat;

/**
 * Refault detection: pages leave a shadow with the time of their eviction, measured in evictions and activations
 * (mm/workingset.c, 7.2; spec/03 section 8). Ages are kept modulo 2^32.
 */
public final class Workingset {
    private static final long AGE_MASK = 0xffffffffL;

    private final Folios folios;
    private final MemMap mem;

    public Workingset(Folios folios) {
        this.folios = folios;
        this.mem = folios.mem;
    }

    /** Leaves shadows for pages evicted by a reclaim whose root is {@code target}. */
    public void evict(int run, MemCgroup target) {
        int flags = mem.flags(run) & ~(Flags.SHADOW | Flags.SHADOW_WORKINGSET);
        flags |= Flags.SHADOW | ((flags & Flags.WORKINGSET) != 0 ? Flags.SHADOW_WORKINGSET : 0);
        mem.setFlags(run, flags);
        int node = mem.node(run);
        mem.setShadow(run, (int) target.lruvec(node).nonresidentAge, target.id);
        age(target, node, mem.len(run));
    }

    /**
     * Tells the clock of {@code n} evicted pages, in whose shadows the caller leaves their ages.
     *
     * @return the age of the first; each next one's is one more
     */
    public int evict(MemCgroup target, int node, int n) {
        int age = (int) target.lruvec(node).nonresidentAge;
        age(target, node, n);
        return age;
    }

    /** Ages the clocks of a memcg and its ancestors on a node by {@code n} activations or evictions. */
    public void age(MemCgroup memcg, int node, long n) {
        for (MemCgroup m = memcg; m != null; m = m.parent()) {
            m.lruvec(node).nonresidentAge += n;
        }
    }

    /**
     * How many of the first pages of a run that comes back share one verdict; sign says which: positive are activated.
     * Counts the refaults of those pages; they are still to be placed. The run has no shadow: all pages, negative.
     *
     * @param faulting the memcg that is charged for the pages
     * @param freeSlots free swap slots of the machine
     */
    public int refault(int run, MemCgroup faulting, long freeSlots) {
        int pages = mem.len(run);
        if (!mem.has(run, Flags.SHADOW)) {
            return -pages;
        }
        boolean file = Flags.isFile(mem.flags(run));
        MemCgroup evictor = folios.memcgs.online(mem.shadowMemcg(run));
        boolean swapFree = evictor != null && evictor.swapMargin(freeSlots) > 0;
        int near = evictor == null ? 0 : nearPages(run, evictor, file, swapFree);
        int n = near == 0 ? farPages(run, evictor, file, swapFree) : near;
        folios.event(
                faulting,
                file ? MemoryStat.WORKINGSET_REFAULT_FILE : MemoryStat.WORKINGSET_REFAULT_ANON,
                file ? VmStat.WORKINGSET_REFAULT_FILE : VmStat.WORKINGSET_REFAULT_ANON,
                mem.node(run),
                n);
        return near == 0 ? -n : n;
    }

    /** Distance of page i falls with i: a tail of the run may be near while its front is far. */
    private int farPages(
            int run, @org.jspecify.annotations.Nullable MemCgroup evictor, boolean file, boolean swapFree) {
        int pages = mem.len(run);
        if (evictor == null) {
            return pages;
        }
        long excess = distance(run, evictor) - competing(evictor, mem.node(run), file, swapFree);
        return (int) Math.min(pages, excess);
    }

    /** 0 if the first page is far; otherwise 1: each activation ages the clock, so verdicts are taken one by one. */
    private int nearPages(int run, MemCgroup evictor, boolean file, boolean swapFree) {
        return distance(run, evictor) <= competing(evictor, mem.node(run), file, swapFree) ? 1 : 0;
    }

    private long distance(int run, MemCgroup evictor) {
        return distance(evictor.lruvec(mem.node(run)), mem.shadow(run));
    }

    /**
     * Evictions and activations since a page was evicted.
     *
     * @param clock the evictor's, on the page's node
     * @param shadow what its shadow says
     */
    public static long distance(LruVec clock, int shadow) {
        return clock.nonresidentAge - shadow & AGE_MASK;
    }

    /**
     * Pages the evictor's lists on a node had at the last flush, as far as a refault competes with them: up to that distance
     * it is near (workingset_test_recent).
     *
     * @param swapFree whether the evictor may swap
     */
    public static long competing(MemCgroup evictor, int node, boolean file, boolean swapFree) {
        long size = evictor.flushedStat(MemoryStat.ACTIVE_FILE, node);
        size += file ? 0 : evictor.flushedStat(MemoryStat.INACTIVE_FILE, node);
        if (swapFree) {
            size += evictor.flushedStat(MemoryStat.ACTIVE_ANON, node);
            size += file ? evictor.flushedStat(MemoryStat.INACTIVE_ANON, node) : 0;
        }
        return size;
    }

    /** Books an activated refault; returns whether the page had been in the workingset (waiting for it is a stall). */
    public boolean activated(int run, MemCgroup faulting) {
        boolean file = Flags.isFile(mem.flags(run));
        int pages = mem.len(run);
        int node = mem.node(run);
        age(faulting, node, pages);
        folios.event(
                faulting,
                file ? MemoryStat.WORKINGSET_ACTIVATE_FILE : MemoryStat.WORKINGSET_ACTIVATE_ANON,
                file ? VmStat.WORKINGSET_ACTIVATE_FILE : VmStat.WORKINGSET_ACTIVATE_ANON,
                node,
                pages);
        if (!mem.has(run, Flags.SHADOW_WORKINGSET)) {
            return false;
        }
        mem.setFlags(run, mem.flags(run) | Flags.WORKINGSET);
        folios.event(
                faulting,
                file ? MemoryStat.WORKINGSET_RESTORE_FILE : MemoryStat.WORKINGSET_RESTORE_ANON,
                file ? VmStat.WORKINGSET_RESTORE_FILE : VmStat.WORKINGSET_RESTORE_ANON,
                node,
                pages);
        noteCost(faulting, node, file, (long) pages * COST_PER_IO);
        return true;
    }

    /** Units of reclaim cost that one page of I/O weighs (SWAP_CLUSTER_MAX). */
    public static final int COST_PER_IO = 32;

    /** Adds reclaim cost to a memcg and its ancestors, with the decay of lru_note_cost. */
    public static void noteCost(MemCgroup memcg, int node, boolean file, long cost) {
        if (cost == 0) {
            return;
        }
        for (MemCgroup m = memcg; m != null; m = m.parent()) {
            LruVec v = m.lruvec(node);
            if (file) {
                v.fileCost += cost;
            } else {
                v.anonCost += cost;
            }
            long size = m.flushedStat(MemoryStat.INACTIVE_ANON, node)
                    + m.flushedStat(MemoryStat.ACTIVE_ANON, node)
                    + m.flushedStat(MemoryStat.INACTIVE_FILE, node)
                    + m.flushedStat(MemoryStat.ACTIVE_FILE, node);
            if (v.anonCost + v.fileCost > size / 4) {
                v.anonCost /= 2;
                v.fileCost /= 2;
            }
        }
    }
}
