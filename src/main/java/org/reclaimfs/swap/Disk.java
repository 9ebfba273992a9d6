package org.reclaimfs.swap;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Units;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.KernelUse;
import org.reclaimfs.mm.Memory;

/**
 * A disk with a queue: requests share its bandwidth one after the other, and their latencies overlap up to the device's
 * parallelism (spec/11 section 2). NOT thread safe.
 */
public final class Disk implements SwapBackend {
    /** Latency and bandwidth of a kind of device, for 4 KiB random reads and writes. */
    public enum Profile {
        OPTANE(10_000, 10_000, 2_500, 2_200, 16, true),
        NVME(80_000, 20_000, 3_000, 2_000, 64, true),
        SATA(130_000, 60_000, 500, 450, 32, true, 64),
        HDD(10_000_000, 10_000_000, 150, 150, 1, false, 64),
        /** The captured guest's: its kernel takes it for rotational (spec/06, golden b5, b7, b10). */
        VIRTIO(50_000, 50_000, 400, 200, 4, false),
        NETWORK(500_000, 500_000, 1_000, 1_000, 32, true),
        /** A RAM disk (brd): its times are what a page costs the CPU. */
        RAM(300, 300, 12_000, 12_000, 1, true);

        private final String key = name().toLowerCase(Locale.ROOT);
        final long readNs;
        final long writeNs;
        final long readMBps;
        final long writeMBps;
        final int parallel;
        final boolean solidState;
        /**
         * Requests its queue holds (nr_requests): twice the 32 commands of a SATA device; else 256. Who submits more sleeps,
         * which is what keeps reclaim from filling a small cgroup with pages under writeback.
         */
        final int queueRequests;

        Profile(long readNs, long writeNs, long readMBps, long writeMBps, int parallel, boolean solidState) {
            this(readNs, writeNs, readMBps, writeMBps, parallel, solidState, QUEUE_REQUESTS);
        }

        Profile(
                long readNs,
                long writeNs,
                long readMBps,
                long writeMBps,
                int parallel,
                boolean solidState,
                int queueRequests) {
            this.readNs = readNs;
            this.writeNs = writeNs;
            this.readMBps = readMBps;
            this.writeMBps = writeMBps;
            this.parallel = parallel;
            this.solidState = solidState;
            this.queueRequests = queueRequests;
        }

        public String key() {
            return key;
        }
    }

    /** A device that keeps pages of its own on the disk, and can say what is in them. */
    public interface Tenant {
        /** Fills in what it has in a block of a page; false if it has nothing there. */
        boolean read(int block, byte[] into);
    }

    /** Requests that no device's queue holds more of. */
    static final int QUEUE_REQUESTS = 256;
    /** Small writes of neighbouring slots that come one by one are merged while they queue, up to this: 128 KiB. */
    private static final int MERGED_PAGES = 32;

    private final String name;
    private final long bytes;
    private final Profile profile;
    private long pipeFreeNs;
    /** When the last requests are done, a ring; what the next one overwrites is done before it is taken. */
    private final long[] doneNs;

    private int newest;
    /** The slot that would continue the newest request, if that is a write with room; and its pages. */
    private int nextSlot = -1;

    private int newestPages;
    private double slowdown = 1;
    private boolean failing;
    private long readPages;
    private long writtenPages;
    private final DiskStats stats = new DiskStats();
    private boolean formatted;

    /** Of a RAM disk: blocks that have a page. They keep it for good. */
    private final BitSet present = new BitSet();

    private @Nullable Memory ram;
    private Supplier<ByteStore> store = Disk::noStore;
    private @Nullable Tenant tenant;
    private final DiskBytes data = new DiskBytes(this, () -> store.get());

    public Disk(String name, long bytes, Profile profile) {
        this.name = name;
        this.bytes = bytes;
        this.profile = profile;
        this.doneNs = new long[profile.queueRequests];
        if (!inRam()) {
            // The search for a partition table, at boot (golden proc/0_boot_noswap/diskstats).
            stats.note(false, 1, profile.readNs);
        }
    }

    public String name() {
        return name;
    }

    public long bytes() {
        return bytes;
    }

    public Profile profile() {
        return profile;
    }

    /** The step {@code disk NAME fail|slow:X|ok}: writes fail, or everything takes {@code factor} times as long. */
    public void setHealth(boolean fails, double factor) {
        failing = fails;
        slowdown = factor;
    }

    /** A RAM disk takes its pages from here. */
    public void keepIn(Memory memory) {
        ram = memory;
    }

    /** Bytes that programs write to the disk's node are kept there. */
    public void keepBytesIn(Supplier<ByteStore> bytes) {
        store = bytes;
    }

    private static ByteStore noStore() {
        throw new IllegalStateException("the disk belongs to no machine");
    }

    /** Who keeps pages on the disk from now on, or null: its node shows them. */
    public void letTo(@Nullable Tenant who) {
        tenant = who;
    }

    boolean readTenant(int block, byte[] into) {
        return tenant != null && tenant.read(block, into);
    }

    /** What the disk's node in /dev reads and writes. The model's own writes have no bytes, and leave these alone. */
    public BlockBytes data() {
        return data;
    }

    /** A page that a program writes: whether there is a place for it. */
    boolean takes(int page) {
        return !failing && (!inRam() || keep(page, 1) == 1);
    }

    /** A program's own request, which nobody in the model waits for. */
    void noteIo(boolean write, int pages) {
        if (!inRam()) {
            stats.note(write, pages, write ? profile.writeNs : profile.readNs);
        }
    }

    /** A discard; a RAM disk gives its pages back (brd_do_discard). */
    void forget(int from, int to) {
        for (int at = present.nextSetBit(from); at >= 0 && at < to; at = present.nextSetBit(at + 1)) {
            present.clear(at);
            if (ram != null) {
                ram.kernelUse(KernelUse.RAM_DISKS, -1);
            }
        }
    }

    /** nr_requests of its queue. */
    public int queueRequests() {
        return profile.queueRequests;
    }

    public boolean inRam() {
        return profile == Profile.RAM;
    }

    @Override
    public long pooledPages() {
        return poolPages();
    }

    /** Pages that a RAM disk has taken: one for each that was ever written. */
    @Override
    public long poolPages() {
        return present.cardinality();
    }

    @Override
    public boolean synchronous() {
        return inRam();
    }

    @Override
    public boolean solidState() {
        return profile.solidState;
    }

    @Override
    public boolean ramBacked() {
        return inRam();
    }

    @Override
    public int write(int slot, Content content, int pages, int node) {
        if (failing) {
            return 0;
        }
        if (inRam()) {
            return keep(slot, pages);
        }
        writtenPages += pages;
        return pages;
    }

    /** brd accounts no I/O. */
    private int keep(int slot, int pages) {
        for (int i = 0; i < pages; i++) {
            if (!present.get(slot + i)) {
                if (ram != null && !ram.kernelUse(KernelUse.RAM_DISKS, 1)) {
                    return i;
                }
                present.set(slot + i);
            }
        }
        return pages;
    }

    @Override
    public long writeCostNs(Content content) {
        return inRam() ? profile.writeNs : 0;
    }

    @Override
    public long submitNs(boolean write, int slot, int pages, long nowNs) {
        if (inRam()) {
            return nowNs;
        }
        boolean merged = write && slot == nextSlot && newestPages + pages <= MERGED_PAGES && doneNs[newest] > nowNs;
        long latency = write ? profile.writeNs : profile.readNs;
        long mbps = write ? profile.writeMBps : profile.readMBps;
        long transfer = (long) pages * Units.PAGE_SIZE * 1000 / mbps;
        long occupied = merged ? transfer : Math.max(transfer, latency / profile.parallel);
        long start = Math.max(nowNs, pipeFreeNs);
        pipeFreeNs = start + (long) (occupied * slowdown);
        newest = merged ? newest : (newest + 1) % doneNs.length;
        newestPages = merged ? newestPages + pages : pages;
        nextSlot = write ? slot + pages : -1;
        long done = start + (long) (Math.max(merged ? 0 : latency, occupied) * slowdown);
        doneNs[newest] = Math.max(merged ? doneNs[newest] : 0, done);
        if (merged) {
            stats.join(pages, doneNs[newest]);
        } else {
            stats.start(write, pages, nowNs, doneNs[newest]);
        }
        return doneNs[newest];
    }

    @Override
    public long queueFreeNs() {
        return doneNs[(newest + 1) % doneNs.length];
    }

    /** Everything under way is done at once. */
    public void completeAll() {
        pipeFreeNs = 0;
        nextSlot = -1;
        Arrays.fill(doneNs, 0);
        stats.settle(Long.MAX_VALUE);
    }

    /**
     * What mkswap, at the first time, and swapon do to the disk, as captured: three reads of six pages in all, the header and
     * the flush behind it, and later the header read alone (golden proc/1_disk_swap_on, 10_many_swaps). They are counted
     * only: nobody waits for them.
     */
    public void noteSwapon() {
        if (inRam()) {
            return;
        }
        if (!formatted) {
            stats.note(false, 4, profile.readNs);
            stats.note(false, 1, profile.readNs);
            stats.note(true, 1, profile.writeNs);
            stats.note(true, 0, 0);
            stats.noteFlush(0);
        }
        formatted = true;
        stats.note(false, 1, profile.readNs);
    }

    @Override
    public long readCostNs(int slot, int pages) {
        return inRam() ? profile.readNs * pages : 0;
    }

    @Override
    public void noteRead(int slot, int pages) {
        if (!inRam()) {
            readPages += pages;
        }
    }

    @Override
    public void free(int slot, int pages) {
        // A disk keeps stale data; nothing is to be done.
    }

    public long readPages() {
        return readPages;
    }

    public long writtenPages() {
        return writtenPages;
    }

    /** The statistics of the block layer; a RAM disk has none. */
    public IoCounts counts(long nowNs) {
        return inRam() ? IoCounts.NONE : stats.at(nowNs);
    }
}
