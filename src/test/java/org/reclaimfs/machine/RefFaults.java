package org.reclaimfs.machine;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.VmStat;

/** Charging and faults of one task, page by page (spec/04 sections 2, 3, 5; spec/06 sections 6, 7). */
final class RefFaults {
    private final RefMachine machine;
    private final RefTask task;
    private final int cpu;
    private static final int RETRIES = 16;

    /** The first fruitless round of a charge is free. */
    private boolean hadFreeRound;

    private boolean hasReclaimed;

    private int retries = RETRIES;
    private boolean passedOom;
    private int fruitless;
    /** The node of the frame that the last {@link #admit} promised. */
    private int node;

    RefFaults(RefMachine machine, RefTask task, int cpu) {
        this.machine = machine;
        this.task = task;
        this.cpu = cpu;
    }

    // ---- charging -----------------------------------------------------------------------------------------

    /**
     * Whether one page may be charged to {@code memcg}. If not, some reclaim was done: look again, as it may have changed
     * what is to be done.
     */
    boolean admit(RefMemcg memcg) {
        machine.stocks.takeOverHigh();
        if (memcg.margin() > 0) {
            if (hasReclaimed && !memcg.isRoot()) {
                machine.stocks.chargeAfterReclaim(memcg);
            }
            chargeEnds();
            return findFrame();
        }
        // Who is killed goes round again until it may give up, and only then frees its memory.
        do {
            RefMemcg over = memcg.overMax();
            over.event(MemCgroup.Event.MAX);
            RefOom.endDying(machine);
            long got = reclaim(over, 32);
            hasReclaimed = true;
            if (over.usage >= over.max && !goesRoundAgain(over, got)) {
                chargeEnds();
                break;
            }
        } while (task.dead && memcg.margin() == 0);
        if (task.dead) {
            RefOom.endDying(machine);
            RefOom.exit(machine, task);
        }
        return false;
    }

    private void chargeEnds() {
        hasReclaimed = false;
        hadFreeRound = false;
        retries = RETRIES;
        passedOom = false;
    }

    private boolean goesRoundAgain(RefMemcg over, long got) {
        if (!hadFreeRound) {
            hadFreeRound = true;
            machine.stocks.drainBelow(over);
            return true;
        }
        if (got > 0 || retries-- > 0) {
            return true;
        }
        if (passedOom && task.dead) {
            return false;
        }
        over.event(MemCgroup.Event.OOM);
        passedOom = RefOom.kill(machine, over, task);
        retries = RETRIES;
        return passedOom;
    }

    // ---- the page allocator -------------------------------------------------------------------------------

    /** Whether a frame may be taken from {@link #node}; if not, a round of direct reclaim was done (spec/02). */
    private boolean findFrame() {
        int here = machine.ram.nodeOfCpu(cpu);
        node = machine.ram.aboveLow(here);
        if (node < 0) {
            machine.kswapds.forEach(RefKswapd::wake);
            node = machine.ram.aboveMin(here, 0);
        }
        // The page tables that the page may need come from the reserves, but they must be there.
        if (node >= 0 && machine.ram.anyFree(12)) {
            fruitless = 0;
            return true;
        }
        throttle(here);
        long got = reclaim(null, 32);
        boolean found = machine.ram.aboveMin(here, 0) >= 0;
        if (got > 0) {
            machine.kswapds.forEach(RefKswapd::progress);
            if (!found) {
                machine.ram.drain();
                found = machine.ram.aboveMin(here, 0) >= 0;
            }
        }
        if (!found && !worthAnotherRound(here, got)) {
            fruitless = 0;
            if (!machine.ram.anyAboveHigh(here)) {
                RefOom.kill(machine, null, null);
            }
        }
        return false;
    }

    /** Half of MIN is kswapd's: waits, though not for ever. */
    private void throttle(int here) {
        RefKswapd guard = machine.kswapds.get(here);
        boolean allowed = guard.allowDirectReclaim();
        machine.sliceEnded();
        if (allowed) {
            return;
        }
        machine.count(VmStat.PGSCAN_DIRECT_THROTTLE, 1);
        for (int polls = 0; ; polls++) {
            machine.kswapds.forEach(RefKswapd::wake);
            if (guard.allowDirectReclaim() || polls >= 2500) {
                return;
            }
            machine.sliceEnded();
        }
    }

    private boolean worthAnotherRound(int here, long got) {
        fruitless = got > 0 ? 0 : fruitless + 1;
        return fruitless <= 16
                && machine.ram.from(here).stream().anyMatch(n -> n.free + machine.reclaimable(n.id) > n.min + n.boost);
    }

    private long reclaim(@Nullable RefMemcg from, long pages) {
        machine.stocks.takeOverHigh();
        long got = new RefReclaim(machine, from, pages, RefReclaim.DIRECT, -1, cpu).run();
        noteOverHigh();
        return got;
    }

    private void noteOverHigh() {
        task.overHigh += machine.stocks.takeOverHigh();
    }

    /** memory.high: what was charged above it is a debt, worked off when the fault is over. */
    private void charged() {
        noteOverHigh();
        if (task.overHigh == 0) {
            return;
        }
        long due = task.overHigh;
        task.overHigh = 0;
        int left = 16;
        boolean first = true;
        while (true) {
            long got = 0;
            for (RefMemcg m = task.memcg; m != null && !m.isRoot(); m = m.parent) {
                if (m.usage > m.high) {
                    m.event(MemCgroup.Event.HIGH);
                    got += reclaim(m, first ? due : 32);
                }
            }
            first = false;
            if (penaltyJiffies(due) <= 2 || got == 0 && left-- <= 0) {
                return;
            }
        }
    }

    private long penaltyJiffies(long due) {
        double memory = 0;
        double swap = 0;
        for (RefMemcg m = task.memcg; m != null && !m.isRoot(); m = m.parent) {
            memory = Math.max(memory, jiffies(m.usage, m.high, due));
            swap = Math.max(swap, jiffies(m.swapUsage, m.swapHigh, due));
            if (m.swapUsage > m.swapHigh) {
                m.swapEvent(MemCgroup.SwapEvent.HIGH);
            }
        }
        return (long) Math.min(500, memory + swap);
    }

    private static double jiffies(long usage, long high, long due) {
        if (usage <= high) {
            return 0;
        }
        double over = ((usage - high) << 20) / Math.max(1, high);
        return Math.min(500, Math.floor(Math.floor(over * over * 250 / (1L << 34)) * due / 64));
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
