package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.ReclaimReason;
import org.reclaimfs.mm.VmStat;

/** Batches of at most 32 pages, page by page (spec/03 sections 4 to 7, spec/06 section 5). */
final class RefScan {
    private enum Fate {
        ACTIVATE,
        KEEP,
        CULL,
        FREED
    }

    private final RefMachine machine;
    private final RefMemcg target;
    private final ReclaimReason reason;
    private final int cpu;
    private long pageouts;
    /** Whose charges the end of the batch gives back. */
    private final List<RefMemcg> leaving = new ArrayList<>();

    RefScan(RefMachine machine, RefMemcg target, ReclaimReason reason, int cpu) {
        this.machine = machine;
        this.target = target;
        this.reason = reason;
        this.cpu = cpu;
    }

    private List<RefPage> isolate(RefMemcg memcg, int node, RefList list, long n) {
        machine.drainLruAdd();
        List<RefPage> batch = new ArrayList<>();
        while (batch.size() < n && memcg.size(node, list) > 0) {
            RefPage page = memcg.list(node, list).firstEntry().getValue();
            RefMemcg.del(page);
            batch.add(page);
        }
        return batch;
    }

    void shrinkActive(RefMemcg memcg, int node, RefList list, long n) {
        List<RefPage> batch = isolate(memcg, node, list, n);
        machine.event(memcg, MemoryStat.PGREFILL, VmStat.PGREFILL, batch.size());
        for (RefPage page : batch) {
            page.young = false;
            page.workingset = true;
            machine.event(memcg, MemoryStat.PGDEACTIVATE, VmStat.PGDEACTIVATE, 1);
            RefMemcg.addHead(page, list.file() ? RefList.INACTIVE_FILE : RefList.INACTIVE_ANON);
        }
    }

    long shrinkInactive(RefMemcg memcg, int node, RefList list, long n) {
        List<RefPage> batch = isolate(memcg, node, list, n);
        if (batch.isEmpty()) {
            return 0;
        }
        boolean file = list.file();
        machine.event(memcg, reason.scan, reason.vmScan, batch.size());
        machine.count(file ? VmStat.PGSCAN_FILE : VmStat.PGSCAN_ANON, batch.size());
        pageouts = 0;
        long freed = 0;
        Map<RefPage, Fate> survivors = new LinkedHashMap<>();
        for (RefPage page : batch) {
            Fate fate = process(page);
            if (fate == Fate.FREED) {
                freed++;
            } else {
                survivors.put(page, fate);
            }
        }
        leaving.forEach(owner -> owner.addUsage(-1));
        leaving.clear();
        for (int i = 0; i < freed; i++) {
            machine.ram.give(node);
        }
        survivors.forEach((page, fate) -> putBack(page, fate, file));
        machine.event(memcg, reason.steal, reason.vmSteal, freed);
        machine.count(file ? VmStat.PGSTEAL_FILE : VmStat.PGSTEAL_ANON, freed);
        machine.noteCost(memcg, node, file, pageouts * 32 + (batch.size() - freed));
        return freed;
    }

    private void putBack(RefPage page, Fate fate, boolean file) {
        switch (fate) {
            case CULL -> RefMemcg.addHead(page, RefList.UNEVICTABLE);
            case KEEP -> RefMemcg.addHead(page, file ? RefList.INACTIVE_FILE : RefList.INACTIVE_ANON);
            case ACTIVATE -> {
                RefMemcg.addHead(page, file ? RefList.ACTIVE_FILE : RefList.ACTIVE_ANON);
                machine.age(page.memcg, page.node);
            }
            case FREED -> throw new IllegalStateException("freed pages do not go back");
        }
    }

    private Fate process(RefPage page) {
        if (page.mlocked) {
            return Fate.CULL;
        }
        if (page.writeback) {
            page.reclaim = true;
            return activate(page);
        }
        boolean wasReferenced = page.referenced;
        boolean wasYoung = page.mapped && page.young;
        page.young = false;
        page.referenced = wasYoung;
        if (wasYoung) {
            return wasReferenced ? activate(page) : Fate.KEEP;
        }
        return page.file() ? processFile(page) : swapOut(page);
    }

    private Fate processFile(RefPage page) {
        if (page.dirty) {
            page.reclaim = true;
            machine.count(VmStat.NR_VMSCAN_IMMEDIATE_RECLAIM, 1);
            return activate(page);
        }
        return evict(page);
    }

    private Fate activate(RefPage page) {
        if (page.swapcache && page.mapped && !page.writeback && machine.swapFull(page)) {
            machine.freeSlot(page);
            page.dirty = true;
        }
        machine.event(page.memcg, MemoryStat.PGACTIVATE, VmStat.PGACTIVATE, 1);
        return Fate.ACTIVATE;
    }

    /** The page leaves memory and a shadow behind. Frame and charge come back at the end of the batch. */
    private Fate evict(RefPage page) {
        page.shadow = new RefPage.Shadow(target, page.node, target.on(page.node).age, page.workingset);
        machine.age(target, page.node);
        machine.leave(page);
        leaving.add(page.memcg);
        if (page.data == RefPage.Data.ZSWAP) {
            RefMemcg.addHead(page, RefList.ZSWAP);
        }
        return Fate.FREED;
    }

    private Fate swapOut(RefPage page) {
        if (!page.swapcache) {
            if (!takeSlot(page)) {
                return activate(page);
            }
            page.dirty = true;
            page.swapcache = true;
        }
        page.mapped = false;
        page.young = false;
        return page.dirty ? writeOut(page) : evict(page);
    }

    private boolean takeSlot(RefPage page) {
        if (machine.swap.freePages() == 0) {
            page.memcg.swapEvent(MemCgroup.SwapEvent.FAIL);
            return false;
        }
        if (page.memcg.swapMargin() == 0) {
            page.memcg.swapEvent(MemCgroup.SwapEvent.MAX);
            page.memcg.swapEvent(MemCgroup.SwapEvent.FAIL);
            return false;
        }
        page.slot = machine.swap.allocate(cpu);
        if (page.slot == null) {
            page.memcg.swapEvent(MemCgroup.SwapEvent.FAIL);
            return false;
        }
        page.slot.device().owners.put(page.slot.number(), page);
        page.memcg.chargeSwap(1);
        return true;
    }

    private Fate writeOut(RefPage page) {
        if (page.region.content.zero()) {
            page.data = RefPage.Data.ZERO;
            machine.event(page.memcg, MemoryStat.SWPOUT_ZERO, VmStat.SWPOUT_ZERO, 1);
        } else if (!machine.zswap.store(page)) {
            if (!machine.zswap.writebackAllowed(page.memcg)) {
                return activate(page);
            }
            pageouts++;
            machine.count(VmStat.NR_VMSCAN_WRITE, 1);
            if (!machine.writeToDevice(page)) {
                return Fate.KEEP;
            }
            page.dirty = false;
            return page.writeback ? Fate.KEEP : evict(page);
        }
        pageouts++;
        machine.count(VmStat.NR_VMSCAN_WRITE, 1);
        page.dirty = false;
        return evict(page);
    }
}
