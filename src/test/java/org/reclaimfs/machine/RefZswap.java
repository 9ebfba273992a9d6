package org.reclaimfs.machine;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.zswap.ZswapCounter;

/** zswap entry by entry (spec/05, with series B). */
final class RefZswap {
    /** What {@link #shrinkMemcg} says of a memcg that is no candidate. */
    static final long NO_ENTRY = -1;

    private static final int BUSY_AFTER = 16;

    private final RefMachine machine;
    /** A pool for each compressor that was ever chosen. */
    private final Map<Costs.Algorithm, RefZpool> pools = new EnumMap<>(Costs.Algorithm.class);

    Costs.Algorithm compressor = Costs.Algorithm.LZO;
    /** An entry, its place in the tree and its handle. */
    private final RefMemory.Slab entries;

    final Map<ZswapCounter, Long> counters = new EnumMap<>(ZswapCounter.class);
    boolean enabled;
    long maxPercent = 20;
    long acceptPercent = 90;
    boolean shrinkerEnabled;
    boolean reachedFull;
    boolean workerQueued;
    long stored;
    long storedIncompressible;
    private @Nullable RefMemcg cursor;

    RefZswap(RefMachine machine) {
        this.machine = machine;
        this.entries = machine.ram.new Slab(125);
    }

    private void count(ZswapCounter counter) {
        counters.merge(counter, 1L, Long::sum);
    }

    private RefZpool poolOf(Costs.Algorithm algorithm) {
        return pools.computeIfAbsent(algorithm, a -> new RefZpool());
    }

    long poolPages() {
        return pools.values().stream().mapToLong(RefZpool::pages).sum();
    }

    long maxPages() {
        return machine.ram.totalPages() * maxPercent / 100;
    }

    long acceptPages() {
        return maxPages() * acceptPercent / 100;
    }

    boolean writebackAllowed(RefMemcg memcg) {
        return !enabled || memcg.writebackAllowed();
    }

    // ---- store --------------------------------------------------------------------------------------------

    /** The decision tree of a store; true if accepted. The page goes on the LRU when reclaim has freed it. */
    boolean store(RefPage page) {
        if (!enabled) {
            return false;
        }
        boolean accepted = accept(page);
        if (!accepted && reachedFull) {
            workerQueued = true;
        }
        return accepted;
    }

    private boolean accept(RefPage page) {
        RefMemcg memcg = page.memcg;
        if (memcg.zswapLimited() && shrinkMemcg(memcg, 1, true) <= 0) {
            return false;
        }
        if (poolPages() >= maxPages()) {
            count(ZswapCounter.POOL_LIMIT_HIT);
            reachedFull = true;
        } else if (reachedFull && poolPages() <= acceptPages()) {
            reachedFull = false;
        }
        if (reachedFull) {
            return false;
        }
        boolean incompressible = page.bytes() >= 4096;
        if (incompressible && !memcg.writebackAllowed()) {
            count(ZswapCounter.REJECT_COMPRESS_FAIL);
            return false;
        }
        if (!entries.room()) {
            count(ZswapCounter.REJECT_KMEMCACHE_FAIL);
            return false;
        }
        if (!machine.ram.takeZspages(page.node, poolOf(compressor).pagesToAdd(page.bytes()))) {
            count(ZswapCounter.REJECT_ALLOC_FAIL);
            return false;
        }
        poolOf(compressor).add(page.bytes(), 1);
        page.compressor = compressor;
        entries.add();
        stored++;
        storedIncompressible += incompressible ? 1 : 0;
        page.data = RefPage.Data.ZSWAP;
        page.entryReferenced = true;
        memcg.chargeZswap(page.bytes(), 1);
        machine.event(memcg, MemoryStat.ZSWPOUT, VmStat.ZSWPOUT, 1);
        return true;
    }

    /** Drops the entry of a page. */
    void forget(RefPage page) {
        if (page.list == RefList.ZSWAP) {
            RefMemcg.del(page);
        }
        RefZpool pool = poolOf(page.compressor);
        long before = pool.pages();
        pool.add(page.bytes(), -1);
        machine.ram.giveZspages(before - pool.pages());
        entries.remove();
        stored--;
        storedIncompressible -= page.bytes() >= 4096 ? 1 : 0;
        page.memcg.chargeZswap(-page.bytes(), -1);
        page.data = RefPage.Data.NONE;
        page.entryReferenced = false;
    }

    void load(RefPage page) {
        machine.event(page.memcg, MemoryStat.ZSWPIN, VmStat.ZSWPIN, 1);
        forget(page);
    }

    // ---- writeback ----------------------------------------------------------------------------------------

    /** Scans up to {@code budget} of the memcg's oldest entries; compressed bytes written, or NO_ENTRY. */
    long shrinkMemcg(RefMemcg memcg, long budget, boolean inReclaim) {
        if (!writebackAllowed(memcg) || !memcg.online) {
            return NO_ENTRY;
        }
        Walk walk = new Walk();
        for (int node = 0; node < machine.ram.nodes.size() && walk.scanned < budget; node++) {
            long upTo = Math.min(budget, walk.scanned + memcg.size(node, RefList.ZSWAP));
            walk(walk, memcg, node, upTo, inReclaim);
        }
        return walk.scanned == 0 ? NO_ENTRY : walk.bytes;
    }

    private static final class Walk {
        long scanned;
        long written;
        long bytes;
    }

    private void walk(Walk walk, RefMemcg memcg, int node, long upTo, boolean inReclaim) {
        while (walk.scanned < upTo && memcg.size(node, RefList.ZSWAP) > 0) {
            RefPage page = memcg.list(node, RefList.ZSWAP).firstEntry().getValue();
            walk.scanned++;
            RefMemcg.del(page);
            RefMemcg.addHead(page, RefList.ZSWAP);
            if (page.entryReferenced) {
                page.entryReferenced = false;
            } else if (writeBack(page, inReclaim)) {
                walk.written++;
                walk.bytes += page.bytes();
            } else {
                count(ZswapCounter.REJECT_RECLAIM_FAIL);
            }
        }
    }

    private boolean writeBack(RefPage page, boolean inReclaim) {
        RefMemcg memcg = page.memcg;
        if (!inReclaim && memcg.margin() == 0) {
            memcg.overMax().event(org.reclaimfs.memcg.MemCgroup.Event.MAX);
            new RefReclaim(machine, memcg.overMax(), 32, RefReclaim.DIRECT, -1, 0).runWithoutIo();
            if (memcg.margin() == 0 || page.list != RefList.ZSWAP) {
                return false;
            }
        }
        int node = machine.ram.forWriteback(page.node, inReclaim);
        if (node < 0) {
            return false;
        }
        boolean activate = machine.refault(page, memcg, node);
        boolean waits = machine.plug == null && !page.device().zram && machine.waitsForList();
        forget(page);
        machine.ram.takeUserDirect(node);
        machine.makeResident(page, node);
        page.swapcache = true;
        page.reclaim = true;
        machine.event(memcg, MemoryStat.ZSWPWB, VmStat.ZSWPWB, 1);
        count(ZswapCounter.WRITTEN_BACK_PAGES);
        if (!machine.writeToDevice(page)) {
            page.dirty = true;
        }
        if (waits) {
            page.reclaim = false;
            machine.waitForList(page);
        }
        RefMemcg.addHead(page, activate ? RefList.ACTIVE_ANON : RefList.INACTIVE_ANON);
        return true;
    }

    // ---- who asks -----------------------------------------------------------------------------------------

    /** The step function that the worker and source=zswap share; -1 is BUSY. */
    private final class Steps {
        private int failures;
        private int scans;

        long passEnded() {
            if (scans == 0 && ++failures == BUSY_AFTER) {
                return -1;
            }
            scans = 0;
            return 0;
        }

        long visit(RefMemcg memcg, long budget, boolean inReclaim) {
            long bytes = shrinkMemcg(memcg, budget, inReclaim);
            if (bytes == NO_ENTRY) {
                return 0;
            }
            scans++;
            return bytes <= 0 && ++failures == BUSY_AFTER ? -1 : bytes;
        }
    }

    /** memory.reclaim with source=zswap; false is EAGAIN. */
    boolean proactive(RefMemcg target, long wantedBytes) {
        Steps steps = new Steps();
        RefMemcg at = null;
        long written = 0;
        while (written < wantedBytes) {
            at = RefMemcg.next(target, at);
            long r = at == null ? steps.passEnded() : steps.visit(at, 64, false);
            if (r < 0) {
                return false;
            }
            if (r > 0) {
                at.count(MemoryStat.ZSWPWB_PROACTIVE_B, r);
                written += r;
            }
            machine.ioPoint();
        }
        return true;
    }

    void runWorker(boolean batched) {
        Steps steps = new Steps();
        if (batched && poolPages() <= acceptPages()) {
            return;
        }
        long r;
        do {
            cursor = RefMemcg.next(machine.root, cursor);
            r = cursor == null ? steps.passEnded() : steps.visit(cursor, batched ? 64 : 1, true);
            machine.completeIo();
        } while (r >= 0 && poolPages() > acceptPages());
    }

    void forgetCursor(RefMemcg memcg) {
        if (cursor == memcg) {
            cursor = RefMemcg.next(machine.root, memcg);
        }
    }

    // ---- the dynamic shrinker -----------------------------------------------------------------------------

    void shrinker(RefMemcg memcg, int node, int priority) {
        if (!shrinkerEnabled || !writebackAllowed(memcg)) {
            return;
        }
        long count = shrinkable(memcg, node);
        if (count == 0) {
            return;
        }
        long delta = (count >> priority) * 4 / 2;
        long old = memcg.on(node).deferred;
        long total = Math.min((old >> priority) + delta, 2 * count);
        long scanned = 0;
        while (total >= 128 || total >= count) {
            long batch = Math.min(128, total);
            Walk walk = new Walk();
            walk(walk, memcg, node, batch, true);
            if (walk.written == 0) {
                break;
            }
            machine.count(VmStat.SLABS_SCANNED, batch);
            total -= batch;
            scanned += batch;
        }
        memcg.on(node).deferred = Math.min(Math.max(old + delta - scanned, 0), 2 * count);
    }

    private static long shrinkable(RefMemcg memcg, int node) {
        RefMemcg.OnNode on = memcg.on(node);
        long backing = memcg.zswapBytes >> 12;
        long entries = memcg.zswapEntries;
        long free = memcg.size(node, RefList.ZSWAP);
        if (entries == 0 || free == 0) {
            return 0;
        }
        if (free >= on.diskSwapins) {
            free -= on.diskSwapins;
            on.diskSwapins = 0;
        } else {
            on.diskSwapins -= free;
            free = 0;
        }
        return free * backing / entries;
    }
}
