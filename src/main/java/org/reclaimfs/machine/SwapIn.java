package org.reclaimfs.machine;

import org.reclaimfs.memcg.Folios;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Region;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.swap.SwapDevice;

/**
 * Major faults on swap entries, with readahead by address for devices that are not synchronous (do_swap_page,
 * swap_vma_readahead, swap_read_folio; 7.2, spec/06 sections 6 and 7). NOT thread safe.
 *
 * <p>Not modelled yet: readahead by slot, which the kernel uses while a rotational device is active.
 */
final class SwapIn {
    /** 2^vm.page-cluster at its default. */
    private static final int MAX_WINDOW = 8;

    private static final int MAX_HITS = 63;

    private final Core core;
    private final Folios folios;
    private final MemMap mem;
    private final FaultPath faults;
    private long waitNs;
    private boolean workingset;

    SwapIn(Core core, FaultPath faults) {
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
        int admitted = faults.admit(memcg, 1, nowNs);
        if (admitted <= 0) {
            return admitted;
        }
        SwapDevice device = core.swap.byType(Flags.device(mem.flags(whole)));
        int zone = faults.zone();
        long from = page;
        long to = page + 1;
        if (!device.backend.synchronous()) {
            int window = window(region, page);
            long left = windowStart(region, page, window);
            long tableStart = page & -MemMap.TABLE_PAGES;
            from = Math.max(left, tableStart);
            to = Math.min(Math.min(left + window, region.pages()), tableStart + MemMap.TABLE_PAGES);
            region.raPrevPage = page;
            region.raWindow = window;
            region.raHits = 0;
        }
        for (long p = from; p < page; p++) {
            readAheadPage(region, p);
        }
        // Readahead may have used the zone's last free pages above the mark; one below it is always there.
        read(carvePage(mem.find(region.table(page), offset(page)), page), memcg, zone);
        for (long p = page + 1; p < to; p++) {
            readAheadPage(region, p);
        }
        folios.event(memcg, MemoryStat.PGFAULT, VmStat.PGFAULT, 1);
        folios.event(memcg, MemoryStat.PGMAJFAULT, VmStat.PGMAJFAULT, 1);
        core.effort.spend(core.costs.get(Cost.FAULT) + core.costs.get(Cost.SWAPIN));
        mapCached(carvePage(mem.find(region.table(page), offset(page)), page), write);
        faults.charged(memcg, 1);
        return 1;
    }

    private static int offset(long page) {
        return (int) (page & MemMap.TABLE_PAGES - 1);
    }

    private int carvePage(int whole, long page) {
        return folios.carve(whole, (int) (page - mem.firstPage(whole)), 1);
    }

    /** Reads the single page of {@code run} into the swap cache, on its list but unmapped. */
    private void read(int run, MemCgroup memcg, int zone) {
        Content content = mem.region(run).content;
        int verdict = core.workingset.refault(run, memcg, core.swap.freePages());
        boolean inZswap = core.zswap.holds(run);
        if (inZswap) {
            core.zswap.load(run);
        } else if (mem.has(run, Flags.ZERO)) {
            folios.event(memcg, MemoryStat.SWPIN_ZERO, VmStat.SWPIN_ZERO, 1);
            core.effort.spend(core.costs.get(Cost.ZERO_CHECK));
        } else {
            readDevice(run, memcg, content);
        }
        core.ram.takeUser(zone, faults.cpu(), 1);
        folios.place(run, zone);
        int flags = mem.flags(run) | Flags.RESIDENT | Flags.SWAPCACHE;
        mem.setFlags(run, inZswap ? flags | Flags.DIRTY : flags);
        mem.setMemcg(run, memcg.id);
        folios.charge(run);
        if (verdict > 0) {
            workingset |= core.workingset.activated(run, memcg);
        }
        mem.setFlags(run, mem.flags(run) & ~(Flags.SHADOW | Flags.SHADOW_WORKINGSET));
        folios.lruAddHead(run, verdict > 0 ? Flags.ACTIVE_ANON : Flags.INACTIVE_ANON);
    }

    private void readDevice(int run, MemCgroup memcg, Content content) {
        SwapDevice device = core.swap.byType(Flags.device(mem.flags(run)));
        folios.event(memcg, MemoryStat.PSWPIN, VmStat.PSWPIN, 1);
        memcg.lruvec(mem.node(run)).diskSwapins++;
        device.backend.noteRead(1);
        if (device.backend.synchronous()) {
            core.effort.spend(device.backend.readCostNs(content));
        } else {
            long at = core.effort.nowNs();
            waitNs = Math.max(waitNs, device.backend.submitNs(false, 1, at) - at);
        }
    }

    /** Maps a page of the swap cache, and gives its slot back where the kernel would (should_try_to_free_swap). */
    void mapCached(int run, boolean write) {
        Region region = mem.region(run);
        if (mem.has(run, Flags.READAHEAD)) {
            core.ram.vmstat.add(VmStat.SWAP_RA_HIT, mem.len(run));
            region.raHits = Math.min(region.raHits + mem.len(run), MAX_HITS);
            mem.setFlags(run, mem.flags(run) & ~Flags.READAHEAD);
        }
        region.raPrevPage = mem.firstPage(run) + mem.len(run) - 1;
        folios.map(run);
        SwapDevice device = core.swap.byType(Flags.device(mem.flags(run)));
        boolean release = write || device.backend.synchronous() || mem.has(run, Flags.MLOCKED) || core.slots.full(run);
        if (release && !mem.has(run, Flags.WRITEBACK)) {
            core.slots.freeOfMapped(run);
        }
        folios.settle(run);
    }

    // ---- readahead ----

    private static long windowStart(Region region, long page, int window) {
        if (page == region.raPrevPage + 1) {
            return page;
        }
        if (region.raPrevPage == page + 1) {
            return page - (window - 1);
        }
        return page - (window - 1) / 2;
    }

    /** Reads a neighbour along, if it is swapped out and there is memory: readahead does not reclaim. */
    private void readAheadPage(Region region, long page) {
        int run = mem.find(region.table(page), offset(page));
        if (run == MemMap.NIL || mem.has(run, Flags.RESIDENT) || !mem.has(run, Flags.SLOT)) {
            return;
        }
        MemCgroup owner = folios.owner(run);
        int zone = core.ram.zoneAboveLow(core.ram.nodeOfCpu(faults.cpu()));
        // The faulting page's own charge was granted before: leave one. A zone above LOW has frames for both.
        if (zone < 0 || owner.memoryMargin() < 2) {
            return;
        }
        int single = carvePage(run, page);
        mem.setFlags(single, mem.flags(single) | Flags.READAHEAD);
        read(single, owner, zone);
        core.ram.vmstat.add(VmStat.SWAP_RA, 1);
    }

    /** __swapin_nr_pages. */
    private static int window(Region region, long page) {
        int pages = region.raHits + 2;
        if (pages == 2) {
            boolean adjacent = page == region.raPrevPage + 1 || page == region.raPrevPage - 1;
            pages = adjacent ? 2 : 1;
        } else {
            int rounded = 4;
            while (rounded < pages) {
                rounded <<= 1;
            }
            pages = rounded;
        }
        return Math.max(Math.min(pages, MAX_WINDOW), region.raWindow / 2);
    }
}
