package org.reclaimfs.zram;

import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Units;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.KernelUse;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.Zsmalloc;
import org.reclaimfs.swap.BlockBytes;
import org.reclaimfs.swap.ByteStore;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.swap.IoCounts;
import org.reclaimfs.swap.SwapBackend;

/** One zram device (struct zram): its state, and the pages that go in and out. NOT thread safe. */
public final class ZramDevice implements SwapBackend {
    /** Bytes of table entry for each page of disksize. */
    private static final int TABLE_ENTRY_BYTES = 16;
    /** A slot is an int: nothing reaches what lies beyond 8 TiB of a larger device. */
    private static final int MAX_SLOTS = Integer.MAX_VALUE - SlotRuns.CHUNK;

    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final long U32_MASK = 0xffff_ffffL;

    /** How {@link #setDisksize} ended. */
    public enum Initialised {
        OK,
        NO_MEMORY,
        /** An algorithm does not take its parameters; all are at their defaults again. */
        BAD_PARAMS
    }

    public final int id;
    public final ZramSettings settings;
    private final Memory ram;
    private final ZramCosts costs;
    private final LongSupplier nowNs;
    private final Supplier<ByteStore> bytes;
    private final BlockBytes data = new ZramData(this);
    private volatile long disksizePages; // looked at without the lock: whether there is a node in /dev
    private int openers;
    private @Nullable ZramStore store;
    private @Nullable Backing backing;
    private boolean reworking;

    private long failedReads;
    private long failedWrites;
    private long notifyFree;
    private BlockStats requests = new BlockStats();

    /**
     * A device without a size.
     *
     * @param nowNs the machine's time, in ns since boot
     * @param bytes keeps what programs write
     */
    public ZramDevice(
            int id,
            Memory ram,
            Costs costs,
            Costs.Algorithm defaultAlgorithm,
            LongSupplier nowNs,
            Supplier<ByteStore> bytes) {
        this.id = id;
        this.ram = ram;
        this.costs = new ZramCosts(costs);
        this.nowNs = nowNs;
        this.bytes = bytes;
        this.settings = new ZramSettings(defaultAlgorithm);
    }

    public String name() {
        return "zram" + id;
    }

    /** What the device's node in /dev reads and writes. */
    public BlockBytes data() {
        return data;
    }

    // ---- state ----

    public boolean initialised() {
        return store != null;
    }

    public long disksizeBytes() {
        return Units.pagesToBytes(disksizePages);
    }

    public long disksizePages() {
        return disksizePages;
    }

    /** Sets the size of an uninitialised device; its table takes RAM. */
    public Initialised setDisksize(long pages) {
        long table = tablePages(pages);
        if (pages <= 0 || table > ram.freePages()) {
            return Initialised.NO_MEMORY;
        }
        if (settings.misfit() != null) {
            settings.resetAlgorithms();
            return Initialised.BAD_PARAMS;
        }
        ram.kernelUse(KernelUse.VMALLOC, table);
        disksizePages = pages;
        int slots = (int) Math.min(pages, MAX_SLOTS);
        ZramStore fresh =
                new ZramStore(slots, ram, settings.algorithms(), backing, settings.compressedWriteback(), bytes.get());
        fresh.setLimitPages(settings.memLimitPages());
        store = fresh;
        return Initialised.OK;
    }

    private static long tablePages(long pages) {
        return Units.bytesToPagesUp(pages * TABLE_ENTRY_BYTES);
    }

    /** Back to uninitialised: pages freed, the backing device let go, statistics and settings as after creation. */
    public void reset() {
        ZramStore old = store;
        if (old != null) {
            ram.kernelUse(KernelUse.VMALLOC, -tablePages(disksizePages));
            old.close();
        }
        store = null;
        leaveBacking();
        disksizePages = 0;
        settings.reset();
        failedReads = 0;
        failedWrites = 0;
        notifyFree = 0;
        requests = new BlockStats();
    }

    public void setMemLimitPages(long pages) {
        settings.setMemLimitPages(pages);
        if (store != null) {
            store.setLimitPages(pages);
        }
    }

    /** A write of 0 to mem_used_max: the high-water mark starts again from now. */
    public void resetMemUsedMax() {
        if (store != null) {
            store.resetMaxUsed();
        }
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

    /** The path of the backing device, or null. */
    public @Nullable String backingPath() {
        return backing == null ? null : backing.path;
    }

    /** Gives an uninitialised device a backing device of at least one page, instead of the one it had. */
    public void setBacking(String path, Disk disk) {
        leaveBacking();
        Backing now = new Backing(path, disk, Units.bytesToPages(disk.bytes()));
        now.showAs((block, into) -> store != null && store.readBlock(block, into));
        backing = now;
    }

    private void leaveBacking() {
        if (backing != null) {
            backing.showAs(null);
        }
        backing = null;
    }

    // ---- for the rework of slots ----

    /** A writeback or recompression is at work (dev_lock is held for writing). */
    public boolean reworking() {
        return reworking;
    }

    void setReworking(boolean at) {
        reworking = at;
    }

    ZramStore store() {
        if (store == null) {
            throw new IllegalStateException(name() + " is not initialised");
        }
        return store;
    }

    ZramCosts costs() {
        return costs;
    }

    @Nullable
    Backing backing() {
        return backing;
    }

    private long seconds() {
        return nowNs.getAsLong() / NS_PER_SECOND;
    }

    /** Marks every slot with an object idle. */
    public void markIdle() {
        store().markIdle(Long.MAX_VALUE);
    }

    /**
     * Marks slots idle that were not used for more than so many seconds, and takes the mark from the others. The kernel
     * counts in 32 bits without sign: an age beyond the machine's own marks all (golden errno_zram: age 8 soon after boot).
     */
    public void markIdle(long ageSeconds) {
        store().markIdle(seconds() - ageSeconds & U32_MASK);
    }

    /** What looking at every slot once costs, in ns. */
    public long scanNs() {
        return costs.scanNs(disksizePages);
    }

    // ---- looking at slots ----

    /** The first slot from {@code from} on that holds something; −1 if there is none. */
    public int nextStored(int from) {
        return store().slots.nextNot(Slot.EMPTY, from);
    }

    public SlotState slotState(int slot) {
        return SlotState.of(store(), slot);
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

    @Override
    public int write(int slot, Content content, int pages, int node) {
        int ok = store().write(slot, pages, content, node, seconds());
        failedWrites += pages - ok;
        requests.wrote(pages, writeCostNs(content) * pages, nowNs.getAsLong());
        if (ok < pages) {
            // Swap gives up its batch at the first failure; the pages behind it would fail alike.
            store().free(slot + ok, pages - ok);
        }
        return ok;
    }

    @Override
    public boolean roomFor(Content content, int pages) {
        return store().roomFor(content, pages);
    }

    @Override
    public void writeEach(int[] slots, int count, Content content, int node) {
        store().writeEach(slots, count, content, node, seconds());
        requests.wrote(count, writeCostNs(content) * count, nowNs.getAsLong());
    }

    /** A program writes a page; false if there is no memory for it (zram_bvec_write). */
    boolean writePage(int slot, byte[] page) {
        boolean ok = store().writePage(slot, page, seconds());
        failedWrites += ok ? 0 : 1;
        requests.wrote(1, writeCostNs(store().content(store().slots.state(slot))), nowNs.getAsLong());
        return ok;
    }

    @Override
    public void free(int slot, int pages) {
        notifyFree += pages;
        store().free(slot, pages);
    }

    @Override
    public long writeCostNs(Content content) {
        return costs.writeNs(settings.primary(), content);
    }

    @Override
    public long readCostNs(int slot, int pages) {
        return costs.readNs(store(), slot, pages);
    }

    @Override
    public void noteRead(int slot, int pages) {
        requests.read(pages, readCostNs(slot, pages), nowNs.getAsLong());
        int onDisk = writtenBack(slot, pages);
        if (backing != null && onDisk > 0) {
            backing.noteRead(onDisk);
        }
        store().accessed(slot, pages, seconds());
    }

    @Override
    public long take(int slot) {
        ZramStore from = store();
        long state = from.slots.state(slot);
        if (Slot.has(state, Slot.WRITTEN_BACK)) {
            return -1;
        }
        notifyFree++;
        from.freeOne(slot, state);
        return costs.readNs(from, state);
    }

    @Override
    public void noteTaken(int pages, long costNs) {
        requests.read(pages, costNs, nowNs.getAsLong());
    }

    @Override
    public int prefetch(int[] slots, int count) {
        return store().slots.prefetch(slots, count);
    }

    private int writtenBack(int slot, int pages) {
        boolean none = backing == null || backing.usedBlocks() == 0;
        return none ? 0 : store().slots.count(Slot.WRITTEN_BACK, slot, slot + pages);
    }

    /** Only reads of what is on the backing device take time beyond their cost. */
    @Override
    public long submitNs(boolean write, int slot, int pages, long atNs) {
        int onDisk = write ? 0 : writtenBack(slot, pages);
        if (backing == null || onDisk == 0) {
            return atNs;
        }
        long done = backing.readNs(onDisk, atNs);
        requests.read(0, done - atNs, nowNs.getAsLong());
        return done;
    }

    @Override
    public long queueFreeNs() {
        return 0;
    }

    // ---- statistics ----

    /** What mm_stat, bd_stat and io_stat show. */
    public ZramStats stats() {
        return ZramStats.of(store, backing, failedReads, failedWrites, notifyFree);
    }

    @Override
    public long pooledPages() {
        return store == null ? 0 : store.storedPages() - (backing == null ? 0 : backing.usedBlocks());
    }

    @Override
    public long poolPages() {
        return store == null ? 0 : store.poolPages();
    }

    /** Where its objects are; null without a disksize. */
    public @Nullable Zsmalloc pool() {
        return store == null ? null : store.pool();
    }

    /** The statistics of the block layer: one request a page, since the last reset. */
    public IoCounts counts() {
        return requests.at(nowNs.getAsLong());
    }

    /** Throws if the device's books do not balance. */
    public void checkInvariants() {
        if (store != null) {
            store.checkInvariants();
        }
    }
}
