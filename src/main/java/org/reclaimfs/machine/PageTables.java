package org.reclaimfs.machine;

import org.reclaimfs.memcg.Folios;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.KernelUse;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.Region;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.swap.IoQueue;
import org.reclaimfs.vmscan.SwapSlots;

/** Pages of a task's regions: installed, freed, locked; and the end of their writeback. */
final class PageTables {
    /**
     * Those that a process has besides one for each 2 MiB of its data: the upper levels, and the tables of text, heap,
     * mappings and stack, which the data do not share (c7: 12 in all with one table of data, from 64 KiB on).
     */
    private static final int UPPER_TABLES = 11;
    /** Page table pages that the next page of a region may take, at most. */
    static final int MAX_GROWTH = UPPER_TABLES + 1;

    private final Core core;
    private final Folios folios;
    private final MemMap mem;
    private final SwapSlots slots;

    PageTables(Core core) {
        this.core = core;
        this.folios = core.folios;
        this.mem = core.mem;
        this.slots = core.slots;
    }

    // ---- growth ----

    /** How many page tables the task lacks for {@code pages} more of a region. */
    long missingTables(Task task, Region region, long pages) {
        int tables = Region.tableCount(region.pages() + pages);
        if (region.kind == Kind.FILE || tables == region.tableCount() && tables > 0) {
            return 0;
        }
        long needed = UPPER_TABLES - region.tableCount() + tables;
        for (Region each : task.regions.values()) {
            needed += each.kind == Kind.FILE ? 0 : each.tableCount();
        }
        return needed - task.pageTablePages();
    }

    /** Makes page tables for a task, charged to its memcg; whether the limit allows it, the caller has asked. */
    void addTables(Task task, long tables) {
        MemCgroup memcg = task.memcg();
        memcg.chargeKernel(MemoryStat.PAGETABLES, tables);
        core.ram.kernelUse(KernelUse.PAGE_TABLES, tables);
        task.pageTablePages.merge(memcg, tables, Long::sum);
    }

    /** Extends a region by {@code pages} untouched pages. */
    void grow(Region region, long pages) {
        mem.grow(region, pages);
    }

    /** Fills {@code n} empty pages of one table with fresh memory from {@code zone}, charged to {@code memcg}. */
    void install(Region region, long page, int n, int zone, int cpu, MemCgroup memcg) {
        core.ram.takeUser(zone, cpu, n);
        boolean file = region.kind == Kind.FILE;
        int flags = Flags.withZone(Flags.ofKind(region.kind), zone) | Flags.RESIDENT;
        flags |= file ? 0 : Flags.MAPPED | Flags.YOUNG | Flags.DIRTY;
        int table = region.table(page);
        int offset = (int) (page & MemMap.TABLE_PAGES - 1);
        int run = mem.newRun(table, offset, n, Flags.withList(flags, Flags.UNLISTED), memcg.id);
        mem.setNode(run, Memory.nodeOf(zone));
        folios.charge(run);
        if (file) {
            core.ram.vmstat.add(VmStat.PGPGIN, 4L * n);
        } else {
            folios.event(memcg, MemoryStat.PGFAULT, VmStat.PGFAULT, n);
        }
        folios.lruAddHead(run, file ? Flags.INACTIVE_FILE : Flags.INACTIVE_ANON);
    }

    // ---- freeing ----

    /** Frees whatever the pages [from, to) of a region hold: memory, slots, shadows. */
    void free(Region region, long from, long to) {
        forRuns(region, from, to, this::freeRun);
    }

    private void freeRun(int run) {
        core.effort.spend(freeCostNs(run));
        if (mem.has(run, Flags.RESIDENT)) {
            folios.lruDel(run);
        }
        if (mem.has(run, Flags.SLOT)) {
            slots.free(run);
        }
        if (mem.has(run, Flags.RESIDENT)) {
            folios.release(run);
        }
        mem.drop(run);
    }

    private long freeCostNs(int run) {
        long perPage = mem.has(run, Flags.RESIDENT) ? core.costs.get(Cost.EXIT_PAGE) : 0;
        if (mem.has(run, Flags.SLOT)) {
            perPage += core.costs.get(Cost.FREE_SWAP);
            boolean inRam = core.zswap.holds(run)
                    || core.swap.byType(Flags.device(mem.flags(run))).backend.ramBacked();
            perPage += inRam && !mem.has(run, Flags.ZERO) ? core.costs.get(Cost.ZSMALLOC_FREE) : 0;
        }
        return perPage * mem.len(run);
    }

    interface RunAction {
        /** The run lies whole in the range and may be changed, moved or dropped. */
        void on(int run);
    }

    /** Calls the action for every run of the range, parting runs that reach across its ends. */
    void forRuns(Region region, long from, long to, RunAction action) {
        long page = from;
        while (page < to) {
            int table = region.table(page);
            int offset = (int) (page & MemMap.TABLE_PAGES - 1);
            long tableEnd = Math.min(to, page - offset + MemMap.TABLE_PAGES);
            int run = mem.findFrom(table, offset);
            if (run == MemMap.NIL || page - offset + mem.off(run) >= tableEnd) {
                page = tableEnd;
                continue;
            }
            int first = Math.max(offset, mem.off(run));
            int end = (int) Math.min(mem.off(run) + mem.len(run), tableEnd - (page - offset));
            long next = page - offset + end;
            action.on(folios.carve(run, first - mem.off(run), end - first));
            page = next;
        }
    }

    // ---- advice ----

    /** Forgets that pages were accessed, and deactivates them (madvise_cold_or_pageout_pte_range). */
    void setCold(Region region) {
        forRuns(region, 0, region.pages(), run -> {
            if (!mem.has(run, Flags.RESIDENT) || mem.has(run, Flags.MLOCKED)) {
                return;
            }
            int list = Flags.list(mem.flags(run));
            mem.setFlags(run, mem.flags(run) & ~(Flags.YOUNG | Flags.REFERENCED));
            if (list == Flags.ACTIVE_ANON || list == Flags.ACTIVE_FILE) {
                folios.lruDel(run);
                folios.event(
                        folios.memcg(run), MemoryStat.PGDEACTIVATE, VmStat.PGDEACTIVATE, mem.node(run), mem.len(run));
                folios.lruAddHead(run, list - 1);
            } else {
                folios.settle(run);
            }
        });
    }

    // ---- locking ----

    /** Moves resident pages of the range to the unevictable list, or back. */
    void setMlocked(Region region, boolean locked) {
        forRuns(region, 0, region.pages(), run -> {
            if (mem.has(run, Flags.RESIDENT) && mem.has(run, Flags.MLOCKED) != locked) {
                folios.lruDel(run);
                folios.setMlocked(run, locked);
                int list = region.kind == Kind.FILE ? Flags.INACTIVE_FILE : Flags.INACTIVE_ANON;
                folios.lruAddHead(run, locked ? Flags.UNEVICTABLE : list);
                VmStat item = locked ? VmStat.UNEVICTABLE_PGS_MLOCKED : VmStat.UNEVICTABLE_PGS_MUNLOCKED;
                core.ram.vmstat.add(item, mem.len(run));
            }
        });
    }

    // ---- writeback ends ----

    /** A write is done: pages that reclaim waits for go to the inactive tail (folio_end_writeback, pgrotated). */
    void writeDone(IoQueue.Pages write) {
        if (mem.generation(write.table()) != write.generation()) {
            return;
        }
        int last = write.off() + write.count() - 1;
        while (last >= write.off()) {
            int run = mem.find(write.table(), last);
            if (run == MemMap.NIL) {
                last--;
                continue;
            }
            int first = Math.max(write.off(), mem.off(run));
            int pages = last - first + 1;
            last = first - 1;
            if (mem.has(run, Flags.WRITEBACK)) {
                endWriteback(folios.carve(run, first - mem.off(run), pages));
            }
        }
    }

    private void endWriteback(int run) {
        boolean rotate = mem.has(run, Flags.RECLAIM);
        // A page that was written to through its mapping meanwhile goes too: only its page table entry is dirty.
        if (!rotate || mem.has(run, Flags.MLOCKED)) {
            folios.endWriteback(run);
            return;
        }
        core.ram.vmstat.add(VmStat.PGROTATED, mem.len(run));
        folios.lruDel(run);
        folios.endWriteback(run);
        folios.lruAddTail(run, Flags.INACTIVE_ANON);
    }
}
