package org.reclaimfs.machine;

import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Region;
import org.reclaimfs.swap.SwapDevice;
import org.reclaimfs.swap.SwapDevices;

/**
 * How many pages, and which way, a swap-in reads along (swap_use_vma_readahead, __swapin_nr_pages, swapin_nr_pages,
 * swap_vma_ra_win, swap_update_readahead; 7.2, spec/06 section 7). By address the state belongs to each region; by slot
 * the machine has one, kept here. NOT thread safe.
 */
public final class Readahead {
    /** Larger values of vm.page-cluster do not widen a window by address (SWAP_RA_ORDER_CEILING). */
    private static final int MAX_ADDRESS_ORDER = 5;
    /** Hits that a region can remember (SWAP_RA_HITS_MAX). */
    private static final int MAX_REGION_HITS = 63;

    private final SwapDevices swap;
    private final MemMap mem;
    private int pageCluster = 3;
    private boolean addressMode = true;

    // By slot, for the whole machine.
    private long hits = 4;
    private long prevSlot;
    private long lastWindow;

    Readahead(SwapDevices swap, MemMap mem) {
        this.swap = swap;
        this.mem = mem;
    }

    // ---- settings ----

    /** vm.page-cluster: windows are at most 2^this pages; 0 is no readahead. */
    public int pageCluster() {
        return pageCluster;
    }

    public void setPageCluster(int order) {
        pageCluster = order;
    }

    /** /sys/kernel/mm/swap/vma_ra_enabled. */
    public boolean addressMode() {
        return addressMode;
    }

    public void setAddressMode(boolean on) {
        addressMode = on;
    }

    /** Whether pages of the region are read ahead by address; shmem has no mapping to go by (shmem_swapin_cluster). */
    boolean byAddress(Region region) {
        return region.kind != Kind.SHMEM && addressMode && !swap.anyRotational();
    }

    // ---- hits ----

    /** A fault finds {@code pages} neighbouring pages, the last of them {@code page}, in the swap cache. */
    void found(Region region, long page, int pages, boolean readAhead) {
        boolean address = byAddress(region);
        if (address) {
            region.raPrevPage = page;
        }
        if (readAhead && address) {
            region.raHits = Math.min(region.raHits + pages, MAX_REGION_HITS);
        } else if (readAhead) {
            hits += pages;
        }
    }

    // ---- windows ----

    /** First page and end, in pages of the region, of what a fault on {@code page} reads by address. */
    long[] byAddress(Region region, long page) {
        long max = 1L << Math.min(pageCluster, MAX_ADDRESS_ORDER);
        if (max == 1) {
            return new long[] {page, page + 1};
        }
        long prev = region.raPrevPage;
        long window = window(prev, page, region.raHits, max, region.raWindow);
        region.raPrevPage = page;
        region.raWindow = (int) window;
        region.raHits = 0;
        long left = page - (window - 1) / 2;
        if (page == prev + 1) {
            left = page;
        } else if (prev == page + 1) {
            left = page - (window - 1);
        }
        long table = page & -MemMap.TABLE_PAGES;
        long end = Math.min(left + window, Math.min(region.pages(), table + MemMap.TABLE_PAGES));
        return new long[] {Math.max(left, table), end};
    }

    /** First slot and end of the aligned block that a fault on {@code slot} reads. */
    long[] bySlot(SwapDevice device, long slot) {
        long max = 1L << pageCluster;
        if (max == 1) {
            return new long[] {slot, slot + 1};
        }
        long window = window(prevSlot, slot, hits, max, lastWindow);
        if (hits == 0) {
            prevSlot = slot;
        }
        hits = 0;
        lastWindow = window;
        long first = slot & -window;
        // Slot 0 is the header.
        return new long[] {Math.max(1, first), Math.min(first + window, device.usablePages() + 1)};
    }

    /** __swapin_nr_pages; a power of two. */
    private static long window(long prev, long at, long hits, long max, long last) {
        long pages = hits + 2;
        if (pages == 2) {
            pages = at == prev + 1 || at == prev - 1 ? 2 : 1;
        } else {
            pages = Math.max(4, Long.highestOneBit(2 * pages - 1));
        }
        return Math.max(Math.min(pages, max), last / 2);
    }

    // ---- slots ----

    /** The run whose pages own {@code slot}, or NIL. */
    int owner(SwapDevice device, long slot) {
        if (!device.knowsOwners()) {
            learnOwners(device);
        }
        int owner = device.owner((int) slot);
        int run = owner < 0 ? MemMap.NIL : mem.find(owner >>> MemMap.TABLE_SHIFT, owner & MemMap.TABLE_PAGES - 1);
        if (run == MemMap.NIL || !mem.has(run, Flags.SLOT) || Flags.device(mem.flags(run)) != device.type) {
            return MemMap.NIL;
        }
        long first = mem.slot(run);
        return slot >= first && slot < first + mem.len(run) ? run : MemMap.NIL;
    }

    private void learnOwners(SwapDevice device) {
        device.keepOwners();
        for (int run = 0; run < mem.runLimit(); run++) {
            if (mem.len(run) > 0 && mem.has(run, Flags.SLOT) && Flags.device(mem.flags(run)) == device.type) {
                device.noteOwner(mem.slot(run), mem.len(run), mem.table(run), mem.off(run));
            }
        }
    }
}
