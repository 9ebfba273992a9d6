package org.reclaimfs.machine;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.VmStat;

/** Faults of one task, page by page (spec/06 sections 6, 7). */
final class RefFaults extends RefAdmission {
    RefFaults(RefMachine machine, RefTask task, int cpu) {
        super(machine, task, cpu);
    }

    // ---- faults -------------------------------------------------------------------------------------------

    void alloc(RefRegion region, int pages) {
        for (int left = pages; left > 0 && !task.dead; ) {
            if (!admit(task.memcg)) {
                continue;
            }
            if (region.kind != Kind.FILE && RefOom.missingTables(task, region) > 0) {
                RefOom.chargeTables(machine, task, task.memcg, 1);
                noteOverHigh();
                continue;
            }
            left--;
            region.pages.add(null);
            install(region, region.pages.size() - 1);
        }
    }

    private void install(RefRegion region, int index) {
        RefMemcg memcg = task.memcg;
        RefPage page = new RefPage(region, index, memcg);
        region.pages.set(index, page);
        machine.ram.takeUser(node, cpu);
        machine.makeResident(page, node);
        if (!page.file()) {
            page.mapped = true;
            page.young = true;
            page.dirty = true;
            fault();
        }
        RefMemcg.addHead(page, page.file() ? RefList.INACTIVE_FILE : RefList.INACTIVE_ANON);
        charged();
    }

    private void fault() {
        machine.event(task.memcg, MemoryStat.PGFAULT, VmStat.PGFAULT, 1);
    }

    void touch(RefRegion region, int index, boolean write) {
        boolean done = false;
        while (!done && !task.dead) {
            RefPage page = region.pages.get(index);
            if (page != null && page.resident) {
                hit(page, write);
                return;
            }
            done = admit(page == null || page.slot == null ? task.memcg : page.memcg.listOwner());
            if (!done) {
                continue;
            }
            if (page == null) {
                install(region, index);
            } else if (page.slot == null) {
                readFile(page);
            } else {
                done = swapIn(page, write);
            }
        }
    }

    private void hit(RefPage page, boolean write) {
        if (page.file()) {
            accessFile(page, write);
        } else if (!page.mapped) {
            fault();
            machine.readahead.found(page);
            mapCached(page, write);
        } else {
            page.young = true;
            page.dirty |= write;
        }
    }

    private void accessFile(RefPage page, boolean write) {
        if (write) {
            page.dirty = true;
            machine.fileDirtied = true;
        }
        if (!page.referenced) {
            page.referenced = true;
        } else if (page.list == RefList.INACTIVE_FILE) {
            page.referenced = false;
            RefMemcg.del(page);
            machine.event(page.memcg, MemoryStat.PGACTIVATE, VmStat.PGACTIVATE, 1);
            machine.age(page.memcg, page.node);
            RefMemcg.addHead(page, RefList.ACTIVE_FILE);
        }
    }

    private void readFile(RefPage page) {
        page.memcg = task.memcg;
        boolean active = machine.refault(page, page.memcg, node);
        machine.ram.takeUser(node, cpu);
        machine.makeResident(page, node);
        RefMemcg.addHead(page, active ? RefList.ACTIVE_FILE : RefList.INACTIVE_FILE);
        charged();
    }

    // ---- swap-in ------------------------------------------------------------------------------------------

    /** False if reclaim for its neighbours took the page away again: the fault begins anew. */
    private boolean swapIn(RefPage page, boolean write) {
        RefMemcg memcg = page.memcg.listOwner();
        if (page.device().zram) {
            read(page);
        } else {
            readAround(page);
        }
        if (!page.resident) {
            machine.ioPoint();
            return false;
        }
        fault();
        machine.event(task.memcg, MemoryStat.PGMAJFAULT, VmStat.PGMAJFAULT, 1);
        mapCached(page, write);
        // Reclaim for its neighbours may have begun writes, which end with the fault.
        machine.ioPoint();
        charged();
        return true;
    }

    private void readAround(RefPage page) {
        for (Supplier<@Nullable RefPage> each : machine.readahead.around(page)) {
            RefPage near = each.get();
            if (near == page) {
                if (page.resident) {
                    // zswap wrote it back meanwhile.
                    continue;
                }
                read(page);
            } else if (near != null && !near.resident && near.slot != null) {
                readAlong(near);
            }
        }
    }

    /** Its charge reclaims like any other, but leaves room for the faulting page; for a frame nobody reclaims. */
    private void readAlong(RefPage near) {
        RefMemcg owner = near.memcg.listOwner();
        if (owner.margin() < 2) {
            RefMemcg over = owner.withLessThanAndStock(2);
            over.event(MemCgroup.Event.MAX);
            new RefReclaim(machine, over, 32, RefReclaim.DIRECT, -1, cpu).runWithoutIo();
            if (owner.margin() < 2 || near.resident) {
                return;
            }
        }
        int frame = machine.ram.aboveLow(machine.ram.nodeOfCpu(cpu));
        if (frame >= 0) {
            near.readahead = true;
            read(near, frame);
            machine.count(VmStat.SWAP_RA, 1);
        }
    }

    /** Reads a page that was admitted from wherever its slot's data are into the swap cache. */
    void read(RefPage page) {
        read(page, node);
    }

    private void read(RefPage page, int node) {
        RefMemcg memcg = page.memcg.listOwner();
        boolean active = machine.refault(page, memcg, node);
        if (page.data == RefPage.Data.ZSWAP) {
            machine.zswap.load(page);
            page.dirty = true;
        } else if (page.data == RefPage.Data.ZERO) {
            machine.event(memcg, MemoryStat.SWPIN_ZERO, VmStat.SWPIN_ZERO, 1);
        } else {
            machine.event(memcg, MemoryStat.PSWPIN, VmStat.PSWPIN, 1);
            memcg.on(page.node).diskSwapins++;
            page.device().readPages++;
        }
        page.swapcache = true;
        adopt(page, memcg);
        machine.ram.takeUser(node, cpu);
        machine.makeResident(page, node);
        RefMemcg.addHead(page, active ? RefList.ACTIVE_ANON : RefList.INACTIVE_ANON);
    }

    private static void adopt(RefPage page, @Nullable RefMemcg memcg) {
        if (memcg != null && page.memcg != memcg) {
            page.memcg.chargeSwap(-1);
            page.memcg = memcg;
            page.memcg.chargeSwap(1);
        }
    }

    private void mapCached(RefPage page, boolean write) {
        page.mapped = true;
        page.young = true;
        boolean release =
                write || page.device().zram || page.region.kind == Kind.SHMEM || page.mlocked || machine.swapFull(page);
        if (release && !page.writeback) {
            machine.freeSlot(page);
            page.dirty = true;
        }
        page.dirty |= write;
    }
}
