package org.reclaimfs.memcg;

import org.reclaimfs.lru.LruVec;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.Region;
import org.reclaimfs.mm.VmStat;

/**
 * The few things that happen to pages in memory, each keeping the lists, zones, charges and statistics in step. Rooms
 * above never touch those one by one. NOT thread safe.
 */
public final class Folios {
    private static final int FILE = Kind.FILE.ordinal();
    private static final int SHMEM = Kind.SHMEM.ordinal();

    public final MemMap mem;
    public final Memory ram;
    public final MemCgroups memcgs;

    public Folios(MemMap mem, Memory ram, MemCgroups memcgs) {
        this.mem = mem;
        this.ram = ram;
        this.memcgs = memcgs;
    }

    /** The memcg charged for the run. */
    public MemCgroup memcg(int run) {
        return memcgs.get(mem.memcg(run));
    }

    /** The memcg whose lists the run stands on. */
    public MemCgroup owner(int run) {
        return MemCgroups.listOwner(memcg(run));
    }

    /** The lists the run stands on. */
    public LruVec lruvec(int run) {
        return owner(run).lruvec(mem.node(run));
    }

    private static MemoryStat listStat(int list) {
        return switch (list) {
            case Flags.INACTIVE_ANON -> MemoryStat.INACTIVE_ANON;
            case Flags.ACTIVE_ANON -> MemoryStat.ACTIVE_ANON;
            case Flags.INACTIVE_FILE -> MemoryStat.INACTIVE_FILE;
            case Flags.ACTIVE_FILE -> MemoryStat.ACTIVE_FILE;
            default -> MemoryStat.UNEVICTABLE;
        };
    }

    // ---- lists ----

    /** Takes a run off its LRU list (isolation). */
    public void lruDel(int run) {
        int list = Flags.list(mem.flags(run));
        count(run, list, -mem.len(run));
        lruvec(run).del(run);
    }

    public int lruAddHead(int run, int list) {
        count(run, list, mem.len(run));
        return lruvec(run).addHead(list, run);
    }

    public int lruAddTail(int run, int list) {
        count(run, list, mem.len(run));
        return lruvec(run).addTail(list, run);
    }

    private void count(int run, int list, long pages) {
        memcg(run).add(listStat(list), mem.node(run), pages);
        ram.addLru(Flags.zone(mem.flags(run)), list, pages);
    }

    /** Counts pages of a zone that have come to a list of their memcg's. */
    public void countListed(MemCgroup memcg, int zone, int list, long pages) {
        memcg.add(listStat(list), Memory.nodeOf(zone), pages);
        ram.addLru(zone, list, pages);
    }

    /** Joins a listed run that has changed in place with its neighbours; returns the run it is part of now. */
    public int settle(int run) {
        return lruvec(run).settle(run);
    }

    /** Isolates at most {@code pages} of the oldest pages of a list, as {@link LruVec#popTail(int, int, int[])}. */
    public int isolate(LruVec lruvec, int list, int pages, int[] into) {
        int count = lruvec.popTail(list, pages, into);
        for (int i = 0; i < count; ) {
            int like = into[i];
            int alike = 0;
            do {
                alike += mem.len(into[i++]);
            } while (i < count && countLike(into[i], like));
            count(like, list, -alike);
        }
        return count;
    }

    /** Whether pages of both, on the same list, are counted in the same places. */
    private boolean countLike(int a, int b) {
        return mem.memcg(a) == mem.memcg(b) && Flags.zone(mem.flags(a)) == Flags.zone(mem.flags(b));
    }

    /** Parts [from, from + pages) of a run off, whatever list it is on; offsets count from the run's first page. */
    public int carve(int run, int from, int pages) {
        if (from == 0 && pages == mem.len(run)) {
            return run; // under thrash nearly always: no list to look up
        }
        LruVec lruvec = lruvec(run);
        if (from > 0) {
            lruvec.split(run, from);
        }
        return pages < mem.len(run) ? lruvec.split(run, pages) : run;
    }

    // ---- pages come and go ----

    /**
     * Accounts pages that have just become resident (flags say how) to their memcg; the caller took the frames. The run
     * is unlisted.
     */
    public void charge(int run) {
        MemCgroup memcg = memcg(run);
        memcg.charge(mem.len(run));
        countState(run, memcg, mem.len(run));
    }

    /** Gives back frames and charges of resident pages; the run keeps its slots and is no longer resident. */
    public void release(int run) {
        ram.give(Flags.zone(mem.flags(run)), mem.len(run));
        memcg(run).uncharge(mem.len(run));
        leave(run);
    }

    /** As {@link #release}, but the caller gives frames and charges back later (reclaim does at the end of a batch). */
    public void leave(int run) {
        countState(run, memcg(run), -mem.len(run));
        mem.setFlags(
                run,
                mem.flags(run)
                        & ~(Flags.RESIDENT
                                | Flags.MAPPED
                                | Flags.YOUNG
                                | Flags.REFERENCED
                                | Flags.WORKINGSET
                                | Flags.DIRTY
                                | Flags.WRITEBACK
                                | Flags.RECLAIM
                                | Flags.SWAPCACHE
                                | Flags.MLOCKED
                                | Flags.READAHEAD));
    }

    private void countState(int run, MemCgroup memcg, long pages) {
        int flags = mem.flags(run);
        int kind = Flags.kind(flags);
        boolean mapped = (flags & Flags.MAPPED) != 0;
        boolean swapcache = (flags & Flags.SWAPCACHE) != 0;
        int node = mem.node(run);
        if (mapped) {
            countMapped(run, memcg, pages);
        }
        if (kind == FILE) {
            memcg.add(MemoryStat.FILE, node, pages);
        } else if (kind == SHMEM && !swapcache) {
            memcg.add(MemoryStat.FILE, node, pages);
            memcg.add(MemoryStat.SHMEM, node, pages);
        }
        if (swapcache) {
            memcg.add(MemoryStat.SWAPCACHED, node, pages);
        }
        if (kind == FILE && (flags & Flags.DIRTY) != 0) {
            memcg.add(MemoryStat.FILE_DIRTY, node, pages);
            ram.addWritePending(Flags.zone(flags), pages);
        }
        if ((flags & Flags.WRITEBACK) != 0) {
            countWriteback(run, memcg, pages);
        }
        if ((flags & Flags.MLOCKED) != 0) {
            ram.addMlocked(Flags.zone(flags), pages);
        }
    }

    private void countWriteback(int run, MemCgroup memcg, long pages) {
        memcg.add(MemoryStat.FILE_WRITEBACK, mem.node(run), pages);
        ram.addWritePending(Flags.zone(mem.flags(run)), pages);
    }

    private void countMapped(int run, MemCgroup memcg, long pages) {
        Region region = mem.region(run);
        region.mappedPages += pages;
        switch (region.kind) {
            case ANON -> memcg.add(MemoryStat.ANON, mem.node(run), pages);
            case FILE, SHMEM -> memcg.add(MemoryStat.FILE_MAPPED, mem.node(run), pages);
        }
    }

    // ---- mapping and the swap cache ----

    /** Enters resident pages in the page tables. Their entries were swap entries if they have slots. */
    public void map(int run) {
        if (mem.has(run, Flags.SLOT)) {
            mem.region(run).swapEntryPages -= mem.len(run);
        }
        mem.setFlags(run, mem.flags(run) | Flags.MAPPED | Flags.YOUNG);
        countMapped(run, memcg(run), mem.len(run));
    }

    /**
     * A task has used mapped pages [from, from + pages) of an anonymous run. Nobody shares these, so they are mapped writable:
     * the CPU sets both bits, and a slot that is kept has stale data from then on.
     */
    public void access(int whole, int from, int pages, boolean write) {
        int bits = Flags.YOUNG | (write ? Flags.DIRTY : 0);
        if ((mem.flags(whole) & bits) != bits) {
            int run = carve(whole, from, pages);
            mem.setFlags(run, mem.flags(run) | bits);
            settle(run);
        }
    }

    /** Takes pages out of the page tables; swap-backed pages leave swap entries behind. */
    public void unmap(int run) {
        countMapped(run, memcg(run), -mem.len(run));
        if (mem.has(run, Flags.SLOT)) {
            mem.region(run).swapEntryPages += mem.len(run);
        }
        mem.setFlags(run, mem.flags(run) & ~(Flags.MAPPED | Flags.YOUNG));
    }

    /** Counts anonymous pages of a region that were mapped and are in swap now; their slots are charged by the caller. */
    public void mappedToSwap(Region region, MemCgroup memcg, int node, int pages) {
        region.mappedPages -= pages;
        region.swapEntryPages += pages;
        memcg.add(MemoryStat.ANON, node, -pages);
    }

    /** Counts anonymous pages of a region that were in swap and are mapped now, without slots. */
    public void swapToMapped(Region region, MemCgroup memcg, int node, int pages) {
        region.mappedPages += pages;
        region.swapEntryPages -= pages;
        memcg.add(MemoryStat.ANON, node, pages);
    }

    /** Enters pages in the swap cache; shmem leaves the page cache for it. */
    public void addToSwapCache(int run) {
        MemCgroup memcg = memcg(run);
        int pages = mem.len(run);
        mem.setFlags(run, mem.flags(run) | Flags.SWAPCACHE);
        memcg.add(MemoryStat.SWAPCACHED, mem.node(run), pages);
        if (mem.region(run).kind == Kind.SHMEM) {
            memcg.add(MemoryStat.FILE, mem.node(run), -pages);
            memcg.add(MemoryStat.SHMEM, mem.node(run), -pages);
        }
    }

    public void removeFromSwapCache(int run) {
        MemCgroup memcg = memcg(run);
        int pages = mem.len(run);
        mem.setFlags(run, mem.flags(run) & ~Flags.SWAPCACHE);
        memcg.add(MemoryStat.SWAPCACHED, mem.node(run), -pages);
        if (mem.region(run).kind == Kind.SHMEM) {
            memcg.add(MemoryStat.FILE, mem.node(run), pages);
            memcg.add(MemoryStat.SHMEM, mem.node(run), pages);
        }
    }

    /** Sets or clears the dirty bit, keeping the file counters. */
    public void setDirty(int run, boolean dirty) {
        if (mem.has(run, Flags.DIRTY) == dirty) {
            return;
        }
        mem.setFlags(run, mem.flags(run) ^ Flags.DIRTY);
        if (Flags.isFile(mem.flags(run))) {
            long pages = dirty ? mem.len(run) : -mem.len(run);
            memcg(run).add(MemoryStat.FILE_DIRTY, mem.node(run), pages);
            ram.addWritePending(Flags.zone(mem.flags(run)), pages);
            if (dirty) {
                ram.vmstat.add(VmStat.NR_DIRTIED, pages);
            }
        }
    }

    /** A device has pages to write: they are counted with those of files, whatever they are (__folio_start_writeback). */
    public void startWriteback(int run) {
        mem.setFlags(run, mem.flags(run) | Flags.WRITEBACK);
        countWriteback(run, memcg(run), mem.len(run));
    }

    /** The device has written them; what reclaim wanted with them is forgotten. */
    public void endWriteback(int run) {
        mem.setFlags(run, mem.flags(run) & ~(Flags.WRITEBACK | Flags.RECLAIM));
        countWriteback(run, memcg(run), -mem.len(run));
        ram.vmstat.add(VmStat.NR_WRITTEN, mem.len(run));
    }

    /** Locks resident pages in memory or lets them go; the caller moves them between lists. */
    public void setMlocked(int run, boolean locked) {
        if (mem.has(run, Flags.MLOCKED) != locked) {
            mem.setFlags(run, mem.flags(run) ^ Flags.MLOCKED);
            ram.addMlocked(Flags.zone(mem.flags(run)), locked ? mem.len(run) : -mem.len(run));
        }
    }

    /** Counts an event for the memcg of a run and for the machine. */
    public void event(MemCgroup memcg, MemoryStat item, VmStat vmItem, long n) {
        memcg.add(item, n);
        ram.vmstat.add(vmItem, n);
    }

    /** As {@link #event}, for items that are kept by node. */
    public void event(MemCgroup memcg, MemoryStat item, VmStat vmItem, int node, long n) {
        memcg.add(item, node, n);
        ram.vmstat.add(vmItem, n);
    }

    /** Gives pages that have just been taken from a zone their place: zone and node. */
    public void place(int run, int zone) {
        mem.setFlags(run, Flags.withZone(mem.flags(run), zone));
        mem.setNode(run, Memory.nodeOf(zone));
    }
}
