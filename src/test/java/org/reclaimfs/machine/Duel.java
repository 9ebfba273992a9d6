package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.memcg.Controller;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.Region;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.mm.Zone;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.zram.ZramDevice;

/**
 * The fast model and the reference side by side: each operation is done to both.
 *
 * <p>Who runs when is fixed, the same in both. Statistics are flushed between operations only. A task that is killed is gone
 * with the slice that killed it. Writes to a disk end with their slice and last as long as that, so that a batch of zswap's
 * pages that drains meanwhile marks them; or, in a quarter of the seeds, they end with the operation, but by the clock at
 * once, so that such a batch marks nothing.
 *
 * <p>On a machine that may run short, a task allocates page by page, and each kswapd that is awake goes on to the end of a
 * run (one pageoutrun) after each page, at each entry to the allocator's slow path, and while a direct reclaimer is
 * throttled; naps end with the operation. So covered: wake-ups, runs with and without boost, aging, failures and
 * hopelessness, throttling, the retry decision, drains, the gate, OOM kills. Not covered: kswapd between two batches of a
 * direct reclaimer, two tasks at once, batches of pages granted below LOW, swapoff without memory, reclaim with two zones
 * in a node, and what only takes time: full disk queues, waits for compression streams.
 */
final class Duel {
    /** Every slice of an activity does one step and ends, so that both models agree where devices may finish. */
    private static final long STEP_NS = 1_000_000;
    /** A slice that enters the allocator's slow path is known by what it costs. */
    private static final long SLOW_PATH_NS = STEP_NS + 1;

    private static final long JIFFY_NS = 4_000_000;
    /** What a write takes where the end of the slice ends it: it is under way for all of the slice. */
    private static final double LONG_NS = 1e12;

    private static final Map<Disk.Profile, Integer> WRITE_NS = Map.of(
            Disk.Profile.OPTANE, 10_000,
            Disk.Profile.NVME, 20_000,
            Disk.Profile.SATA, 60_000,
            Disk.Profile.HDD, 10_000_000,
            Disk.Profile.VIRTIO, 50_000,
            Disk.Profile.NETWORK, 500_000);

    static final List<Content> CONTENTS = List.of(
            Content.RANDOM,
            Content.ZERO,
            Content.SAME,
            Content.ratio(2, "ratio:2"),
            Content.ratio(4, "ratio:4"),
            Content.ratio(1.1, "ratio:1.1"));

    final Machine fast;
    final RefMachine ref;
    private final boolean lateIo;
    private final int cpus;
    /** A write to memory.high or max goes on while reclaim finds something: a signal ends it here. */
    private static final int MAX_CALLS = 300;

    private final boolean pageByPage;
    private final Set<Kswapd> awake = new java.util.HashSet<>();
    private final List<Activity> naps = new ArrayList<>();
    private static final int ENDLESS = 300_000;
    private static final int ENDLESS_RECLAIMS = 3_000;

    private boolean endless;

    private long clockNs;
    private final SplittableRandom touches;
    private final boolean seriesB;
    private int pids = 1000;
    private final Map<String, Integer> pidOf = new java.util.HashMap<>();

    /** How large the machine is. */
    record Size(int mib, int nodes, boolean mayRunShort) {}

    Duel(long seed, Size size, int cpus, boolean lateIo, boolean seriesB) {
        Costs costs = Costs.of(Costs.Profile.SERVER);
        for (Cost cost : Cost.values()) {
            costs = costs.with(cost.key(), STEP_NS);
        }
        costs = costs.with(Cost.SLOW_PATH.key(), SLOW_PATH_NS);
        Set<Patch> patches = seriesB ? EnumSet.of(Patch.ZSWAP_PROACTIVE_WRITEBACK) : EnumSet.noneOf(Patch.class);
        int nodes = size.nodes();
        long ramBytes = (long) size.mib() << 20;
        fast = new Machine(new MachineConfig(ramBytes, 8L << 20, cpus, nodes, 250, true, seed, patches, costs));
        fast.holdStatFlushes();
        long atBoot = fast.memory().totalPages() - fast.memory().freePages();
        for (Zone zone : fast.memory().zones()) {
            atBoot -= zone.perCpuPages();
        }
        ref = new RefMachine(new RefMemory(ramBytes, 8L << 20, nodes, cpus, seed), atBoot);
        ref.lateIo = lateIo;
        this.lateIo = lateIo;
        this.cpus = cpus;
        this.pageByPage = size.mayRunShort();
        this.seriesB = seriesB;
        touches = new SplittableRandom(seed);
        // The machine draws the phase of its flushes first.
        touches.nextLong(2_000_000_000);
    }

    /** Brings the statistics up to date that reclaim looks at, as the 2 s worker does. */
    void flush() {
        fast.core().memcgs.flushStats();
        ref.flush();
    }

    // ---- driving ------------------------------------------------------------------------------------------

    /** Runs an activity of the fast model to its end; nothing else runs meanwhile. */
    private @Nullable Errno drive(Activity activity) {
        clockNs = Math.max(clockNs, fast.nowNs());
        long throttles = fast.vmstat(VmStat.PGSCAN_DIRECT_THROTTLE);
        boolean throttled = false;
        long cost = step(activity);
        for (int slices = 0; cost != Activity.DONE; slices++) {
            clockNs += cost;
            if (!lateIo || activity instanceof Swapoff swapoff && swapoff.waitsForWrite()) {
                fast.completeIo();
            }
            if (activity instanceof LimitWrite write && write.calls() >= MAX_CALLS) {
                activity.signal();
            }
            // The reference frees what a victim has when it is killed.
            fast.completeExits();
            boolean slowPath = cost == SLOW_PATH_NS || cost == SLOW_PATH_NS + STEP_NS;
            throttled = throttled && cost == JIFFY_NS;
            if (slowPath) {
                throttled = fast.vmstat(VmStat.PGSCAN_DIRECT_THROTTLE) > throttles;
                throttles = fast.vmstat(VmStat.PGSCAN_DIRECT_THROTTLE);
            }
            if (slowPath || throttled) {
                turns();
            }
            if (slices > ENDLESS) {
                // The reference must come to no end either, which its caller sees.
                endless = true;
                ref.reclaimsLeft = ENDLESS_RECLAIMS;
                return null;
            }
            cost = step(activity);
        }
        if (!lateIo) {
            fast.completeIo();
        }
        // Who dies has nothing left that a late write could rotate.
        fast.completeExits();
        fast.completeIo();
        turns();
        return activity.error();
    }

    private long step(Activity activity) {
        fast.core().effort.begin(clockNs, activity.cpu());
        return activity.step(clockNs);
    }

    /** Each kswapd that is awake gets to the end of a run; the next one, if it is due, has only begun. */
    private void turns() {
        for (Kswapd kswapd : fast.kswapds().all()) {
            if (kswapd.takeWake()) {
                awake.add(kswapd);
            }
            if (!awake.contains(kswapd)) {
                continue;
            }
            long run = fast.vmstat(VmStat.PAGEOUTRUN);
            long cost = 0;
            while (cost != Activity.DONE && fast.vmstat(VmStat.PAGEOUTRUN) == run) {
                clockNs += cost;
                cost = step(kswapd);
                if (!lateIo) {
                    fast.completeIo();
                }
            }
            if (cost == Activity.DONE) {
                awake.remove(kswapd);
            }
            Activity nap = kswapd.takeNap();
            if (nap != null) {
                naps.add(nap);
            }
        }
    }

    /** Undisturbed naps end, and who does not sleep on then has a turn. */
    private void endNaps() {
        List<Activity> ending = List.copyOf(naps);
        naps.clear();
        ending.forEach(nap -> nap.step(clockNs));
        turns();
        ref.kswapds.forEach(RefKswapd::napOver);
        ref.sliceEnded();
    }

    private static final Activity NOTHING = new Activity() {
        @Override
        public long step(long nowNs) {
            return DONE;
        }
    };

    /** Lets what runs by itself run in both, then compares. */
    List<String> settleAndCompare() {
        if (endless) {
            return List.of("the fast model came to no end, the reference did");
        }
        fast.completeIo();
        ref.completeIo();
        endNaps();
        fast.advance(clockNs, Integer.MAX_VALUE);
        // Whoever else was woken meanwhile is queued now, and runs at last.
        fast.step(NOTHING);
        long until = Math.max(clockNs, fast.nowNs()) + 100_000_000_000L;
        while (!fast.advance(until, 1)) {
            fast.completeIo();
        }
        fast.completeIo();
        // Which CPU was free for the worker is the scheduler's affair.
        ref.settle(seriesB, fast.shrinkWorker().cpu());
        List<String> differences = new ArrayList<>(Comparison.differences(fast, ref));
        try {
            fast.checkInvariants();
        } catch (IllegalStateException e) {
            differences.add("invariant: " + e.getMessage());
        }
        return differences;
    }

    private static void agree(String what, @Nullable Object got, @Nullable Object expected) {
        if (!java.util.Objects.equals(got, expected)) {
            throw new IllegalStateException(what + ": " + got + ", reference " + expected);
        }
    }

    private Cgroup cgroup(String path) {
        Cgroup cgroup = fast.cgroups().find(path);
        if (cgroup == null) {
            throw new IllegalStateException("no cgroup " + path);
        }
        return cgroup;
    }

    MemCgroup memcg(String path) {
        return cgroup(path).effectiveMemcg();
    }

    private RefMemcg refMemcg(String path) {
        return java.util.Objects.requireNonNull(ref.memcgs.get(path));
    }

    private static String parentOf(String path) {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? "/" : path.substring(0, slash);
    }

    // ---- cgroups ------------------------------------------------------------------------------------------

    void mkdir(String path) throws ErrnoException {
        Cgroup parent = cgroup(parentOf(path));
        fast.cgroups().setSubtreeControl(parent, EnumSet.of(Controller.MEMORY), EnumSet.noneOf(Controller.class));
        fast.cgroups().mkdir(parent, path.substring(path.lastIndexOf('/') + 1), fast.nowNs());
        ref.memcgs.put(path, new RefMemcg(path, refMemcg(parentOf(path))));
    }

    void rmdir(String path) throws ErrnoException {
        fast.cgroups().rmdir(cgroup(path), fast.nowNs());
        ref.rmdir(refMemcg(path));
    }

    void max(String path, long pages) {
        RefMemcg memcg = refMemcg(path);
        ref.flush();
        drive(fast.setMax(memcg(path), pages));
        memcg.max = pages;
        limit(memcg, pages, true);
        ref.operationEnded();
    }

    void high(String path, long pages) {
        RefMemcg memcg = refMemcg(path);
        ref.flush();
        drive(fast.setHigh(memcg(path), pages));
        memcg.high = pages;
        limit(memcg, pages, false);
        ref.operationEnded();
    }

    private void limit(RefMemcg memcg, long pages, boolean max) {
        int fruitless = 0;
        int calls = 0;
        while (memcg.usage > pages && calls < MAX_CALLS) {
            if (max && fruitless == 16) {
                memcg.event(MemCgroup.Event.OOM);
                if (!RefOom.kill(ref, memcg, null)) {
                    return;
                }
                continue;
            }
            calls++;
            if (new RefReclaim(ref, memcg, memcg.usage - pages, RefReclaim.DIRECT, -1, 0).run() == 0
                    && ++fruitless == 17) {
                return;
            }
        }
    }

    void protection(String path, long min, long low) {
        memcg(path).memory.setMin(min);
        memcg(path).memory.setLow(low);
        refMemcg(path).min = min;
        refMemcg(path).low = low;
    }

    void swapMax(String path, long pages) {
        memcg(path).swap.setMax(pages);
        refMemcg(path).swapMax = pages;
    }

    void swapHigh(String path, long pages) {
        memcg(path).swap.setHigh(pages);
        refMemcg(path).swapHigh = pages;
    }

    void zswapMax(String path, long pages) {
        memcg(path).setZswapMax(pages);
        refMemcg(path).zswapMax = pages;
    }

    void writeback(String path, boolean on) {
        memcg(path).setZswapWriteback(on);
        refMemcg(path).writeback = on;
    }

    void oomGroup(String path, boolean on) {
        memcg(path).setOomGroup(on);
        refMemcg(path).oomGroup = on;
    }

    // ---- memory.reclaim -----------------------------------------------------------------------------------

    void reclaim(String path, long pages, int swappiness) throws ErrnoException {
        ref.flush();
        Errno got = drive(fast.reclaim(memcg(path), new ReclaimRequest(pages * 4096, swappiness, false)));
        long done = 0;
        int fruitless = 0;
        Errno expected = null;
        while (done < pages) {
            long goal = Math.max((pages - done) / 4, 32);
            long r = new RefReclaim(
                            ref, refMemcg(path), goal, org.reclaimfs.memcg.ReclaimReason.PROACTIVE, swappiness, 0)
                    .run();
            if (r == 0 && ++fruitless == 17) {
                expected = Errno.EAGAIN;
                break;
            }
            done += r;
        }
        ref.operationEnded();
        agree("memory.reclaim of " + path, got, expected);
    }

    void reclaimZswap(String path, long bytes) {
        Errno got;
        try {
            got = drive(fast.reclaim(memcg(path), new ReclaimRequest(bytes, -1, true)));
        } catch (ErrnoException e) {
            got = e.errno();
        }
        Errno expected = Errno.EINVAL;
        if (ref.zswap.writebackAllowed(refMemcg(path))) {
            expected = ref.zswap.proactive(refMemcg(path), bytes) ? null : Errno.EAGAIN;
            ref.operationEnded();
        }
        agree("source=zswap of " + path, got, expected);
    }

    // ---- zswap and swap -----------------------------------------------------------------------------------

    void zswapEnabled(boolean on) {
        fast.zswap().setEnabled(on);
        ref.zswap.enabled = on;
    }

    void compressor(Costs.Algorithm algorithm) {
        fast.zswap().setCompressor(algorithm);
        ref.zswap.compressor = algorithm;
    }

    void zswapPool(long maxPercent, long acceptPercent, boolean shrinker) {
        fast.zswap().setMaxPoolPercent(maxPercent);
        fast.zswap().setAcceptThresholdPercent(acceptPercent);
        fast.zswap().setShrinkerEnabled(shrinker);
        ref.zswap.maxPercent = maxPercent;
        ref.zswap.acceptPercent = acceptPercent;
        ref.zswap.shrinkerEnabled = shrinker;
    }

    void swapDisk(String name, int slots, int priority, Disk.Profile profile) throws ErrnoException {
        Disk disk = fast.disk(name);
        if (disk == null) {
            disk = new Disk(name, slots * 4096L, profile);
            disk.setHealth(false, lateIo ? 0 : LONG_NS / WRITE_NS.get(profile));
            fast.addDisk(disk);
        }
        fast.swapon("/dev/" + name, priority);
        RefDevice device =
                new RefDevice(ref.ram, "/dev/" + name, slots, priority, false, disk.profile() != Disk.Profile.HDD);
        device.writtenPages = disk.writtenPages();
        device.readPages = disk.readPages();
        ref.swap.add(device);
    }

    void swapZram(int slots, int priority, long limitPages) throws ErrnoException {
        ZramDevice zram = fast.addZram();
        if (!zram.initialise(slots)) {
            throw new IllegalStateException("no memory for " + zram.name());
        }
        for (long i = 0; i < RefDevice.tablePages(slots); i++) {
            ref.ram.takeKernel(false);
        }
        zram.setMemLimitPages(limitPages);
        fast.swapon("/dev/" + zram.name(), priority);
        RefDevice device = new RefDevice(ref.ram, "/dev/" + zram.name(), slots, priority, true, true);
        device.limitPages = limitPages;
        device.store(0, new Content("swap header", 73, false, false), 0);
        ref.swap.add(device);
    }

    void swapoff(RefDevice device) throws ErrnoException {
        Errno got = drive(fast.swapoff(device.path));
        RefSwapoff.run(ref, device);
        ref.operationEnded();
        if (device.zram) {
            int id = Integer.parseInt(device.path.substring("/dev/zram".length()));
            fast.removeZram(id);
            device.reset();
        }
        agree("swapoff " + device.path, got, null);
    }

    void pageCluster(int order) {
        fast.readahead().setPageCluster(order);
        ref.readahead.pageCluster = order;
    }

    void vmaReadahead(boolean on) {
        fast.readahead().setAddressMode(on);
        ref.readahead.vmaEnabled = on;
    }

    // ---- tasks --------------------------------------------------------------------------------------------

    void spawn(String name, String path, int adj) throws ErrnoException {
        fast.spawn(name, name, path, adj);
        pidOf.put(name, pids++);
        ref.tasks.put(name, new RefTask(name, refMemcg(path), adj));
    }

    void move(RefTask task, String path) throws ErrnoException {
        fast.cgroups().move(fast.task(task.name), cgroup(path));
        task.memcg = refMemcg(path);
    }

    private RefFaults faults(RefTask task) {
        ref.cpu = java.util.Objects.requireNonNull(pidOf.get(task.name)) % cpus;
        return new RefFaults(ref, task, ref.cpu);
    }

    void alloc(RefTask task, String regionName, Kind kind, Content content, int pages) throws ErrnoException {
        Task fastTask = fast.task(task.name);
        RefRegion region = task.regions.get(regionName);
        if (region == null) {
            region = new RefRegion(regionName, kind, content);
            task.regions.put(regionName, region);
            ref.regions.add(region);
            if (kind == Kind.FILE) {
                ref.files.add(region);
            }
        }
        int portion = pageByPage ? 1 : pages;
        for (int left = pages; left > 0 && !task.dead && !endless; left -= portion) {
            drive(fast.alloc(fastTask, regionName, kind, content, portion, 0));
            faults(task).alloc(region, portion);
            ref.operationEnded();
        }
    }

    void touch(RefTask task, RefRegion region, TouchPattern pattern, int pages, boolean write) throws ErrnoException {
        Task fastTask = fast.task(task.name);
        Region fastRegion = fast.region(fastTask, region.name);
        drive(fast.touch(fastTask, fastRegion, pattern, pages, 0, 0, write));
        SplittableRandom random = touches.split();
        RefFaults faults = faults(task);
        int count = Math.min(pages, region.pages.size());
        for (int turn = 0; turn < count && !task.dead; turn++) {
            faults.touch(region, (int) pattern.next(turn, count, random), write);
        }
        ref.operationEnded();
    }

    void mlock(RefTask task, RefRegion region, boolean lock) throws ErrnoException {
        fast.setMlocked(fast.region(fast.task(task.name), region.name), lock);
        for (RefPage page : region.pages) {
            if (page != null && page.resident && page.mlocked != lock) {
                RefMemcg.del(page);
                page.mlocked = lock;
                RefList inactive = page.file() ? RefList.INACTIVE_FILE : RefList.INACTIVE_ANON;
                RefMemcg.addHead(page, lock ? RefList.UNEVICTABLE : inactive);
            }
        }
    }

    void release(RefTask task, RefRegion region, int pages) throws ErrnoException {
        fast.release(fast.region(fast.task(task.name), region.name), pages);
        RefOom.free(ref, region, region.pages.size() - pages);
    }

    void exit(RefTask task) throws ErrnoException {
        drive(fast.exit(fast.task(task.name)));
        RefOom.exit(ref, task);
        ref.operationEnded();
    }

    void dropCaches() {
        fast.dropPageCache();
        for (RefRegion file : ref.files) {
            for (int i = 0; i < file.pages.size(); i++) {
                RefPage page = file.pages.get(i);
                if (page != null && page.resident && !page.dirty && !page.mlocked) {
                    ref.free(page);
                }
            }
        }
    }
}
