package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.memcg.Folios;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Gfp;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Region;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.swap.SwapDevice;
import org.reclaimfs.zram.ZramDevice;

/** swapoff(2): reads every used slot back, then the device is gone (try_to_unuse; 7.2, spec/06 section 1). */
final class Swapoff extends Activity {
    private final Core core;
    private final Folios folios;
    private final MemMap mem;
    private final SwapDevice device;
    private final List<Region> regions;
    /** Who called: the first to be killed if memory runs out meanwhile. */
    private final Task caller;

    private final FaultPath faults;

    private int at;
    private long page;
    private long waitNs;
    private boolean waitsForWrite;

    Swapoff(Core core, SwapDevice device, OomPath oom, Kswapds kswapds) {
        super(() -> core.cgroups.root());
        this.core = core;
        this.folios = core.folios;
        this.mem = core.mem;
        this.device = device;
        this.caller = core.cgroups.outsider("swapoff");
        this.faults = new FaultPath(core, caller, this, oom, kswapds);
        this.faults.gfp = Gfp.SWAP_IN;
        this.regions = new ArrayList<>(Flusher.allRegions(core));
        core.swap.disable(device);
    }

    @Override
    public long step(long nowNs) {
        core.effort.begin(nowNs);
        core.oomOrigins.add(caller);
        while (at < regions.size()) {
            if ((signalled() || caller.dead()) && !faults.lingers()) {
                return giveUp();
            }
            if (!core.effort.goesOn(SLICE_NS)) {
                return sliceEnd(core.effort);
            }
            if (faults.waiting()) {
                waitNs = faults.advance(nowNs);
                if (waitNs > 0) {
                    return core.effort.spentNs() + takeWaitNs();
                }
                continue;
            }
            Region region = regions.get(at);
            if (page >= region.pages()) {
                at++;
                page = 0;
            } else {
                unuse(region, nowNs);
                if (waitNs > 0) {
                    return core.effort.spentNs() + takeWaitNs();
                }
            }
        }
        if (device.usedPages() > 0) {
            // Pages were swapped out again, or split off behind us: once more from the start.
            at = 0;
            page = 0;
            return Math.max(1, core.effort.spentNs());
        }
        faults.endStall(); // the owner of the last page may have died while we waited for it
        core.oomOrigins.remove(caller);
        core.swap.remove(device);
        if (device.backend instanceof ZramDevice zram) {
            zram.close();
        }
        return DONE;
    }

    /** Whether the last slice ended to let a write to the device finish. */
    boolean waitsForWrite() {
        return waitsForWrite;
    }

    private long takeWaitNs() {
        long ns = waitNs;
        waitNs = 0;
        return ns;
    }

    private long giveUp() {
        faults.endStall();
        core.oomOrigins.remove(caller);
        core.swap.enable(device);
        return fail(Errno.EINTR);
    }

    /** Handles the next run of the region. */
    private void unuse(Region region, long nowNs) {
        int table = region.table(page);
        int offset = (int) (page & MemMap.TABLE_PAGES - 1);
        int run = mem.findFrom(table, offset);
        if (run == MemMap.NIL) {
            page = page - offset + MemMap.TABLE_PAGES;
            return;
        }
        int pages = mem.len(run);
        long next = page - offset + mem.off(run) + pages;
        if (!mem.has(run, Flags.SLOT) || Flags.device(mem.flags(run)) != device.type) {
            page = next;
            return;
        }
        waitsForWrite = mem.has(run, Flags.WRITEBACK);
        if (waitsForWrite) {
            waitNs = Math.max(1, core.io.nextNs() - core.effort.nowNs());
            return;
        }
        if (mem.has(run, Flags.RESIDENT)) {
            mapOld(run);
            core.slots.freeOfMapped(run);
            folios.settle(run);
            page = next;
            return;
        }
        page = page - offset + mem.off(run);
        MemCgroup memcg = folios.owner(run);
        // One slot given back may end the fullness that decides whether its page is of the workingset.
        boolean full = memcg.swapMargin(core.swap.freePages()) <= 0;
        // Each page takes from the charge stock what the zswap entry of the one before it has given back.
        boolean single = full || core.zswap.holds(run);
        int n = faults.admit(memcg, single ? 1 : pages, nowNs);
        if (n > 0) {
            page += bringIn(folios.carve(run, 0, n), memcg, faults.zone());
        }
    }

    /** Reads back the first pages of the run, those that share a verdict on their refault; returns how many. */
    private int bringIn(int whole, MemCgroup memcg, int zone) {
        int verdict = core.workingset.refault(whole, memcg, core.swap.freePages());
        int pages = Math.abs(verdict);
        int run = folios.carve(whole, 0, pages);
        if (core.zswap.holds(run)) {
            core.zswap.load(run);
            mem.setFlags(run, mem.flags(run) | Flags.DIRTY);
        } else if (mem.has(run, Flags.ZERO)) {
            folios.event(memcg, MemoryStat.SWPIN_ZERO, VmStat.SWPIN_ZERO, pages);
        } else {
            folios.event(memcg, MemoryStat.PSWPIN, VmStat.PSWPIN, pages);
            memcg.lruvec(mem.node(run)).diskSwapins += pages;
            readDevice(run, pages);
        }
        core.effort.spend(core.costs.get(Cost.SWAPIN) * pages);
        core.ram.takeUser(zone, faults.cpu(), pages);
        folios.place(run, zone);
        mem.setFlags(run, mem.flags(run) | Flags.RESIDENT | Flags.SWAPCACHE);
        core.slots.adopt(run, memcg);
        folios.charge(run);
        if (verdict > 0) {
            core.workingset.activated(run, memcg);
        }
        mapOld(run);
        core.slots.freeOfMapped(run);
        folios.lruAddHead(run, verdict > 0 ? Flags.ACTIVE_ANON : Flags.INACTIVE_ANON);
        return pages;
    }

    private void readDevice(int run, int pages) {
        int slot = mem.slot(run);
        if (device.backend.synchronous()) {
            core.effort.spend(device.backend.readCostNs(slot, pages));
        }
        long at = core.effort.nowNs();
        waitNs = device.backend.submitNs(false, slot, pages, at) - at;
        device.backend.noteRead(slot, pages);
    }

    /** Maps pages as not accessed (unuse_pte: pte_mkold). */
    private void mapOld(int run) {
        if (!mem.has(run, Flags.MAPPED)) {
            folios.map(run);
            mem.setFlags(run, mem.flags(run) & ~(Flags.YOUNG | Flags.READAHEAD));
        }
    }
}
