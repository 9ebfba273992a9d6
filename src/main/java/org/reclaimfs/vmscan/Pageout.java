package org.reclaimfs.vmscan;

import org.reclaimfs.memcg.Folios;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.swap.IoQueue;
import org.reclaimfs.swap.SwapDevice;

/**
 * Swapping pages out: slot, swap cache, unmap, and the way down through the zero map, zswap and the device
 * (folio_alloc_swap, try_to_unmap, swap_writeout; 7.2, spec/06 section 5). NOT thread safe.
 */
final class Pageout {
    private final Vmscan vm;
    private final Folios folios;
    private final MemMap mem;
    private final Scan scan;
    private final Tally tally;
    private final int cpu;
    private int writes;

    Pageout(Vmscan vm, Scan scan, Tally tally, int cpu) {
        this.vm = vm;
        this.folios = vm.folios;
        this.mem = folios.mem;
        this.scan = scan;
        this.tally = tally;
        this.cpu = cpu;
    }

    void begin() {
        writes = 0;
    }

    /** Pages written out in this batch, wherever to. */
    int writes() {
        return writes;
    }

    /** Takes an isolated run of old swap-backed pages to its fate, or its parts to theirs, in order. */
    void swapOut(int isolated) {
        int rest = isolated;
        if (mem.has(rest, Flags.SWAPCACHE)) {
            evict(rest);
            return;
        }
        while (true) {
            int n = takeSlots(rest);
            if (n == 0) {
                tally.noSlot += mem.len(rest);
                scan.activate(rest);
                return;
            }
            boolean all = n == mem.len(rest);
            int part = all ? rest : folios.carve(rest, 0, n);
            assignSlots(part);
            evict(part);
            if (all) {
                return;
            }
        }
    }

    private int slot;

    /** Takes slots for the first pages of the run; 0 if there are none, which the memcg's events tell. */
    private int takeSlots(int run) {
        MemCgroup memcg = folios.memcg(run);
        int pages = mem.len(run);
        long margin = memcg.swapMargin(Long.MAX_VALUE);
        if (vm.swap.freePages() == 0) {
            memcg.swapEvent(MemCgroup.SwapEvent.FAIL, pages);
            return 0;
        }
        if (margin == 0) {
            memcg.swapEvent(MemCgroup.SwapEvent.MAX, pages);
            memcg.swapEvent(MemCgroup.SwapEvent.FAIL, pages);
            return 0;
        }
        // The last slot goes alone: whether any is free decides what happens to pages before it.
        long room = Math.max(1, Math.min(margin, vm.swap.freePages()) - 1);
        // So does the one that reaches memory.swap.high: what is charged for those after it is a debt.
        room = pages > 1 ? Math.min(room, memcg.swapUntilHigh()) : room;
        slot = vm.swap.allocate(cpu, (int) Math.min(pages, room));
        if (slot < 0) {
            memcg.swapEvent(MemCgroup.SwapEvent.FAIL, pages);
            if (vm.swap.tables().refused()) {
                // Each page asks again, twice: nothing that it needs has changed since the one before.
                vm.effort.spend(vm.costs.get(Cost.TABLE_FAIL) * pages);
                vm.tableRefused();
            }
            return 0;
        }
        return vm.swap.foundPages();
    }

    private void assignSlots(int run) {
        mem.setSlot(run, slot);
        vm.swap.foundDevice().noteOwner(slot, mem.len(run), mem.table(run), mem.off(run));
        mem.setFlags(run, Flags.withDevice(mem.flags(run), vm.swap.foundDevice().type) | Flags.SLOT | Flags.DIRTY);
        folios.memcg(run).swap.charge(mem.len(run));
        folios.addToSwapCache(run);
    }

    /** Unmaps pages of the swap cache and drops or writes them. */
    private void evict(int run) {
        if (mem.has(run, Flags.MAPPED)) {
            folios.unmap(run);
            vm.effort.spend(vm.costs.get(Cost.UNMAP) * mem.len(run));
        }
        if (mem.has(run, Flags.DIRTY)) {
            writeOut(run);
        } else {
            freed(run);
        }
    }

    /** swap_writeout for each part of the run that shares a fate. */
    private void writeOut(int run) {
        Content content = mem.region(run).content;
        int pages = mem.len(run);
        if (content.zero()) {
            noteWrites(pages);
            folios.event(folios.memcg(run), MemoryStat.SWPOUT_ZERO, VmStat.SWPOUT_ZERO, pages);
            vm.effort.spend(vm.costs.get(Cost.ZERO_CHECK) * pages);
            mem.setFlags(run, mem.flags(run) & ~Flags.DIRTY | Flags.ZERO);
            freed(run);
            return;
        }
        int rest = run;
        while (true) {
            int decided = vm.zswap.store(rest);
            int n = Math.abs(decided);
            boolean all = n == mem.len(rest);
            int part = all ? rest : folios.carve(rest, 0, n);
            if (decided > 0) {
                stored(part);
            } else if (!vm.zswap.writebackAllowed(folios.memcg(part))) {
                tally.refused += n;
                scan.activate(part);
            } else {
                writeToDevice(part, content);
            }
            if (all) {
                return;
            }
        }
    }

    /** Written or tried: both weigh as I/O. A page that is only activated again does not. */
    void noteWrites(int pages) {
        writes += pages;
        folios.ram.vmstat.add(VmStat.NR_VMSCAN_WRITE, pages);
    }

    private void stored(int run) {
        noteWrites(mem.len(run));
        mem.setFlags(run, mem.flags(run) & ~Flags.DIRTY);
        scan.freed(run);
        vm.zswap.addEntries(run);
    }

    private void writeToDevice(int run, Content content) {
        SwapDevice device = vm.swap.byType(Flags.device(mem.flags(run)));
        MemCgroup memcg = folios.memcg(run);
        int pages = mem.len(run);
        folios.event(memcg, MemoryStat.PSWPOUT, VmStat.PSWPOUT, pages);
        noteWrites(pages);
        int taken = device.backend.write(mem.slot(run), content, pages, mem.node(run));
        memcg.cgroup.countIo(device.path, true, taken);
        int good = run;
        if (taken < pages) {
            good = taken == 0 ? MemMap.NIL : folios.carve(run, 0, taken);
        }
        if (good != MemMap.NIL) {
            written(good, device, content);
        }
        if (taken < pages) {
            tally.writeFailed += pages - taken;
            vm.swap.writeFailed(device, mem.slot(run), pages - taken);
            // A failed write leaves the page dirty in the swap cache, with a slot that holds nothing.
            scan.keepInactive(run);
        }
    }

    private void written(int run, SwapDevice device, Content content) {
        int pages = mem.len(run);
        mem.setFlags(run, mem.flags(run) & ~Flags.DIRTY);
        if (device.backend.synchronous()) {
            spendWritten(device, content, pages);
            scan.freed(run);
            mem.joinNeighbours(run);
            return;
        }
        mem.setFlags(run, mem.flags(run) | Flags.RECLAIM);
        folios.startWriteback(run);
        int table = mem.table(run);
        vm.effort.spend(vm.costs.get(Cost.SUBMIT_IO) * pages);
        IoQueue.Pages written = new IoQueue.Pages(table, mem.generation(table), mem.off(run), pages, mem.node(run));
        vm.io.write(device.backend, mem.slot(run), written, vm.effort);
        scan.keepInactive(run);
    }

    /** What pages cost that a device in RAM has taken and that leave memory now. */
    void spendWritten(SwapDevice device, Content content, int pages) {
        vm.effort.spend((device.backend.writeCostNs(content) + vm.costs.get(Cost.FREE)) * pages);
        waitForStream(pages);
    }

    /**
     * Each CPU has one compression stream, under a mutex that a running task gets before a waiting one: while direct
     * reclaimers are at work on every CPU, kswapd hardly gets on (golden behaviour/c1).
     */
    private void waitForStream(int pages) {
        if (scan.forKswapd() && vm.directCalls >= vm.cpus) {
            vm.waitFor(vm.costs.get(Cost.STREAM_WAIT) * pages);
        }
    }

    private void freed(int run) {
        vm.effort.spend(vm.costs.get(Cost.FREE) * mem.len(run));
        scan.freed(run);
        mem.joinNeighbours(run);
    }
}
