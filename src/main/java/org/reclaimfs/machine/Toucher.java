package org.reclaimfs.machine;

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

/**
 * What a touch of a page does: nothing but an accessed bit, a minor fault, or a major one (handle_pte_fault,
 * do_swap_page, folio_mark_accessed; 7.2, spec/06 section 6). NOT thread safe.
 */
final class Toucher {
    /** Reading a file page that is not in the page cache, per readahead-sized request, if no disk is configured. */
    private static final long FILE_READ_NS = 100_000;

    private final Core core;
    private final Folios folios;
    private final MemMap mem;
    private final Task task;
    private final FaultPath faults;
    private final PageTables tables;
    private final SwapIn swapIn;
    private long waitNs;
    private boolean waitedForIo;
    private boolean waitedForWorkingset;

    Toucher(Core core, Task task, FaultPath faults, PageTables tables) {
        this.core = core;
        this.folios = core.folios;
        this.mem = core.mem;
        this.task = task;
        this.faults = faults;
        this.tables = tables;
        this.swapIn = new SwapIn(core, task, faults);
    }

    long takeWaitNs() {
        long ns = waitNs;
        waitNs = 0;
        return ns;
    }

    void clearWait() {
        waitedForIo = false;
        waitedForWorkingset = false;
    }

    boolean waitedForIo() {
        return waitedForIo;
    }

    boolean waitedForWorkingset() {
        return waitedForWorkingset;
    }

    /**
     * Touches up to {@code want} neighbouring pages of one page table, as many as are in the same state.
     *
     * @return pages touched; 0 if memory must be found first; {@link FaultPath#DEAD}
     */
    int touch(Region region, long page, int want, boolean write, long nowNs) {
        clearWait();
        int table = region.table(page);
        int offset = (int) (page & MemMap.TABLE_PAGES - 1);
        int run = mem.find(table, offset);
        if (run == MemMap.NIL) {
            return fill(region, page, gap(table, offset, want), nowNs);
        }
        int n = Math.min(want, mem.off(run) + mem.len(run) - offset);
        if (mem.has(run, Flags.RESIDENT)) {
            // One slot given back may end the fullness that asked for it.
            boolean unmappedCopy = (mem.flags(run) & (Flags.SWAPCACHE | Flags.MAPPED)) == Flags.SWAPCACHE;
            n = unmappedCopy && core.slots.full(run) ? 1 : n;
            hit(run, offset - mem.off(run), n, write);
            return n;
        }
        if (!mem.has(run, Flags.SLOT)) {
            return readFile(run, offset - mem.off(run), n, nowNs);
        }
        int done = swapIn.fault(region, page, run, write, nowNs);
        waitNs += swapIn.waitNs();
        waitedForIo = swapIn.waitNs() > 0;
        waitedForWorkingset = swapIn.workingset();
        return done;
    }

    private int gap(int table, int offset, int want) {
        int after = mem.findFrom(table, offset);
        return after == MemMap.NIL ? want : Math.min(want, mem.off(after) - offset);
    }

    /** First touch of pages that hold nothing. */
    private int fill(Region region, long page, int want, long nowNs) {
        MemCgroup memcg = task.memcg();
        faults.gfp = Gfp.PAGE_FAULT;
        int n = faults.admit(memcg, want, nowNs);
        if (n > 0) {
            tables.install(region, page, n, faults.zone(), faults.cpu(), memcg);
            core.effort.spend(core.costs.get(Cost.FAULT) * n);
            core.effort.spendAsUser(core.costs.get(Cost.FILL) * n);
            faults.charged(memcg);
        }
        return n;
    }

    private void hit(int whole, int from, int n, boolean write) {
        core.effort.spendAsUser(core.costs.get(Cost.TOUCH) * n);
        int flags = mem.flags(whole);
        if (Flags.isFile(flags)) {
            accessFile(folios.carve(whole, from, n), write);
            return;
        }
        if ((flags & Flags.MAPPED) == 0) {
            folios.event(task.memcg(), MemoryStat.PGFAULT, VmStat.PGFAULT, n);
            core.effort.spend(core.costs.get(Cost.FAULT) * n);
            swapIn.cachedFault(folios.carve(whole, from, n), write);
            return;
        }
        folios.access(whole, from, n, write);
    }

    /** folio_mark_accessed: the first access marks, the second activates. */
    private void accessFile(int run, boolean write) {
        if (write) {
            folios.setDirty(run, true);
            core.flusher.dirtied();
        }
        if (!mem.has(run, Flags.REFERENCED)) {
            mem.setFlags(run, mem.flags(run) | Flags.REFERENCED);
            folios.settle(run);
            return;
        }
        if (Flags.list(mem.flags(run)) == Flags.INACTIVE_FILE) {
            MemCgroup memcg = folios.memcg(run);
            folios.lruDel(run);
            mem.setFlags(run, mem.flags(run) & ~Flags.REFERENCED);
            folios.event(memcg, MemoryStat.PGACTIVATE, VmStat.PGACTIVATE, mem.len(run));
            core.workingset.age(memcg, mem.node(run), mem.len(run));
            folios.lruAddHead(run, Flags.ACTIVE_FILE);
        }
    }

    /** File pages that were evicted come back from the disk. */
    private int readFile(int whole, int from, int want, long nowNs) {
        MemCgroup memcg = task.memcg();
        faults.gfp = Gfp.SWAP_IN;
        int admitted = faults.admit(memcg, want, nowNs);
        if (admitted <= 0) {
            return admitted;
        }
        int run = folios.carve(whole, from, admitted);
        int verdict = core.workingset.refault(run, memcg, core.swap.freePages());
        int n = Math.abs(verdict);
        run = folios.carve(run, 0, n);
        mem.setMemcg(run, memcg.id);
        core.ram.takeUser(faults.zone(), faults.cpu(), n);
        folios.place(run, faults.zone());
        mem.setFlags(run, mem.flags(run) | Flags.RESIDENT);
        folios.charge(run);
        boolean restored = verdict > 0 && core.workingset.activated(run, memcg);
        mem.setFlags(run, mem.flags(run) & ~(Flags.SHADOW | Flags.SHADOW_WORKINGSET));
        folios.event(memcg, MemoryStat.PGMAJFAULT, VmStat.PGMAJFAULT, mem.region(run).kind == Kind.FILE ? 0 : n);
        core.ram.vmstat.add(VmStat.PGPGIN, 4L * n);
        core.effort.spend(core.costs.get(Cost.FAULT) * n);
        folios.lruAddHead(run, verdict > 0 ? Flags.ACTIVE_FILE : Flags.INACTIVE_FILE);
        waitNs += FILE_READ_NS;
        waitedForIo = true;
        waitedForWorkingset = restored;
        faults.charged(memcg);
        return n;
    }
}
