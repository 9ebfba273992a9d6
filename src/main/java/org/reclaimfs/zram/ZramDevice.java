package org.reclaimfs.zram;

import org.reclaimfs.abi.Units;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.KernelUse;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.SlabCache;
import org.reclaimfs.mm.Zsmalloc;
import org.reclaimfs.swap.SwapBackend;

/** One zram device (struct zram): its settings and what is stored in it. NOT thread safe. */
public final class ZramDevice implements SwapBackend {
    /** Bytes of table entry for each page of disksize. */
    private static final int TABLE_ENTRY_BYTES = 16;

    public final int id;
    private final Memory ram;
    private final Costs costs;
    private final Costs.Algorithm defaultAlgorithm;
    private Costs.Algorithm algorithm;
    private long disksizePages;
    private long memLimitPages;
    private int openers;

    private Zsmalloc pool = new Zsmalloc();
    private final SlabCache handles;
    private long storedPages;
    private long comprBytes;
    private long maxUsedPages;
    private long samePages;
    private long hugePages;
    private long hugePagesSince;
    private long failedReads;
    private long failedWrites;
    private long notifyFree;
    private long reads;
    private long writes;

    public ZramDevice(int id, Memory ram, Costs costs, Costs.Algorithm defaultAlgorithm) {
        this.id = id;
        this.ram = ram;
        this.handles = new SlabCache(ram, Zsmalloc.SLAB_BYTES);
        this.costs = costs;
        this.defaultAlgorithm = defaultAlgorithm;
        this.algorithm = defaultAlgorithm;
    }

    public String name() {
        return "zram" + id;
    }

    // ---- settings ----

    public boolean initialised() {
        return disksizePages > 0;
    }

    public long disksizeBytes() {
        return Units.pagesToBytes(disksizePages);
    }

    public long disksizePages() {
        return disksizePages;
    }

    /**
     * Sets the size of an uninitialised device; its table takes RAM.
     *
     * @return false, with nothing changed, if there is no memory for the table
     */
    public boolean initialise(long pages) {
        long table = tablePages(pages);
        if (pages <= 0 || table > ram.freePages()) {
            return false;
        }
        ram.kernelUse(KernelUse.VMALLOC, table);
        disksizePages = pages;
        return true;
    }

    private static long tablePages(long pages) {
        return Units.bytesToPagesUp(pages * TABLE_ENTRY_BYTES);
    }

    /** Back to uninitialised: all pages freed, statistics, limit and algorithm as after creation. */
    public void reset() {
        if (initialised()) {
            ram.kernelUse(KernelUse.VMALLOC, -tablePages(disksizePages));
        }
        ram.giveZspages(pool.pages());
        handles.add(-pool.objectCount());
        pool = new Zsmalloc();
        disksizePages = 0;
        memLimitPages = 0;
        algorithm = defaultAlgorithm;
        storedPages = 0;
        comprBytes = 0;
        maxUsedPages = 0;
        samePages = 0;
        hugePages = 0;
        hugePagesSince = 0;
        failedReads = 0;
        failedWrites = 0;
        notifyFree = 0;
        reads = 0;
        writes = 0;
    }

    public Costs.Algorithm algorithm() {
        return algorithm;
    }

    public void setAlgorithm(Costs.Algorithm value) {
        algorithm = value;
    }

    public long memLimitBytes() {
        return Units.pagesToBytes(memLimitPages);
    }

    public void setMemLimitPages(long pages) {
        memLimitPages = pages;
    }

    /** A write of 0 to mem_used_max: the high-water mark starts again from now. */
    public void resetMemUsedMax() {
        maxUsedPages = pool.pages();
    }

    /** Someone holds the block device open (swapon does): reset and removal are refused. */
    public boolean busy() {
        return openers > 0;
    }

    public void open() {
        openers++;
    }

    public void close() {
        openers--;
    }

    // ---- storing ----

    @Override
    public boolean synchronous() {
        return true;
    }

    @Override
    public boolean solidState() {
        return true;
    }

    @Override
    public boolean ramBacked() {
        return true;
    }

    /** Length of the stored object; 0 for a same-filled page, which needs none. */
    private static int objectBytes(Content content) {
        if (content.sameFilled()) {
            return 0;
        }
        return content.comprBytes() >= Zsmalloc.HUGE_BYTES ? Units.PAGE_SIZE : content.comprBytes();
    }

    @Override
    public int write(Content content, int pages, int node) {
        int bytes = objectBytes(content);
        if (bytes == 0) {
            samePages += pages;
            stored(pages, 0);
            return pages;
        }
        int ok = 0;
        while (ok < pages) {
            int n = (int) Math.min(pages - ok, handles.makeRoom());
            if (n == 0) {
                break;
            }
            if (!storeObjects(bytes, n, node)) {
                if (n == 1 || !storeObjects(bytes, 1, node)) {
                    break;
                }
                n = 1;
            }
            ok += n;
        }
        stored(ok, (long) bytes * ok);
        if (bytes == Units.PAGE_SIZE) {
            hugePages += ok;
            hugePagesSince += ok;
        }
        failedWrites += pages - ok;
        writes += pages - ok;
        return ok;
    }

    private void stored(int pages, long bytes) {
        storedPages += pages;
        comprBytes += bytes;
        writes += pages;
    }

    private boolean storeObjects(int bytes, int count, int node) {
        long grow = pool.pagesToAdd(bytes, count);
        if (!ram.anyFree(grow)) {
            return false;
        }
        if (memLimitPages != 0 && pool.pages() + grow > memLimitPages) {
            // The kernel finds out after allocating, so the mark may show a page that was given back.
            maxUsedPages = count == 1 ? Math.max(maxUsedPages, pool.pages() + grow) : maxUsedPages;
            return false;
        }
        ram.takeZspages(node, grow);
        pool.add(bytes, count);
        handles.add(count);
        maxUsedPages = Math.max(maxUsedPages, pool.pages());
        return true;
    }

    /** Keeps a page that user space wrote, such as the swap header. */
    public void writeUserPage(Content content) {
        write(content, 1, 0);
    }

    @Override
    public void free(Content content, int pages, boolean hadData) {
        notifyFree += pages;
        if (!hadData) {
            return;
        }
        int bytes = objectBytes(content);
        storedPages -= pages;
        comprBytes -= (long) bytes * pages;
        if (bytes == 0) {
            samePages -= pages;
            return;
        }
        hugePages -= bytes == Units.PAGE_SIZE ? pages : 0;
        ram.giveZspages(-pool.add(bytes, -pages));
        handles.add(-pages);
    }

    @Override
    public long writeCostNs(Content content) {
        if (content.sameFilled()) {
            return costs.get(Cost.ZERO_CHECK);
        }
        return costs.compressNs(algorithm, content) + costs.get(Cost.ZSMALLOC_STORE);
    }

    @Override
    public long readCostNs(Content content) {
        if (content.sameFilled()) {
            return costs.get(Cost.ZERO_CHECK);
        }
        return content.comprBytes() >= Zsmalloc.HUGE_BYTES ? costs.get(Cost.COPY) : costs.decompressNs(algorithm);
    }

    @Override
    public void noteRead(int pages) {
        reads += pages;
    }

    @Override
    public long submitNs(boolean write, int slot, int pages, long nowNs) {
        return nowNs;
    }

    @Override
    public long queueFreeNs() {
        return 0;
    }

    // ---- statistics ----

    public long origDataBytes() {
        return Units.pagesToBytes(storedPages);
    }

    public long comprDataBytes() {
        return comprBytes;
    }

    public long memUsedTotalBytes() {
        return Units.pagesToBytes(pool.pages());
    }

    public long memUsedMaxBytes() {
        return Units.pagesToBytes(maxUsedPages);
    }

    @Override
    public long pooledPages() {
        return storedPages;
    }

    @Override
    public long poolPages() {
        return pool.pages();
    }

    public long samePages() {
        return samePages;
    }

    public long hugePages() {
        return hugePages;
    }

    public long hugePagesSince() {
        return hugePagesSince;
    }

    public long failedReads() {
        return failedReads;
    }

    public long failedWrites() {
        return failedWrites;
    }

    public long notifyFree() {
        return notifyFree;
    }

    /** Block reads of one page each, for the stat file. */
    public long reads() {
        return reads;
    }

    public long writes() {
        return writes;
    }
}
