package org.reclaimfs.vmscan;

import org.reclaimfs.lru.LruVec;
import org.reclaimfs.memcg.Folios;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.ReclaimReason;
import org.reclaimfs.memcg.Workingset;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.VmStat;

/**
 * The batches: up to 32 pages off the tail of a list, each page's fate, survivors back in order (shrink_active_list,
 * shrink_inactive_list, shrink_folio_list, folio_check_references; 7.2, spec/03 sections 4 to 7). NOT thread safe.
 */
final class Scan {
    private static final int FEW_RUNS = 4;

    private final Vmscan vm;
    private final Folios folios;
    private final MemMap mem;
    private final ScanControl sc;
    private final ReclaimReason reason;
    private final Pageout pageout;
    private final SwapOutGroup group;

    private final Batch batch;
    private int scannedPages;
    private int reclaimedPages;
    private int dirtyPages;

    private long takenPages;
    private long writebackPages;
    private long immediatePages;

    /** Means nothing: see {@link MemMap#prefetch}. */
    private int prefetched;

    Scan(Vmscan vm, ScanControl sc, int cpu) {
        this.vm = vm;
        this.folios = vm.folios;
        this.mem = folios.mem;
        this.sc = sc;
        this.reason = sc.reason;
        this.batch = vm.batch;
        this.pageout = new Pageout(vm, this, sc.tally, cpu);
        this.group = new SwapOutGroup(vm, this, pageout, cpu);
    }

    /** Pages the last {@link #shrinkInactive} looked at. */
    int scanned() {
        return scannedPages;
    }

    /** Whether all pages met at the tail so far were under writeback, some for the first time (nr_writeback, nr_taken). */
    boolean onlyWriteback() {
        return writebackPages > 0 && writebackPages == takenPages;
    }

    /** Whether a page came to the tail again while it was being written, on a node where that is to be waited for. */
    boolean metAgain() {
        return immediatePages > 0;
    }

    boolean forKswapd() {
        return sc.kswapd();
    }

    /** Locks and lists of a batch; reclaimers of the same node wait for each other. */
    private void spendBatch(int node) {
        vm.effort.spend(vm.costs.batchNs(vm.reclaimers[node]));
    }

    // ---- active -> inactive ----

    /** Deactivates up to {@code n} pages of an active list. */
    void shrinkActive(MemCgroup owner, int node, int list, int n) {
        int taken = isolate(owner.lruvec(node), list, n);
        if (taken == 0) {
            return;
        }
        prefetchNextBatch(owner.lruvec(node), list, taken);
        folios.event(owner, MemoryStat.PGREFILL, VmStat.PGREFILL, node, scannedPages);
        spendBatch(node);
        vm.effort.spend(vm.costs.get(Cost.DEACTIVATE) * scannedPages);
        int inactive = list - 1;
        for (int i = 0; i < taken; i++) {
            int run = batch.isolated[i];
            if (mem.has(run, Flags.MLOCKED)) {
                folios.ram.vmstat.add(VmStat.UNEVICTABLE_PGS_CULLED, mem.len(run));
                folios.lruAddHead(run, Flags.UNEVICTABLE);
                continue;
            }
            mem.setFlags(run, mem.flags(run) & ~Flags.YOUNG | Flags.WORKINGSET);
            folios.event(owner, MemoryStat.PGDEACTIVATE, VmStat.PGDEACTIVATE, mem.len(run));
            folios.lruAddHead(run, inactive);
        }
    }

    // ---- the inactive list ----

    /** Scans up to {@code n} pages of an inactive list; returns the pages freed. */
    int shrinkInactive(MemCgroup owner, int node, int list, int n) {
        boolean file = list == Flags.INACTIVE_FILE;
        int taken = isolate(owner.lruvec(node), list, n);
        if (taken == 0) {
            return 0;
        }
        takenPages += scannedPages;
        spendBatch(node);
        folios.event(owner, reason.scan, reason.vmScan, node, scannedPages);
        folios.ram.vmstat.add(file ? VmStat.PGSCAN_FILE : VmStat.PGSCAN_ANON, scannedPages);
        reclaimedPages = 0;
        dirtyPages = 0;
        pageout.begin();
        prefetchNextBatch(owner.lruvec(node), list, taken);
        for (int i = 0; i < taken; i++) {
            process(batch.isolated[i]);
        }
        group.flush();
        putBack();
        folios.event(owner, reason.steal, reason.vmSteal, node, reclaimedPages);
        folios.ram.vmstat.add(file ? VmStat.PGSTEAL_FILE : VmStat.PGSTEAL_ANON, reclaimedPages);
        long cost = (long) pageout.writes() * Workingset.COST_PER_IO + (scannedPages - reclaimedPages);
        Workingset.noteCost(owner, node, file, cost);
        if (dirtyPages == scannedPages) {
            vm.wakeFlusher();
        }
        return reclaimedPages;
    }

    /** The next batch of the list, most likely; if it is like this one of few runs, there is little to wait for. */
    private void prefetchNextBatch(LruVec lruvec, int list, int taken) {
        if (taken > FEW_RUNS) {
            prefetched += mem.prefetch(batch.ahead, lruvec.guessTail(list, batch.ahead));
        }
    }

    private int isolate(LruVec lruvec, int list, int n) {
        vm.zswapWriteback.lruAdd.drain(vm.effort.cpu(), vm.effort.nowNs());
        int pieces = folios.isolate(lruvec, list, n, batch.isolated);
        scannedPages = 0;
        for (int i = 0; i < pieces; i++) {
            scannedPages += mem.len(batch.isolated[i]);
        }
        return pieces;
    }

    private void process(int run) {
        int flags = mem.flags(run);
        boolean file = Flags.isFile(flags);
        int pages = mem.len(run);
        vm.effort.spend(vm.costs.get((flags & Flags.MAPPED) != 0 ? Cost.SCAN_ANON : Cost.SCAN_FILE) * pages);
        if ((flags & Flags.MLOCKED) != 0) {
            folios.ram.vmstat.add(VmStat.UNEVICTABLE_PGS_CULLED, pages);
            batch.keep(run, Flags.UNEVICTABLE);
            return;
        }
        if ((flags & Flags.WRITEBACK) != 0) {
            boolean again = sc.nodeWriteback && (flags & Flags.RECLAIM) != 0;
            immediatePages += again ? pages : 0;
            writebackPages += again ? 0 : pages;
            mem.setFlags(run, flags | Flags.RECLAIM);
            activate(run);
            return;
        }
        boolean young = (flags & (Flags.MAPPED | Flags.YOUNG)) == (Flags.MAPPED | Flags.YOUNG);
        boolean referenced = (flags & Flags.REFERENCED) != 0;
        mem.setFlags(run, flags & ~(Flags.YOUNG | Flags.REFERENCED) | (young ? Flags.REFERENCED : 0));
        if (young) {
            sc.tally.young += pages;
            if (referenced) {
                activate(run);
            } else {
                keepInactive(run);
            }
            return;
        }
        if (file) {
            processFile(run);
        } else {
            group.swapOut(run);
        }
    }

    private void processFile(int run) {
        if (mem.has(run, Flags.DIRTY)) {
            dirtyPages += mem.len(run);
            mem.setFlags(run, mem.flags(run) | Flags.RECLAIM);
            folios.ram.vmstat.add(VmStat.NR_VMSCAN_IMMEDIATE_RECLAIM, mem.len(run));
            activate(run);
            return;
        }
        if (mem.has(run, Flags.MAPPED)) {
            folios.unmap(run);
        }
        vm.effort.spend(vm.costs.get(Cost.FREE) * mem.len(run));
        freed(run);
        mem.joinNeighbours(run);
    }

    // ---- fates, also used by Pageout ----

    void activate(int run) {
        int flags = mem.flags(run) & (Flags.SWAPCACHE | Flags.MAPPED | Flags.WRITEBACK);
        boolean mayFree = flags == (Flags.SWAPCACHE | Flags.MAPPED);
        if (mayFree) {
            group.flush(); // slots that others have taken before decide whether this one is given back
        }
        // One slot given back may end the fullness that asked for it.
        while (mayFree && mem.len(run) > 1 && vm.slots.full(run)) {
            activateOne(folios.carve(run, 0, 1), true);
        }
        activateOne(run, mayFree);
    }

    private void activateOne(int run, boolean mayFree) {
        if (mayFree && vm.slots.full(run)) {
            vm.slots.freeOfMapped(run);
        }
        MemCgroup memcg = folios.memcg(run);
        folios.event(memcg, MemoryStat.PGACTIVATE, VmStat.PGACTIVATE, mem.len(run));
        batch.keep(run, Flags.isFile(mem.flags(run)) ? Flags.ACTIVE_FILE : Flags.ACTIVE_ANON);
    }

    void keepInactive(int run) {
        batch.keep(run, Flags.isFile(mem.flags(run)) ? Flags.INACTIVE_FILE : Flags.INACTIVE_ANON);
    }

    /** The run's pages leave memory: shadow, and at the end of the batch charge and frames. */
    void freed(int run) {
        vm.workingset.evict(run, sc.root);
        batch.freedFrames[Flags.zone(mem.flags(run))] += mem.len(run);
        freedCharge(folios.memcg(run), mem.len(run));
        folios.leave(run);
    }

    void freedFrame(int zone) {
        batch.freedFrames[zone]++;
    }

    void freedCharge(MemCgroup memcg, int pages) {
        reclaimedPages += pages;
        batch.freed(memcg, pages);
    }

    /** Whose clock shadows tell the time by: the root of the walk. */
    MemCgroup root() {
        return sc.root;
    }

    private void putBack() {
        batch.uncharge();
        for (int i = 0; i < batch.backCount(); i++) {
            if (batch.backList[i] == Flags.ACTIVE_ANON || batch.backList[i] == Flags.ACTIVE_FILE) {
                vm.workingset.age(folios.memcg(batch.back[i]), mem.node(batch.back[i]), mem.len(batch.back[i]));
            }
            folios.lruAddHead(batch.back[i], batch.backList[i]);
        }
        batch.clearBack();
        for (int zone = 0; zone < batch.freedFrames.length; zone++) {
            if (batch.freedFrames[zone] > 0) {
                folios.ram.give(zone, batch.freedFrames[zone]);
                batch.freedFrames[zone] = 0;
            }
        }
    }
}
