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
import org.reclaimfs.swap.Disk;
import org.reclaimfs.zram.ZramDevice;

/** The fast model and the reference side by side: each operation is done to both. */
final class Duel {
    /** Every slice of an activity does one step and ends, so that both models agree where devices may finish. */
    private static final long STEP_NS = 1_000_000;

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

    private static final int ENDLESS = 300_000;
    private static final int ENDLESS_RECLAIMS = 3_000;

    private boolean endless;

    private long clockNs;
    private final SplittableRandom touches;
    private final boolean seriesB;
    private int pids = 1000;
    private final Map<String, Integer> pidOf = new java.util.HashMap<>();

    Duel(long seed, int cpus, boolean lateIo, boolean seriesB) {
        Costs costs = Costs.of(Costs.Profile.SERVER);
        for (Cost cost : Cost.values()) {
            costs = costs.with(cost.key(), STEP_NS);
        }
        Set<Patch> patches = seriesB ? EnumSet.of(Patch.ZSWAP_PROACTIVE_WRITEBACK) : EnumSet.noneOf(Patch.class);
        fast = new Machine(new MachineConfig(256L << 20, 8L << 20, cpus, seed, patches, costs));
        ref = new RefMachine(
                fast.memory().totalPages(),
                fast.memory().totalPages() - fast.memory().freePages());
        ref.lateIo = lateIo;
        this.lateIo = lateIo;
        this.cpus = cpus;
        this.seriesB = seriesB;
        touches = new SplittableRandom(seed);
    }

    // ---- driving ------------------------------------------------------------------------------------------

    /** Runs an activity of the fast model to its end; nothing else runs meanwhile. */
    private @Nullable Errno drive(Activity activity) {
        clockNs = Math.max(clockNs, fast.nowNs());
        long cost = activity.step(clockNs);
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
            if (slices > ENDLESS) {
                // The reference must come to no end either, which its caller sees.
                endless = true;
                ref.reclaimsLeft = ENDLESS_RECLAIMS;
                return null;
            }
            cost = activity.step(clockNs);
        }
        fast.completeIo();
        fast.completeExits();
        fast.advance(clockNs, Integer.MAX_VALUE);
        // Whoever was woken meanwhile is queued now, and runs when both models settle.
        fast.step(NOTHING);
        return activity.error();
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
        long until = Math.max(clockNs, fast.nowNs()) + 100_000_000_000L;
        while (!fast.advance(until, 1)) {
            fast.completeIo();
        }
        fast.completeIo();
        ref.settle(seriesB);
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
        drive(fast.setMax(memcg(path), pages));
        memcg.max = pages;
        limit(memcg, pages, true);
    }

    void high(String path, long pages) {
        RefMemcg memcg = refMemcg(path);
        drive(fast.setHigh(memcg(path), pages));
        memcg.high = pages;
        limit(memcg, pages, false);
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
            // No latency: requests end in the order they were made.
            disk.setHealth(false, 0);
            fast.addDisk(disk);
        }
        fast.swapon("/dev/" + name, priority);
        RefDevice device = new RefDevice("/dev/" + name, slots, priority, false, disk.profile() != Disk.Profile.HDD);
        device.writtenPages = disk.writtenPages();
        device.readPages = disk.readPages();
        ref.swap.add(device);
    }

    void swapZram(int slots, int priority, long limitPages) throws ErrnoException {
        ZramDevice zram = fast.addZram();
        long before = fast.memory().freePages();
        if (!zram.initialise(slots)) {
            throw new IllegalStateException("no memory for " + zram.name());
        }
        ref.take(before - fast.memory().freePages());
        zram.setMemLimitPages(limitPages);
        fast.swapon("/dev/" + zram.name(), priority);
        RefDevice device = new RefDevice("/dev/" + zram.name(), slots, priority, true, true);
        device.limitPages = limitPages;
        device.store(0, new Content("swap header", 73, false, false), Long.MAX_VALUE);
        ref.swap.add(device);
    }

    void swapoff(RefDevice device) throws ErrnoException {
        Errno got = drive(fast.swapoff(device.path));
        RefFaults.swapoff(ref, device);
        if (device.zram) {
            int id = Integer.parseInt(device.path.substring("/dev/zram".length()));
            long before = fast.memory().freePages();
            fast.removeZram(id);
            ref.take(before - fast.memory().freePages() + device.pool.pages());
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
        return new RefFaults(ref, task, java.util.Objects.requireNonNull(pidOf.get(task.name)) % cpus);
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
        drive(fast.alloc(fastTask, regionName, kind, content, pages, 0));
        faults(task).alloc(region, pages);
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
