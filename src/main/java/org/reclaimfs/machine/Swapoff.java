package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.memcg.Folios;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.ReclaimReason;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Memory.Mark;
import org.reclaimfs.mm.Region;
import org.reclaimfs.swap.SwapDevice;
import org.reclaimfs.vmscan.Reclaim;
import org.reclaimfs.vmscan.Vmscan;
import org.reclaimfs.zram.ZramDevice;

/** swapoff(2): reads every used slot back, then the device is gone (try_to_unuse; 7.2, spec/06 section 1). */
final class Swapoff extends Activity {
    private final Core core;
    private final Folios folios;
    private final MemMap mem;
    private final SwapDevice device;
    private final List<Region> regions;
    private int at;
    private long page;

    Swapoff(Core core, SwapDevice device) {
        this.core = core;
        this.folios = core.folios;
        this.mem = core.mem;
        this.device = device;
        this.regions = new ArrayList<>(Flusher.allRegions(core));
        core.swap.disable(device);
    }

    @Override
    public long step(long nowNs) {
        core.effort.begin(nowNs);
        while (at < regions.size()) {
            if (signalled()) {
                return giveUp(Errno.EINTR);
            }
            if (core.effort.spentNs() >= SLICE_NS) {
                return core.effort.spentNs();
            }
            Region region = regions.get(at);
            if (page >= region.pages()) {
                at++;
                page = 0;
            } else if (!unuse(region)) {
                return giveUp(Errno.ENOMEM);
            }
        }
        if (device.usedPages() > 0) {
            // Pages were swapped out again, or split off behind us: once more from the start.
            at = 0;
            page = 0;
            return Math.max(1, core.effort.spentNs());
        }
        core.swap.remove(device);
        if (device.backend instanceof ZramDevice zram) {
            zram.close();
        }
        return DONE;
    }

    private long giveUp(Errno errno) {
        core.swap.enable(device);
        return fail(errno);
    }

    /** Handles the next run of the region; false if there is no memory for it. */
    private boolean unuse(Region region) {
        int table = region.table(page);
        int offset = (int) (page & MemMap.TABLE_PAGES - 1);
        int run = mem.findFrom(table, offset);
        if (run == MemMap.NIL) {
            page = page - offset + MemMap.TABLE_PAGES;
            return true;
        }
        int pages = mem.len(run);
        long next = page - offset + mem.off(run) + pages;
        if (!mem.has(run, Flags.SLOT) || Flags.device(mem.flags(run)) != device.type) {
            page = next;
            return true;
        }
        if (mem.has(run, Flags.RESIDENT)) {
            core.slots.free(run);
            folios.setDirty(run, true);
            folios.settle(run);
            page = next;
            return true;
        }
        int n = makeRoom(folios.owner(run), pages);
        if (n == 0) {
            return false;
        }
        run = folios.carve(run, 0, n);
        page = page - offset + mem.off(run) + n;
        bringIn(run);
        return true;
    }

    private int makeRoom(MemCgroup memcg, int want) {
        if (memcg.memoryMargin() == 0) {
            reclaim(memcg.overMax());
        }
        int zone = core.ram.zoneAbove(Mark.MIN);
        if (zone < 0) {
            reclaim(null);
            zone = core.ram.zoneAbove(Mark.MIN);
        }
        long charge = Math.max(1, memcg.memoryMargin());
        return zone < 0 ? 0 : (int) Math.min(want, Math.min(charge, core.ram.aboveMark(zone, Mark.MIN)));
    }

    private void reclaim(@org.jspecify.annotations.Nullable MemCgroup target) {
        new Reclaim(
                        core.vm,
                        core.rootMemcg(),
                        target,
                        Vmscan.SWAP_CLUSTER_MAX,
                        ReclaimReason.DIRECT,
                        -1,
                        0)
                .runToEnd();
    }

    private void bringIn(int run) {
        int pages = mem.len(run);
        if (core.zswap.holds(run)) {
            core.zswap.load(run);
            mem.setFlags(run, mem.flags(run) | Flags.DIRTY);
        } else {
            device.backend.noteRead(pages);
            core.effort.spend(device.backend.readCostNs(mem.region(run).content) * pages);
        }
        core.effort.spend(core.costs.get(Cost.SWAPIN) * pages);
        int zone = core.ram.zoneAbove(Mark.MIN);
        core.ram.takeUser(zone, pages);
        int flags = Flags.withZone(mem.flags(run), zone) | Flags.RESIDENT | Flags.SWAPCACHE;
        mem.setFlags(run, flags & ~(Flags.SHADOW | Flags.SHADOW_WORKINGSET));
        folios.charge(run);
        folios.map(run);
        core.slots.freeOfMapped(run);
        folios.lruAddHead(run, Flags.INACTIVE_ANON);
    }
}
