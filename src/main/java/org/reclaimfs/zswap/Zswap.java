package org.reclaimfs.zswap;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Units;
import org.reclaimfs.memcg.Folios;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Effort;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.SlabCache;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.mm.Zsmalloc;

/**
 * Parameters, pools and entries: store, load and invalidate (zswap_store, zswap_load, zswap_invalidate; spec/05
 * sections 1 to 5). Writing entries back is {@link ZswapWriteback}'s. NOT thread safe.
 */
public final class Zswap {
    /** As many as a run's flags can name. */
    private static final int MAX_POOLS = 8;

    /** Slab of an entry (struct zswap_entry and its place in the tree), besides what the object's pool takes. */
    private static final int ENTRY_BYTES = 60;

    private final Folios folios;
    private final MemMap mem;
    private final Costs costs;
    private final Effort effort;

    private boolean enabled;
    private boolean everEnabled;
    private Costs.Algorithm compressor = Costs.Algorithm.LZO;
    private long maxPoolPercent = 20;
    private long acceptThresholdPercent = 90;
    private boolean shrinkerEnabled;
    private final @Nullable ZswapPool[] pools = new ZswapPool[MAX_POOLS];
    private int currentPool = -1;
    private int poolsMade;

    private boolean poolReachedFull;
    private boolean workerQueued;
    private final SlabCache entrySlab;
    private long storedPages;
    private long incompressiblePages;
    private final long[] counters = new long[ZswapCounter.values().length];

    public Zswap(Folios folios, Costs costs, Effort effort) {
        this.folios = folios;
        this.mem = folios.mem;
        this.costs = costs;
        this.effort = effort;
        this.entrySlab = new SlabCache(folios.ram, ENTRY_BYTES + Zsmalloc.SLAB_BYTES);
    }

    // ---- parameters ----

    public boolean enabled() {
        return enabled;
    }

    /** Whether the pool and the debugfs directory exist: from the first write to {@code enabled} on. */
    public boolean everEnabled() {
        return everEnabled;
    }

    /** Creates the first pool (zswap_setup). */
    public void setUp() {
        if (!everEnabled) {
            everEnabled = true;
            currentPool = poolFor(compressor);
        }
    }

    /** Turning it off stops new stores only. */
    public void setEnabled(boolean on) {
        setUp();
        enabled = on;
    }

    public Costs.Algorithm compressor() {
        return compressor;
    }

    /** Switches the compressor; old entries stay in their pool until they are gone. */
    public void setCompressor(Costs.Algorithm value) {
        compressor = value;
        if (everEnabled) {
            currentPool = poolFor(value);
        }
    }

    private int poolFor(Costs.Algorithm algorithm) {
        int free = -1;
        for (int i = MAX_POOLS - 1; i >= 0; i--) {
            ZswapPool pool = pools[i];
            if (pool != null && pool.compressor == algorithm) {
                return i;
            }
            if (pool == null || pool.entries == 0 && i != currentPool) {
                free = i;
            }
        }
        pools[free] = new ZswapPool(algorithm, ++poolsMade);
        return free;
    }

    /** The zsmalloc pools there are by the numbers that name them: the current one, and those that are not empty yet. */
    public Map<Integer, Zsmalloc> pools() {
        Map<Integer, Zsmalloc> byNumber = new TreeMap<>();
        for (int i = 0; i < MAX_POOLS; i++) {
            ZswapPool pool = pools[i];
            if (pool != null && (i == currentPool || pool.entries > 0)) {
                byNumber.put(pool.number, pool.objects);
            }
        }
        return byNumber;
    }

    public long maxPoolPercent() {
        return maxPoolPercent;
    }

    public void setMaxPoolPercent(long percent) {
        maxPoolPercent = percent;
    }

    public long acceptThresholdPercent() {
        return acceptThresholdPercent;
    }

    public void setAcceptThresholdPercent(long percent) {
        acceptThresholdPercent = percent;
    }

    public boolean shrinkerEnabled() {
        return shrinkerEnabled;
    }

    public void setShrinkerEnabled(boolean on) {
        shrinkerEnabled = on;
    }

    // ---- sizes ----

    /** The pool's limit in pages. */
    public long maxPages() {
        return folios.ram.totalPages() * maxPoolPercent / 100;
    }

    /** Pages at which a full pool accepts again. */
    public long acceptPages() {
        return maxPages() * acceptThresholdPercent / 100;
    }

    /** Pages of all pools. */
    public long totalPages() {
        long sum = 0;
        for (ZswapPool pool : pools) {
            sum += pool == null ? 0 : pool.objects.pages();
        }
        return sum;
    }

    public long storedPages() {
        return storedPages;
    }

    public long storedIncompressiblePages() {
        return incompressiblePages;
    }

    public long counter(ZswapCounter counter) {
        return counters[counter.ordinal()];
    }

    void count(ZswapCounter counter, long n) {
        counters[counter.ordinal()] += n;
    }

    /** Whether a store was refused because of the pool's limit, so that the shrink worker has work. */
    public boolean workerQueued() {
        return workerQueued;
    }

    public void workerDone() {
        workerQueued = false;
    }

    /** Whether writeback is allowed for a memcg: always, while zswap is off (mem_cgroup_zswap_writeback_enabled). */
    public boolean writebackAllowed(MemCgroup memcg) {
        return !enabled || memcg.zswap.writebackAllowed();
    }

    // ---- store ----

    /** Tries to write back one entry of a memcg at its zswap.max; true if one was written. */
    interface MakeRoom {
        boolean shrink(MemCgroup memcg);
    }

    private @Nullable MakeRoom makeRoom;

    void onMemcgLimit(MakeRoom callback) {
        makeRoom = callback;
    }

    /**
     * Stores the first pages of a run whose slots have just been taken.
     *
     * @return how many pages share the first page's fate: positive they are stored, negative refused
     */
    public int store(int run) {
        int decided = storeOrRefuse(run);
        if (decided < 0 && enabled && poolReachedFull) {
            workerQueued = true;
        }
        return decided;
    }

    private int storeOrRefuse(int run) {
        int want = mem.len(run);
        if (!enabled) {
            return -want;
        }
        MemCgroup memcg = folios.memcg(run);
        int bytes = mem.region(run).content.comprBytes();
        int n = (int) Math.min(want, memcg.zswap.margin(bytes));
        if (n == 0) {
            if (makeRoom == null || !makeRoom.shrink(memcg)) {
                return -1;
            }
            n = 1;
        }
        n = withinPoolLimit(n, want, bytes);
        if (n < 0) {
            return n;
        }
        return compressAndInsert(run, memcg, n);
    }

    /** check_limits for pages stored one after the other: how many pass, or minus how many are refused. */
    private int withinPoolLimit(int n, int want, int bytes) {
        long total = totalPages();
        long max = maxPages();
        if (total >= max) {
            poolReachedFull = true;
            int refused = n < want ? 1 : want;
            count(ZswapCounter.POOL_LIMIT_HIT, refused);
            return -refused;
        }
        if (poolReachedFull) {
            if (total > acceptPages()) {
                return n < want ? -1 : -want;
            }
            poolReachedFull = false;
        }
        ZswapPool pool = current();
        return n == 1 || total + pool.objects.pagesToAdd(bytes, n - 1) < max ? n : 1;
    }

    private ZswapPool current() {
        ZswapPool pool = pools[currentPool];
        if (pool == null) {
            throw new IllegalStateException("no current zswap pool");
        }
        return pool;
    }

    private int compressAndInsert(int run, MemCgroup memcg, int wanted) {
        Content content = mem.region(run).content;
        int bytes = content.comprBytes();
        boolean incompressible = bytes >= Units.PAGE_SIZE;
        ZswapPool pool = current();
        if (incompressible && !memcg.zswap.writebackAllowed()) {
            effort.spend(costs.compressNs(pool.compressor, content) * wanted);
            count(ZswapCounter.REJECT_COMPRESS_FAIL, wanted);
            return -wanted;
        }
        int n = (int) Math.min(wanted, entrySlab.makeRoom());
        if (n == 0) {
            count(ZswapCounter.REJECT_KMEMCACHE_FAIL, 1);
            return -1;
        }
        int node = mem.node(run);
        if (!folios.ram.takeZspages(node, pool.objects.pagesToAdd(bytes, n))) {
            n = 1;
            if (!folios.ram.takeZspages(node, pool.objects.pagesToAdd(bytes, 1))) {
                effort.spend(costs.compressNs(pool.compressor, content));
                count(ZswapCounter.REJECT_ALLOC_FAIL, 1);
                return -1;
            }
        }
        pool.objects.add(bytes, n);
        entrySlab.add(n);
        pool.entries += n;
        storedPages += n;
        incompressiblePages += incompressible ? n : 0;
        memcg.zswap.charge((long) bytes * n, n, incompressible);
        folios.event(memcg, MemoryStat.ZSWPOUT, VmStat.ZSWPOUT, n);
        effort.spend((costs.compressNs(pool.compressor, content) + costs.get(Cost.ZSMALLOC_STORE)) * n);
        return n;
    }

    /** Puts stored pages, which reclaim has just freed, on their memcg's zswap LRU as referenced entries. */
    public void addEntries(int run) {
        mem.setFlags(run, Flags.withPool(mem.flags(run), currentPool) | Flags.ZREF);
        folios.lruvec(run).addHead(Flags.ZSWAP, run);
    }

    // ---- load, invalidate ----

    public boolean holds(int run) {
        return Flags.list(mem.flags(run)) == Flags.ZSWAP;
    }

    /** Loads entries that a swap-in asks for: they are gone afterwards, the pages must become resident and dirty. */
    public void load(int run) {
        MemCgroup memcg = folios.memcg(run);
        int pages = mem.len(run);
        folios.event(memcg, MemoryStat.ZSWPIN, VmStat.ZSWPIN, pages);
        effort.spend(decompressNs(run) * pages);
        invalidate(run);
    }

    long decompressNs(int run) {
        ZswapPool pool = pools[Flags.pool(mem.flags(run))];
        boolean raw = mem.region(run).content.comprBytes() >= Units.PAGE_SIZE;
        return raw || pool == null ? costs.get(Cost.COPY) : costs.decompressNs(pool.compressor);
    }

    /** Drops entries: their slots were freed, or their data are elsewhere now. The run is unlisted afterwards. */
    public void invalidate(int run) {
        folios.lruvec(run).del(run);
        int pages = mem.len(run);
        int bytes = mem.region(run).content.comprBytes();
        boolean incompressible = bytes >= Units.PAGE_SIZE;
        ZswapPool pool = pools[Flags.pool(mem.flags(run))];
        if (pool == null) {
            throw new IllegalStateException("entries of a pool that is gone");
        }
        folios.ram.giveZspages(-pool.objects.add(bytes, -pages));
        entrySlab.add(-pages);
        pool.entries -= pages;
        storedPages -= pages;
        incompressiblePages -= incompressible ? pages : 0;
        folios.memcg(run).zswap.charge(-(long) bytes * pages, -pages, incompressible);
        mem.setFlags(run, Flags.withPool(mem.flags(run), 0) & ~Flags.ZREF);
    }

    public void checkInvariants() {
        long entries = 0;
        for (ZswapPool pool : pools) {
            entries += pool == null ? 0 : pool.entries;
        }
        if (entries != storedPages) {
            throw new IllegalStateException(entries + " entries in pools, " + storedPages + " counted");
        }
    }
}
