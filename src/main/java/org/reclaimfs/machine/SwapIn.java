package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.Folios;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Gfp;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Region;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.swap.SwapDevice;

/**
 * Faults on swap entries, with readahead for devices that are not synchronous (do_swap_page, swap_vma_readahead,
 * swap_cluster_readahead, swap_read_folio; 7.2, spec/06 sections 6 and 7). NOT thread safe.
 */
final class SwapIn {
    private final Core core;
    private final Folios folios;
    private final MemMap mem;
    private final Task task;
    private final FaultPath faults;
    private long waitNs;
    private boolean workingset;

    // Reads of neighbouring slots that go to the device as one request.
    private @Nullable SwapDevice plugged;
    private int pluggedSlot;
    private int pluggedPages;

    SwapIn(Core core, Task task, FaultPath faults) {
        this.task = task;
        this.core = core;
        this.folios = core.folios;
        this.mem = core.mem;
        this.faults = faults;
    }

    /** How long the last fault waits for a device, in ns. */
    long waitNs() {
        return waitNs;
    }

    /** Whether that wait counts as a memory stall: the page belongs to the workingset. */
    boolean workingset() {
        return workingset;
    }

    /** Brings one page in and maps it. Returns 1, or what {@link FaultPath#admit} said. */
    int fault(Region region, long page, int whole, boolean write, long nowNs) {
        waitNs = 0;
        workingset = false;
        MemCgroup memcg = folios.owner(whole);
        faults.gfp = Gfp.SWAP_IN;
        int admitted = faults.admit(memcg, 1, nowNs);
        if (admitted <= 0) {
            return admitted;
        }
        SwapDevice device = core.swap.byType(Flags.device(mem.flags(whole)));
        int zone = faults.zone();
        int run = carvePage(whole, page);
        if (device.backend.synchronous()) {
            read(run, memcg, zone);
        } else if (core.readahead.byAddress(region)) {
            readByAddress(region, page, memcg, zone);
        } else {
            readBySlot(device, region, page, memcg, zone);
        }
        submit();
        if (!mem.has(pageOf(region, page), Flags.RESIDENT)) {
            // Reclaim for its neighbours took it away again.
            return FaultPath.WAIT;
        }
        countFault();
        core.effort.spend(core.costs.get(Cost.FAULT) + core.costs.get(Cost.SWAPIN));
        mapCached(pageOf(region, page), write);
        faults.charged(memcg);
        return 1;
    }

    /** The fault is the task's, the page the slot's owner's: after a move they are not the same. */
    private void countFault() {
        MemCgroup memcg = task.memcg();
        folios.event(memcg, MemoryStat.PGFAULT, VmStat.PGFAULT, 1);
        folios.event(memcg, MemoryStat.PGMAJFAULT, VmStat.PGMAJFAULT, 1);
    }

    private void readByAddress(Region region, long page, MemCgroup memcg, int zone) {
        long[] window = core.readahead.byAddress(region, page);
        for (long p = window[0]; p < page; p++) {
            readAheadPage(region, p);
        }
        // Readahead may have used the zone's last free pages above the mark; one below it is always there.
        readFaulting(region, page, memcg, zone);
        for (long p = page + 1; p < window[1]; p++) {
            readAheadPage(region, p);
        }
    }

    private void readBySlot(SwapDevice device, Region region, long page, MemCgroup memcg, int zone) {
        long slot = mem.slot(pageOf(region, page));
        long[] window = core.readahead.bySlot(device, slot);
        for (long s = window[0]; s < window[1]; s++) {
            if (s == slot) {
                readFaulting(region, page, memcg, zone);
                continue;
            }
            int run = core.readahead.owner(device, s);
            if (run != MemMap.NIL) {
                readAheadPage(mem.region(run), mem.firstPage(run) + (s - mem.slot(run)));
            }
        }
    }

    /** Reclaim for its neighbours may have brought the page in already: zswap writes back what is oldest. */
    private void readFaulting(Region region, long page, MemCgroup memcg, int zone) {
        int run = pageOf(region, page);
        if (!mem.has(run, Flags.RESIDENT)) {
            read(run, memcg, zone);
        }
    }

    private static int offset(long page) {
        return (int) (page & MemMap.TABLE_PAGES - 1);
    }

    private int pageOf(Region region, long page) {
        return carvePage(mem.find(region.table(page), offset(page)), page);
    }

    private int carvePage(int whole, long page) {
        return folios.carve(whole, (int) (page - mem.firstPage(whole)), 1);
    }

    /** Reads the single page of {@code run} into the swap cache, on its list but unmapped. */
    private void read(int run, MemCgroup memcg, int zone) {
        int verdict = core.workingset.refault(run, memcg, core.swap.freePages());
        boolean inZswap = core.zswap.holds(run);
        if (inZswap) {
            core.zswap.load(run);
        } else if (mem.has(run, Flags.ZERO)) {
            folios.event(memcg, MemoryStat.SWPIN_ZERO, VmStat.SWPIN_ZERO, 1);
            core.effort.spend(core.costs.get(Cost.ZERO_CHECK));
        } else {
            readDevice(run, memcg);
        }
        core.ram.takeUser(zone, faults.cpu(), 1);
        folios.place(run, zone);
        int flags = mem.flags(run) | Flags.RESIDENT | Flags.SWAPCACHE;
        mem.setFlags(run, inZswap ? flags | Flags.DIRTY : flags);
        core.slots.adopt(run, memcg);
        folios.charge(run);
        if (verdict > 0) {
            workingset |= core.workingset.activated(run, memcg);
        }
        mem.setFlags(run, mem.flags(run) & ~(Flags.SHADOW | Flags.SHADOW_WORKINGSET));
        folios.lruAddHead(run, verdict > 0 ? Flags.ACTIVE_ANON : Flags.INACTIVE_ANON);
    }

    private void readDevice(int run, MemCgroup memcg) {
        SwapDevice device = core.swap.byType(Flags.device(mem.flags(run)));
        countRead(device, memcg, mem.node(run));
        if (device.backend.synchronous()) {
            int slot = mem.slot(run);
            core.effort.spend(device.backend.readCostNs(slot, 1));
            waitForData(device, slot);
            device.backend.noteRead(slot, 1);
            return;
        }
        if (device != plugged || mem.slot(run) != pluggedSlot + pluggedPages) {
            submit();
            plugged = device;
            pluggedSlot = mem.slot(run);
        }
        pluggedPages++;
    }

    private void countRead(SwapDevice device, MemCgroup memcg, int node) {
        folios.event(memcg, MemoryStat.PSWPIN, VmStat.PSWPIN, 1);
        task.cgroup().countIo(device.path, false, 1);
        memcg.lruvec(node).diskSwapins++;
    }

    /** A synchronous device waits for a page that it has on another: zram for one that it has written back. */
    private void waitForData(SwapDevice device, int slot) {
        long at = core.effort.nowNs();
        waitNs = Math.max(waitNs, device.backend.submitNs(false, slot, 1, at) - at);
    }

    /** Sends the request that has been gathered to its device (swap_read_unplug). */
    private void submit() {
        SwapDevice device = plugged;
        if (device != null) {
            core.effort.spend(core.costs.get(Cost.SUBMIT_IO) * pluggedPages);
            long at = core.effort.nowNs();
            device.backend.noteRead(pluggedSlot, pluggedPages);
            waitNs = Math.max(waitNs, device.backend.submitNs(false, pluggedSlot, pluggedPages, at) - at);
        }
        plugged = null;
        pluggedPages = 0;
    }

    /** A minor fault: the pages of the run are in the swap cache. */
    void cachedFault(int run, boolean write) {
        boolean readAhead = mem.has(run, Flags.READAHEAD);
        if (readAhead) {
            core.ram.vmstat.add(VmStat.SWAP_RA_HIT, mem.len(run));
            mem.setFlags(run, mem.flags(run) & ~Flags.READAHEAD);
        }
        long last = mem.firstPage(run) + mem.len(run) - 1;
        core.readahead.found(mem.region(run), last, mem.len(run), readAhead);
        mapCached(run, write);
    }

    /**
     * Maps pages of the swap cache and gives their slots back where the kernel would (should_try_to_free_swap). Nobody
     * else has these pages, so a read maps them writable too: see {@link Toucher}. Shmem leaves the swap cache at once.
     */
    private void mapCached(int run, boolean write) {
        folios.map(run);
        SwapDevice device = core.swap.byType(Flags.device(mem.flags(run)));
        boolean release = write
                || device.backend.synchronous()
                || mem.region(run).kind == Kind.SHMEM
                || mem.has(run, Flags.MLOCKED)
                || core.slots.full(run);
        if (release && !mem.has(run, Flags.WRITEBACK)) {
            core.slots.freeOfMapped(run);
        } else if (write) {
            // Its slot is being written to: it stays, and the page must be written again one day.
            mem.setFlags(run, mem.flags(run) | Flags.DIRTY);
        }
        folios.settle(run);
    }

    // ---- readahead ----

    /**
     * Reads a neighbour along, if it is swapped out and there is memory. Its charge reclaims from a full memcg like any
     * other; for a frame nobody reclaims.
     */
    private void readAheadPage(Region region, long page) {
        int run = mem.find(region.table(page), offset(page));
        if (run == MemMap.NIL || mem.has(run, Flags.RESIDENT) || !mem.has(run, Flags.SLOT)) {
            return;
        }
        MemCgroup owner = folios.owner(run);
        // The faulting page's own charge and frame were granted before: leave one of each.
        if (owner.memoryMargin() < 2 && LimitWrite.makeRoomNow(core, owner, 2, faults.cpu()) < 2) {
            return;
        }
        run = mem.find(region.table(page), offset(page));
        if (run == MemMap.NIL || mem.has(run, Flags.RESIDENT)) {
            return;
        }
        int zone = core.ram.zoneAboveLow(core.ram.nodeOfCpu(faults.cpu()));
        if (zone < 0 || !core.ram.canTake(zone, faults.cpu(), 2)) {
            return;
        }
        int single = carvePage(run, page);
        mem.setFlags(single, mem.flags(single) | Flags.READAHEAD);
        read(single, owner, zone);
        core.ram.vmstat.add(VmStat.SWAP_RA, 1);
    }
}
