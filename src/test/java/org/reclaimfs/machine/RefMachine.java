package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.VmStat;

/**
 * The naive model: every page an object, every list a collection, every rule applied page by page. What the fast model
 * must agree with. Devices complete at once or, if {@link #lateIo}, when {@link #completeIo} is called.
 */
final class RefMachine {
    final RefStocks stocks;
    final RefMemcg root;
    final Map<String, RefMemcg> memcgs = new LinkedHashMap<>();
    final Map<String, RefTask> tasks = new LinkedHashMap<>();
    final List<RefRegion> files = new ArrayList<>();
    final List<RefRegion> regions = new ArrayList<>();
    final RefSwap swap = new RefSwap();
    final RefZswap zswap;
    final RefReadahead readahead = new RefReadahead(this);
    final Map<VmStat, Long> vm = new EnumMap<>(VmStat.class);
    /** Where the next partial walk below a root goes on, by node. */
    final List<Map<RefMemcg, RefMemcg>> positions = new ArrayList<>();

    final List<RefKswapd> kswapds = new ArrayList<>();
    /** Killed, but not yet gone. */
    final List<RefTask> dying = new ArrayList<>();

    private final List<RefPage> writes = new ArrayList<>();
    final RefMemory ram;
    int swappiness = 60;
    boolean lateIo;
    /** The CPU that works. */
    int cpu;
    /** Pages that zswap wrote back and that wait on each CPU for their lists. */
    private final Map<Integer, List<RefPage>> lruAdd = new LinkedHashMap<>();

    boolean fileDirtied;

    /** Reclaim calls until it is taken for granted that an operation goes on for ever. */
    long reclaimsLeft = Long.MAX_VALUE;

    /** A write may go on for ever, as in the kernel, when each page it frees makes another one dirty. */
    static final class Endless extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    RefMachine(RefMemory ram, long takenAtBoot, long seed) {
        this.ram = ram;
        this.stocks = new RefStocks(this, seed);
        this.root = new RefMemcg("/", null, stocks);
        this.zswap = new RefZswap(this);
        for (long i = 0; i < takenAtBoot; i++) {
            ram.takeKernel(true);
        }
        for (RefMemory.Node node : ram.nodes) {
            positions.add(new LinkedHashMap<>());
            kswapds.add(new RefKswapd(this, node));
        }
        memcgs.put("/", root);
    }

    // ---- RAM ----------------------------------------------------------------------------------------------

    /** Brings the statistics that reclaim looks at up to date. */
    void flush() {
        memcgs.values().forEach(RefMemcg::flush);
    }

    /** The first CPU of a node. */
    int cpuOf(int node) {
        int cpu = 0;
        while (ram.nodeOfCpu(cpu) != node) {
            cpu++;
        }
        return cpu;
    }

    void count(VmStat item, long n) {
        vm.merge(item, n, Long::sum);
    }

    void event(RefMemcg memcg, MemoryStat item, VmStat vmItem, long n) {
        memcg.count(item, n);
        count(vmItem, n);
    }

    // ---- pages come and go --------------------------------------------------------------------------------

    /** The page is in a frame of the node, which somebody took, and is charged. */
    void makeResident(RefPage page, int node) {
        page.node = node;
        page.resident = true;
        page.memcg.charge();
    }

    /** The page's frame and charge are given back; the page keeps its slot and shadow. */
    void makeAbsent(RefPage page) {
        ram.give(page.node);
        page.memcg.addUsage(-1);
        leave(page);
    }

    /** The page is gone, but its frame and its charge are still to be given back. */
    void leave(RefPage page) {
        page.resident = false;
        page.mapped = false;
        page.young = false;
        page.referenced = false;
        page.workingset = false;
        page.dirty = false;
        page.writeback = false;
        page.reclaim = false;
        page.swapcache = false;
        page.mlocked = false;
        page.readahead = false;
    }

    /** Frees the page's slot and what is stored for it; a page in memory becomes dirty. */
    void freeSlot(RefPage page) {
        RefPage.Slot slot = page.slot;
        if (slot == null) {
            return;
        }
        if (page.data == RefPage.Data.ZSWAP) {
            zswap.forget(page);
        }
        slot.device().discard(slot.number());
        slot.device().owners.remove(slot.number());
        swap.free(slot);
        page.memcg.chargeSwap(-1);
        page.slot = null;
        page.data = RefPage.Data.NONE;
        page.shadow = null;
        page.swapcache = false;
    }

    /** Frees whatever the page holds. */
    void free(RefPage page) {
        if (page.resident) {
            RefMemcg.del(page);
        }
        freeSlot(page);
        if (page.resident) {
            makeAbsent(page);
        }
        page.region.pages.set(page.index, null);
    }

    boolean swapFull(RefPage page) {
        return swap.full() || page.memcg.swapHalfFull();
    }

    void age(RefMemcg memcg, int node) {
        for (RefMemcg m = memcg; m != null; m = m.parent) {
            m.on(node).age++;
        }
    }

    /** lru_note_cost. */
    void noteCost(RefMemcg memcg, int node, boolean file, long cost) {
        for (RefMemcg m = memcg; m != null && cost != 0; m = m.parent) {
            RefMemcg.OnNode on = m.on(node);
            on.anonCost += file ? 0 : cost;
            on.fileCost += file ? cost : 0;
            long size = m.flushed(node, RefList.INACTIVE_ANON)
                    + m.flushed(node, RefList.ACTIVE_ANON)
                    + m.flushed(node, RefList.INACTIVE_FILE)
                    + m.flushed(node, RefList.ACTIVE_FILE);
            if (on.anonCost + on.fileCost > size / 4) {
                on.anonCost /= 2;
                on.fileCost /= 2;
            }
        }
    }

    // ---- refaults -----------------------------------------------------------------------------------------

    /** Counts a refault of the page, which is to be on {@code node}, and consumes its shadow; true to activate it. */
    boolean refault(RefPage page, RefMemcg memcg, int node) {
        RefPage.Shadow shadow = page.shadow;
        page.shadow = null;
        if (shadow == null) {
            return false;
        }
        boolean file = page.file();
        event(
                memcg,
                file ? MemoryStat.WORKINGSET_REFAULT_FILE : MemoryStat.WORKINGSET_REFAULT_ANON,
                file ? VmStat.WORKINGSET_REFAULT_FILE : VmStat.WORKINGSET_REFAULT_ANON,
                1);
        RefMemcg evictor = shadow.evictor();
        if (!evictor.online) {
            return false;
        }
        int then = shadow.node();
        long size = evictor.flushed(then, RefList.ACTIVE_FILE);
        size += file ? 0 : evictor.flushed(then, RefList.INACTIVE_FILE);
        if (Math.min(swap.freePages(), evictor.swapMargin()) > 0) {
            size += evictor.flushed(then, RefList.ACTIVE_ANON);
            size += file ? evictor.flushed(then, RefList.INACTIVE_ANON) : 0;
        }
        if (evictor.on(then).age - shadow.age() > size) {
            return false;
        }
        age(memcg, node);
        memcg.countActivation(node, file);
        event(
                memcg,
                file ? MemoryStat.WORKINGSET_ACTIVATE_FILE : MemoryStat.WORKINGSET_ACTIVATE_ANON,
                file ? VmStat.WORKINGSET_ACTIVATE_FILE : VmStat.WORKINGSET_ACTIVATE_ANON,
                1);
        if (shadow.workingset()) {
            page.workingset = true;
            event(
                    memcg,
                    file ? MemoryStat.WORKINGSET_RESTORE_FILE : MemoryStat.WORKINGSET_RESTORE_ANON,
                    file ? VmStat.WORKINGSET_RESTORE_FILE : VmStat.WORKINGSET_RESTORE_ANON,
                    1);
            noteCost(memcg, node, file, 32);
        }
        return true;
    }

    // ---- pages wait for their lists ------------------------------------------------------------------------

    /** Whether one more page waits; if not, it goes to its list with all that wait. */
    boolean waitsForList() {
        if (lruAdd.getOrDefault(cpu, List.of()).size() < 30) {
            return true;
        }
        drainLruAdd();
        return false;
    }

    void waitForList(RefPage page) {
        lruAdd.computeIfAbsent(cpu, c -> new ArrayList<>()).add(page);
    }

    /**
     * The pages that wait on the CPU go to their lists. A page whose write has ended before is not rotated; late writes
     * end, by the clock, at once.
     */
    void drainLruAdd() {
        List<RefPage> waiting = lruAdd.remove(cpu);
        if (waiting != null && !lateIo) {
            waiting.forEach(page -> page.reclaim |= page.writeback);
        }
    }

    /** Where writes are held back, if somebody does. */
    @Nullable
    RefPlug plug;

    // ---- devices ------------------------------------------------------------------------------------------

    /** Starts or does a device write of a page in the swap cache; false if it failed. */
    boolean writeToDevice(RefPage page) {
        RefDevice device = page.device();
        event(page.memcg, MemoryStat.PSWPOUT, VmStat.PSWPOUT, 1);
        if (!device.zram) {
            device.writtenPages++;
            page.writeback = true;
            page.reclaim = true;
            page.data = RefPage.Data.DEVICE;
            if (plug == null) {
                writes.add(page);
            } else {
                plug.add(page, java.util.Objects.requireNonNull(page.slot));
            }
            return true;
        }
        page.reclaim = false;
        if (!device.store(page.slot.number(), page.region.content, page.node)) {
            return false;
        }
        page.data = RefPage.Data.DEVICE;
        return true;
    }

    void submit(List<RefPage> request) {
        writes.addAll(request);
    }

    /** A point where the driver lets devices finish. */
    void ioPoint() {
        if (!lateIo) {
            completeIo();
        }
    }

    void completeIo() {
        // Rotation is to the very tail, last first, so that writes that end together keep their order.
        java.util.Collections.reverse(writes);
        for (RefPage page : writes) {
            if (!page.writeback) {
                continue;
            }
            page.writeback = false;
            boolean rotate = page.reclaim && !page.mlocked;
            page.reclaim = false;
            if (rotate) {
                count(VmStat.PGROTATED, 1);
                RefMemcg.del(page);
                RefMemcg.addTail(page, RefList.INACTIVE_ANON);
            }
        }
        writes.clear();
    }

    /** What runs by itself between operations: devices, the shrink worker, the flusher. */
    void settle(boolean batchedWorker, int workerCpu) {
        completeIo();
        if (zswap.workerQueued) {
            zswap.workerQueued = false;
            cpu = workerCpu;
            zswap.runWorker(batchedWorker);
            cpu = 0;
        }
        completeIo();
        if (fileDirtied) {
            fileDirtied = false;
            for (RefRegion file : files) {
                for (RefPage page : file.pages) {
                    if (page != null && page.dirty) {
                        page.dirty = false;
                        page.reclaim = false;
                    }
                }
            }
        }
    }

    /** An activity is over: devices finish, and whoever is awake has a turn. */
    void operationEnded() {
        cpu = 0;
        completeIo();
        kswapds.forEach(RefKswapd::turn);
    }

    /** The task's slice ends: kswapd, if awake, gets to the end of a run before the task goes on. */
    void sliceEnded() {
        ioPoint();
        kswapds.forEach(RefKswapd::turn);
    }

    // ---- the tree -----------------------------------------------------------------------------------------

    void rmdir(RefMemcg memcg) {
        zswap.forgetCursor(memcg);
        for (Map<RefMemcg, RefMemcg> ofNode : positions) {
            ofNode.remove(memcg);
            ofNode.values().removeIf(at -> at == memcg);
        }
        memcg.offline();
        memcgs.remove(memcg.path);
    }

    long lruPages(int node, RefList list) {
        return root.sizeBelow(node, list);
    }

    /** What the retry check and the reserve check take for reclaimable on a node. */
    long reclaimable(int node) {
        long file = lruPages(node, RefList.INACTIVE_FILE) + lruPages(node, RefList.ACTIVE_FILE);
        long anon = lruPages(node, RefList.INACTIVE_ANON) + lruPages(node, RefList.ACTIVE_ANON);
        return swap.freePages() > 0 ? file + anon : file;
    }

    /** Every page that holds something. */
    List<RefPage> pages() {
        List<RefPage> all = new ArrayList<>();
        for (RefRegion region : regions) {
            for (RefPage page : region.pages) {
                if (page != null) {
                    all.add(page);
                }
            }
        }
        return all;
    }

    long badnessTotal(@Nullable RefMemcg domain) {
        long swapPages = swap.totalPages();
        return domain == null
                ? ram.totalPages() + swapPages
                : Math.max(1, domain.max + Math.min(domain.swapMax, swapPages));
    }

    static boolean swapBacked(Kind kind) {
        return kind != Kind.FILE;
    }
}
