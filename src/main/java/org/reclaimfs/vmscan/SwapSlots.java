package org.reclaimfs.vmscan;

import org.reclaimfs.memcg.Folios;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.swap.SwapDevice;
import org.reclaimfs.swap.SwapDevices;
import org.reclaimfs.zswap.Zswap;

/** The end of a slot's life (swap_entries_free, folio_free_swap; spec/06 section 4). */
public final class SwapSlots {
    private final Folios folios;
    private final MemMap mem;
    private final SwapDevices swap;
    private final Zswap zswap;

    public SwapSlots(Folios folios, SwapDevices swap, Zswap zswap) {
        this.folios = folios;
        this.mem = folios.mem;
        this.swap = swap;
        this.zswap = zswap;
    }

    /**
     * Frees the slots of a run, with whatever data they hold. A run that was only in swap is unlisted afterwards; one in
     * the swap cache leaves it.
     */
    public void free(int run) {
        int flags = mem.flags(run);
        int pages = mem.len(run);
        boolean inZswap = zswap.holds(run);
        if (inZswap) {
            zswap.invalidate(run);
        }
        boolean resident = (flags & Flags.RESIDENT) != 0;
        SwapDevice device = swap.byType(Flags.device(flags));
        free(device, mem.slot(run), pages, folios.memcg(run));
        if (resident && (flags & Flags.SWAPCACHE) != 0) {
            folios.removeFromSwapCache(run);
        }
        if ((flags & Flags.MAPPED) == 0) {
            mem.region(run).swapEntryPages -= pages;
        }
        int gone = Flags.SLOT | Flags.ZERO | Flags.SHADOW | Flags.SHADOW_WORKINGSET;
        mem.setFlags(run, Flags.withDevice(mem.flags(run) & ~gone, 0));
        mem.setSlot(run, MemMap.NIL);
    }

    /** Frees slots, with the device's data; the caller sees to the pages that had them. */
    public void free(SwapDevice device, int slot, int pages, MemCgroup memcg) {
        device.backend.free(slot, pages);
        swap.free(device, slot, pages);
        memcg.swap.charge(-pages);
    }

    /** Drops the copy on swap of pages that are in memory and mapped: they are dirty again (folio_free_swap). */
    public void freeOfMapped(int run) {
        free(run);
        folios.setDirty(run, true);
    }

    /** The pages come into memory on behalf of {@code memcg}: their slots are charged to it from now on. */
    public void adopt(int run, MemCgroup memcg) {
        MemCgroup before = folios.memcg(run);
        if (before != memcg) {
            before.swap.charge(-mem.len(run));
            memcg.swap.charge(mem.len(run));
            mem.setMemcg(run, memcg.id);
        }
    }

    /** Whether slots of pages in memory should be given back (mem_cgroup_swap_full). */
    public boolean full(int run) {
        return swap.full() || folios.memcg(run).swapHalfFull();
    }
}
