package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.lru.LruVec;
import org.reclaimfs.memcg.Folios;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.memcg.Workingset;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Gfp;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.Region;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.swap.SwapDevice;

/**
 * Faults in a row on single pages that a device in RAM has: what counts the same for each is counted once for all, and what
 * may stand before a fault is looked for once. Pages that something may happen to on the way come in one by one, through
 * {@link SwapIn}. NOT thread safe.
 *
 * @see org.reclaimfs.vmscan.SwapOutGroup
 */
final class SwapInGroup {
    /** What pages that can come in together need not have in common. */
    private static final int ANY = Flags.PLACE | Flags.SHADOW_WORKINGSET | Flags.DEVICE;

    private static final int SWAPPED =
            Flags.withList(Flags.ofKind(Kind.ANON), Flags.UNLISTED) | Flags.SLOT | Flags.SHADOW;

    private static final int MAPPED =
            Flags.ofKind(Kind.ANON) | Flags.RESIDENT | Flags.MAPPED | Flags.YOUNG | Flags.DIRTY;

    private static final int NOBODY = -1;

    private final Core core;
    private final Folios folios;
    private final MemMap mem;
    private final Task task;
    private final FaultPath faults;

    private @Nullable Region region;
    private long nowNs;

    // The group, from its first page on.
    private @Nullable SwapDevice device;
    private @Nullable MemCgroup memcg;
    private int zone;
    private int node;
    private int granted;
    private int taken;
    /** As long as so many are free, the zone is the right one; -1: it always is. */
    private long freePages;

    private int active;
    private int restored;
    private long readNs;

    // Who left the shadow last looked at, and how old one of its shadows may be to count as near.
    private int evictorId;
    private @Nullable LruVec evictorClock;
    private long nearPages;

    SwapInGroup(Core core, Task task, FaultPath faults) {
        this.core = core;
        this.folios = core.folios;
        this.mem = core.mem;
        this.task = task;
        this.faults = faults;
    }

    /** Whether a page with these flags may be one of a group. */
    static boolean fits(int flags) {
        return (flags & ~ANY) == SWAPPED;
    }

    /** A new group: what came before has ended. */
    void begin(Region of, long atNs) {
        region = of;
        nowNs = atNs;
        device = null;
    }

    /**
     * Brings in and maps a page that {@link #fits}. The counts follow at {@link #end}, before which nobody looks at them.
     *
     * @param whole the run that it is in
     * @param flags of that
     * @param offset of the page in its page table
     * @param want so many more may follow it, itself included
     * @return false, with nothing done, if it cannot be of the group, or if the task must wait or is dead first
     */
    boolean take(int whole, int flags, int offset, int want) {
        SwapDevice from = device;
        MemCgroup owner = memcg;
        if (from == null && mem.memcg(whole) == task.memcg().id) {
            from = core.swap.byType(Flags.device(flags));
            owner = task.memcg();
            if (!from.backend.synchronous() || !admit(from, owner, want)) {
                return false;
            }
        }
        if (from == null
                || owner == null
                || taken == granted
                || Flags.device(flags) != from.type
                || mem.memcg(whole) != owner.id
                || mem.node(whole) != node) {
            return false;
        }
        return takeFrom(from, owner, folios.carve(whole, offset - mem.off(whole), 1), flags);
    }

    private boolean admit(SwapDevice from, MemCgroup owner, int want) {
        if (!owner.online()) {
            return false;
        }
        faults.gfp = Gfp.SWAP_IN;
        int most = faults.admit(owner, want, nowNs);
        if (most <= 0) {
            return false;
        }
        zone = faults.zone();
        node = Memory.nodeOf(zone);
        granted = most;
        taken = 0;
        freePages = core.ram.isFirstChoice(zone, faults.cpu()) ? -1 : core.ram.freePages();
        active = 0;
        restored = 0;
        readNs = 0;
        evictorId = NOBODY;
        device = from;
        memcg = owner;
        return true;
    }

    private boolean takeFrom(SwapDevice from, MemCgroup owner, int run, int flags) {
        int slot = mem.slot(run);
        long ns = from.backend.take(slot);
        if (ns < 0) {
            return false;
        }
        readNs += ns;
        core.effort.spend(ns + core.costs.get(Cost.FAULT) + core.costs.get(Cost.SWAPIN));
        boolean near = near(run);
        core.swap.free(from, slot, 1);
        int now = Flags.withZone(MAPPED, zone);
        if (near) {
            active++;
            core.workingset.age(owner, node, 1);
            if ((flags & Flags.SHADOW_WORKINGSET) != 0) {
                now |= Flags.WORKINGSET;
                restored++;
                Workingset.noteCost(owner, node, false, Workingset.COST_PER_IO);
            }
        }
        mem.setFlags(run, now);
        mem.setSlot(run, MemMap.NIL);
        owner.lruvec(node).addHead(near ? Flags.ACTIVE_ANON : Flags.INACTIVE_ANON, run);
        taken++;
        if (freePages >= 0 && freePages != core.ram.freePages()) {
            granted = taken;
        }
        return true;
    }

    /** Whether the page was evicted so lately that it belongs to the workingset. */
    private boolean near(int run) {
        if (mem.shadowMemcg(run) != evictorId) {
            lookAtEvictor(mem.shadowMemcg(run));
        }
        LruVec clock = evictorClock;
        return clock != null && Workingset.distance(clock, mem.shadow(run)) <= nearPages;
    }

    private void lookAtEvictor(int id) {
        MemCgroup evictor = folios.memcgs.online(id);
        boolean swapFree = evictor != null && evictor.swapMargin(core.swap.freePages()) > 0;
        evictorId = swapFree ? id : NOBODY; // it may have free swap by the next look
        evictorClock = evictor == null ? null : evictor.lruvec(node);
        nearPages = evictor == null ? 0 : Workingset.competing(evictor, node, false, swapFree);
    }

    /** Counts what the pages have in common. */
    void end() {
        Region to = region;
        SwapDevice from = device;
        MemCgroup owner = memcg;
        if (to == null || from == null || owner == null || taken == 0) {
            return;
        }
        from.backend.noteTaken(taken, readNs);
        MemCgroup faulting = task.memcg();
        folios.event(faulting, MemoryStat.PGFAULT, VmStat.PGFAULT, taken);
        folios.event(faulting, MemoryStat.PGMAJFAULT, VmStat.PGMAJFAULT, taken);
        folios.event(owner, MemoryStat.WORKINGSET_REFAULT_ANON, VmStat.WORKINGSET_REFAULT_ANON, node, taken);
        folios.event(owner, MemoryStat.PSWPIN, VmStat.PSWPIN, taken);
        task.cgroup().countIo(from.path, false, taken);
        owner.lruvec(node).diskSwapins += taken;
        core.ram.takeUser(zone, faults.cpu(), taken);
        // The last page is charged for before its slot is given back: see whether swap is above its high.
        owner.swap.charge(1 - taken);
        owner.charge(taken);
        owner.swap.charge(-1);
        folios.event(owner, MemoryStat.WORKINGSET_ACTIVATE_ANON, VmStat.WORKINGSET_ACTIVATE_ANON, node, active);
        folios.event(owner, MemoryStat.WORKINGSET_RESTORE_ANON, VmStat.WORKINGSET_RESTORE_ANON, node, restored);
        folios.swapToMapped(to, owner, node, taken);
        folios.countListed(owner, zone, Flags.ACTIVE_ANON, active);
        folios.countListed(owner, zone, Flags.INACTIVE_ANON, taken - active);
        faults.charged(owner);
    }
}
