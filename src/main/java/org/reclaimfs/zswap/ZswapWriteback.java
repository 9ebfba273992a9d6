package org.reclaimfs.zswap;

import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.lru.LruVec;
import org.reclaimfs.memcg.Folios;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.Workingset;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Effort;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Memory.Mark;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.swap.IoQueue;
import org.reclaimfs.swap.SwapDevice;
import org.reclaimfs.swap.SwapDevices;

/**
 * Writes zswap entries to their swap slots, oldest first, with a second chance for referenced ones (shrink_memcg_cb,
 * zswap_writeback_entry, shrink_memcg; spec/05 sections 6 to 10 and 12). NOT thread safe.
 */
public final class ZswapWriteback {
    /** {@link #shrinkMemcg}: the memcg is no candidate, or nothing could be scanned. */
    public static final long NO_ENTRY = -1;

    private static final int SHRINKER_BATCH = 128;

    private final Zswap zswap;
    private final Folios folios;
    private final MemMap mem;
    private final Workingset workingset;
    private final SwapDevices swap;
    private final IoQueue io;
    private final Costs costs;
    private final Effort effort;

    /** Where the pages it brings in wait for their lists. */
    public final LruAddBatches lruAdd;

    /** Reclaims from a memcg at its limit for a caller outside reclaim; returns its margin afterwards, in pages. */
    private @Nullable ToLongFunction<MemCgroup> makeRoom;

    private boolean inReclaim = true;
    private int scanned;
    private int written;
    private long writtenBytes;

    public ZswapWriteback(
            Zswap zswap,
            Folios folios,
            Workingset workingset,
            SwapDevices swap,
            IoQueue io,
            Costs costs,
            Effort effort,
            int cpus) {
        this.zswap = zswap;
        this.folios = folios;
        this.mem = folios.mem;
        this.workingset = workingset;
        this.swap = swap;
        this.io = io;
        this.costs = costs;
        this.effort = effort;
        this.lruAdd = new LruAddBatches(folios, cpus);
        zswap.onMemcgLimit(memcg -> shrinkMemcg(memcg, 1) > 0);
    }

    /** Sets what a writer outside reclaim does when its memcg has no room for the page a writeback needs. */
    public void onMemcgFull(ToLongFunction<MemCgroup> reclaim) {
        makeRoom = reclaim;
    }

    /** As {@link #shrinkMemcg}, for callers that are not inside reclaim: charges obey limits, marks are kept. */
    public long shrinkMemcgOutsideReclaim(MemCgroup memcg, int budget) {
        inReclaim = false;
        try {
            return shrinkMemcg(memcg, budget);
        } finally {
            inReclaim = true;
        }
    }

    /**
     * Scans up to {@code budget} of the memcg's oldest entries.
     *
     * @return compressed bytes written, or {@link #NO_ENTRY}
     */
    public long shrinkMemcg(MemCgroup memcg, int budget) {
        if (!zswap.writebackAllowed(memcg) || !memcg.online()) {
            return NO_ENTRY;
        }
        begin();
        int scannedBefore = 0;
        for (int node = 0; node < memcg.nodes() && scanned < budget; node++) {
            LruVec lruvec = memcg.lruvec(node);
            walk(lruvec, (int) Math.min(budget - scannedBefore, lruvec.sizePages(Flags.ZSWAP)));
            scannedBefore = scanned;
        }
        return scanned == 0 ? NO_ENTRY : writtenBytes;
    }

    private void begin() {
        scanned = 0;
        written = 0;
        writtenBytes = 0;
    }

    /** Scans up to {@code budget} of the oldest entries of a list. */
    private void walk(LruVec lruvec, int budget) {
        int end = scanned + budget;
        while (scanned < end) {
            int run = lruvec.tail(Flags.ZSWAP);
            if (run == MemMap.NIL) {
                return;
            }
            int n = Math.min(mem.len(run), end - scanned);
            if (mem.has(run, Flags.ZREF)) {
                rotate(lruvec, n);
                scanned += n;
            } else {
                scanned += writeBack(lruvec, run);
            }
        }
    }

    private void rotate(LruVec lruvec, int n) {
        int run = lruvec.popTail(Flags.ZSWAP, n);
        mem.setFlags(run, mem.flags(run) & ~Flags.ZREF);
        effort.spend(costs.get(Cost.ZSWAP_ROTATE) * n);
        lruvec.addHead(Flags.ZSWAP, run);
    }

    /** Writes back the oldest entry; returns how many were tried. */
    private int writeBack(LruVec lruvec, int oldest) {
        MemCgroup memcg = folios.memcg(oldest);
        if (!inReclaim && makeRoom != null && memcg.memoryMargin() == 0) {
            return writeOneAfterReclaim(lruvec, memcg, makeRoom);
        }
        int zone = frameZone(mem.node(oldest));
        if (zone < 0 || framesIn(zone) <= 0) {
            zswap.count(ZswapCounter.REJECT_RECLAIM_FAIL, 1);
            int failed = lruvec.popTail(Flags.ZSWAP, 1);
            lruvec.addHead(Flags.ZSWAP, failed);
            return 1;
        }
        // One at a time: each has its own moment at which its write begins and ends, and takes from the charge stock
        // what
        // the one before it has given back.
        int run = mem.len(oldest) > 1 ? lruvec.split(oldest, 1) : oldest;
        return writeEntries(run, memcg, zone);
    }

    private int frameZone(int node) {
        int zone = folios.ram.zoneAbove(node, Mark.LOW);
        zone = zone < 0 ? folios.ram.zoneAbove(node, Mark.MIN) : zone;
        return zone < 0 && inReclaim ? folios.ram.zoneWithFree(node) : zone;
    }

    private long framesIn(int zone) {
        long above = folios.ram.aboveMark(zone, Mark.LOW);
        above = above > 0 ? above : folios.ram.aboveMark(zone, Mark.MIN);
        return above > 0 || !inReclaim ? above : folios.ram.zone(zone).freePages();
    }

    /**
     * The memcg has no room for the page: the entry goes to the newest end, then reclaim runs. That may store pages, and
     * come back here to write back other entries.
     */
    private int writeOneAfterReclaim(LruVec lruvec, MemCgroup memcg, ToLongFunction<MemCgroup> reclaim) {
        int run = lruvec.popTail(Flags.ZSWAP, 1);
        int table = mem.table(run);
        int off = mem.off(run);
        lruvec.addHead(Flags.ZSWAP, run);
        int scannedBefore = scanned;
        int writtenBefore = written;
        long bytesBefore = writtenBytes;
        inReclaim = true;
        long margin = reclaim.applyAsLong(memcg);
        inReclaim = false;
        scanned = scannedBefore;
        written = writtenBefore;
        writtenBytes = bytesBefore;
        int at = mem.find(table, off);
        int zone = at == MemMap.NIL ? -1 : frameZone(mem.node(at));
        if (margin <= 0 || zone < 0 || framesIn(zone) <= 0 || !zswap.holds(at)) {
            zswap.count(ZswapCounter.REJECT_RECLAIM_FAIL, 1);
            return 1;
        }
        return writeEntries(folios.carve(at, off - mem.off(at), 1), memcg, zone);
    }

    /** zswap_writeback_entry for entries in a row: into the swap cache, out of zswap, on the way to the device. */
    private int writeEntries(int first, MemCgroup memcg, int zone) {
        int run = first;
        int near = workingset.refault(run, memcg, swap.freePages());
        int pages = Math.abs(near);
        if (pages < mem.len(run)) {
            run = folios.lruvec(run).split(run, pages);
        }
        int bytes = mem.region(run).content.comprBytes();
        SwapDevice device = swap.byType(Flags.device(mem.flags(run)));
        // Under a plug (a store at zswap.max) the page is on its list long before its write can end.
        boolean waits = !io.plugged() && !device.backend.synchronous() && lruAdd.waits(effort.cpu(), effort.nowNs());
        effort.spend((zswap.decompressNs(run) + costs.get(Cost.SWAPIN)) * pages);
        zswap.invalidate(run);
        folios.ram.takeUserDirect(zone, pages);
        folios.place(run, zone);
        mem.setFlags(run, mem.flags(run) | Flags.RESIDENT | Flags.SWAPCACHE | Flags.RECLAIM);
        folios.charge(run);
        boolean active = near > 0;
        if (active) {
            workingset.activated(run, memcg);
        }
        mem.setFlags(run, mem.flags(run) & ~(Flags.SHADOW | Flags.SHADOW_WORKINGSET));
        folios.event(memcg, MemoryStat.ZSWPWB, VmStat.ZSWPWB, pages);
        written += pages;
        writtenBytes += (long) bytes * pages;
        zswap.count(ZswapCounter.WRITTEN_BACK_PAGES, pages);
        submit(run, memcg, active ? Flags.ACTIVE_ANON : Flags.INACTIVE_ANON, waits);
        return pages;
    }

    private void submit(int run, MemCgroup memcg, int list, boolean waits) {
        SwapDevice device = swap.byType(Flags.device(mem.flags(run)));
        Content content = mem.region(run).content;
        int pages = mem.len(run);
        folios.event(memcg, MemoryStat.PSWPOUT, VmStat.PSWPOUT, pages);
        int taken = device.backend.write(mem.slot(run), content, pages, mem.node(run));
        memcg.cgroup.countIo(device.path, true, taken);
        if (taken > 0) {
            int good = taken < pages ? folios.carve(run, 0, taken) : run;
            submitted(good, device, content, waits);
            folios.lruAddHead(good, list);
        }
        if (taken < pages) {
            swap.writeFailed(device, mem.slot(run), pages - taken);
            // The data are only in memory again: dirty, with a slot that holds nothing.
            folios.setDirty(run, true);
            mem.setFlags(run, mem.flags(run) & ~Flags.RECLAIM);
            folios.lruAddHead(run, list);
        }
    }

    private void submitted(int run, SwapDevice device, Content content, boolean waits) {
        int pages = mem.len(run);
        if (device.backend.synchronous()) {
            effort.spend(device.backend.writeCostNs(content) * pages);
            mem.setFlags(run, mem.flags(run) & ~Flags.RECLAIM);
            return;
        }
        folios.startWriteback(run);
        int table = mem.table(run);
        effort.spend(costs.get(Cost.SUBMIT_IO) * pages);
        IoQueue.Pages pagesWritten =
                new IoQueue.Pages(table, mem.generation(table), mem.off(run), pages, mem.node(run));
        long doneNs = io.write(device.backend, mem.slot(run), pagesWritten, effort);
        if (waits) {
            mem.setFlags(run, mem.flags(run) & ~Flags.RECLAIM);
            lruAdd.add(effort.cpu(), run, doneNs);
        }
    }

    // ---- the dynamic shrinker ----

    /** Part of slab reclaim for one memcg (zswap_shrinker_count and _scan through do_shrink_slab). */
    public void shrinker(MemCgroup memcg, int node, int priority) {
        if (!zswap.shrinkerEnabled() || !zswap.writebackAllowed(memcg)) {
            return;
        }
        LruVec lruvec = memcg.lruvec(node);
        long count = shrinkerCount(memcg, lruvec);
        if (count == 0) {
            return;
        }
        long delta = (count >> priority) * 4 / 2;
        long deferred = lruvec.shrinkerDeferred;
        long total = Math.min((deferred >> priority) + delta, 2 * count);
        long done = 0;
        while (total >= SHRINKER_BATCH || total >= count) {
            int batch = (int) Math.min(SHRINKER_BATCH, total);
            begin();
            walk(lruvec, batch);
            if (written == 0) {
                break;
            }
            folios.ram.vmstat.add(VmStat.SLABS_SCANNED, batch);
            total -= batch;
            done += batch;
        }
        lruvec.shrinkerDeferred = Math.min(Math.max(deferred + delta - done, 0), 2 * count);
    }

    private long shrinkerCount(MemCgroup memcg, LruVec lruvec) {
        long backing = memcg.zswap.bytes() >> 12;
        long stored = memcg.stat(MemoryStat.ZSWAPPED);
        long free = lruvec.sizePages(Flags.ZSWAP);
        if (free == 0 || stored == 0) {
            return 0;
        }
        long swapins = lruvec.diskSwapins;
        if (free >= swapins) {
            free -= swapins;
            lruvec.diskSwapins = 0;
        } else {
            lruvec.diskSwapins = swapins - free;
            free = 0;
        }
        return free * backing / stored;
    }
}
