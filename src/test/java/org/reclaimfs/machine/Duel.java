package org.reclaimfs.machine;

import java.util.EnumSet;
import java.util.HashMap;
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
import org.reclaimfs.mm.Zone;

/**
 * The fast model and the reference side by side: each operation is done to both.
 *
 * <p>Who runs when is fixed, the same in both. Statistics are flushed between operations only. A task that is killed is gone
 * with the slice that killed it. Writes to a disk end with their slice and last as long as that, so that a batch of zswap's
 * pages that drains meanwhile marks them; those that end together end as they began, whichever disk they are for. Or, in a
 * quarter of the seeds, they end with the operation, but by the clock at once, so that such a batch marks nothing.
 *
 * <p>On a machine that may run short, a task allocates page by page, and each kswapd that is awake goes on to the end of a
 * run (one pageoutrun) after each page, at each entry to the allocator's slow path, and while a direct reclaimer is
 * throttled; naps end with the operation. So covered: wake-ups, runs with and without boost, aging, failures and
 * hopelessness, throttling, the retry decision, drains, the gate, OOM kills. Not covered: kswapd between two batches of a
 * direct reclaimer, two tasks at once, batches of pages granted below LOW, swapoff without memory, reclaim with two zones
 * in a node, and what only takes time: which of two disks is done first, full disk queues, waits for compression
 * streams.
 */
final class Duel {
    static final List<Content> CONTENTS = List.of(
            Content.RANDOM,
            Content.ZERO,
            Content.SAME,
            Content.ratio(2, "ratio:2"),
            Content.ratio(4, "ratio:4"),
            Content.ratio(1.1, "ratio:1.1"));

    final Machine fast;
    final RefMachine ref;
    final DuelSwap swap;
    private final DuelDriver driver;
    private final int cpus;
    private final boolean pageByPage;
    private final SplittableRandom touches;
    private int pids = 1000;
    private final Map<String, Integer> pidOf = new HashMap<>();

    /** How large the machine is. */
    record Size(int mib, int nodes, boolean mayRunShort) {}

    Duel(long seed, Size size, int cpus, boolean lateIo, boolean seriesB) {
        Costs costs = Costs.of(Costs.Profile.SERVER);
        for (Cost cost : Cost.values()) {
            costs = costs.with(cost.key(), DuelDriver.STEP_NS);
        }
        costs = costs.with(Cost.SLOW_PATH.key(), DuelDriver.SLOW_PATH_NS);
        Set<Patch> patches = seriesB ? EnumSet.of(Patch.ZSWAP_PROACTIVE_WRITEBACK) : EnumSet.noneOf(Patch.class);
        int nodes = size.nodes();
        long ramBytes = (long) size.mib() << 20;
        fast = new Machine(new MachineConfig(
                ramBytes, 8L << 20, cpus, nodes, 250, true, MachineConfig.KSWAPD_FAILURES, seed, patches, costs));
        fast.threads().holdStatFlushes();
        long atBoot = fast.memory().totalPages() - fast.memory().freePages();
        for (Zone zone : fast.memory().zones()) {
            atBoot -= zone.perCpuPages();
        }
        ref = new RefMachine(new RefMemory(ramBytes, 8L << 20, nodes, cpus, seed), atBoot, seed);
        ref.lateIo = lateIo;
        this.cpus = cpus;
        this.pageByPage = size.mayRunShort();
        driver = new DuelDriver(fast, ref, seriesB);
        swap = new DuelSwap(fast, ref, driver);
        touches = new SplittableRandom(seed);
        // The machine draws the phase of its flushes first.
        touches.nextLong(2_000_000_000);
    }

    /** Brings the statistics up to date that reclaim looks at, as the 2 s worker does. */
    void flush() {
        fast.core().memcgs.flushStats();
        ref.flush();
    }

    /** Lets what runs by itself run in both, then compares. */
    List<String> settleAndCompare() {
        return driver.settleAndCompare();
    }

    static void agree(String what, @Nullable Object got, @Nullable Object expected) {
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
        ref.memcgs.put(path, new RefMemcg(path, refMemcg(parentOf(path)), ref.stocks));
    }

    void rmdir(String path) throws ErrnoException {
        fast.cgroups().rmdir(cgroup(path), fast.nowNs());
        ref.rmdir(refMemcg(path));
    }

    void max(String path, long pages) {
        RefMemcg memcg = refMemcg(path);
        ref.flush();
        driver.drive(fast.setMax(memcg(path), pages));
        memcg.max = pages;
        limit(memcg, pages, true);
        ref.operationEnded();
    }

    void high(String path, long pages) {
        RefMemcg memcg = refMemcg(path);
        ref.flush();
        driver.drive(fast.setHigh(memcg(path), pages));
        memcg.high = pages;
        limit(memcg, pages, false);
        ref.operationEnded();
    }

    private void limit(RefMemcg memcg, long pages, boolean max) {
        int fruitless = 0;
        int calls = 0;
        if (memcg.usage > pages) {
            ref.stocks.drainBelow(memcg);
        }
        while (memcg.usage > pages && calls < DuelDriver.MAX_CALLS) {
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
        memcg(path).zswap.setMax(pages);
        refMemcg(path).zswapMax = pages;
    }

    void writeback(String path, boolean on) {
        memcg(path).zswap.setWriteback(on);
        refMemcg(path).writeback = on;
    }

    void oomGroup(String path, boolean on) {
        memcg(path).setOomGroup(on);
        refMemcg(path).oomGroup = on;
    }

    // ---- memory.reclaim -----------------------------------------------------------------------------------

    void reclaim(String path, long pages, int swappiness) throws ErrnoException {
        ref.flush();
        Errno got = driver.drive(fast.reclaim(memcg(path), new ReclaimRequest(pages * 4096, swappiness, false)));
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
            got = driver.drive(fast.reclaim(memcg(path), new ReclaimRequest(bytes, -1, true)));
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
        for (int left = pages; left > 0 && !task.dead && !driver.endless(); left -= portion) {
            driver.drive(fast.alloc(fastTask, regionName, kind, content, portion, 0));
            faults(task).alloc(region, portion);
            ref.operationEnded();
        }
    }

    void touch(RefTask task, RefRegion region, TouchPattern pattern, int pages, boolean write) throws ErrnoException {
        Task fastTask = fast.task(task.name);
        Region fastRegion = fast.region(fastTask, region.name);
        driver.drive(fast.touch(fastTask, fastRegion, pattern, pages, 0, 0, write));
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
        driver.drive(fast.exit(fast.task(task.name)));
        RefOom.exit(ref, task);
        ref.operationEnded();
    }

    void dropCaches() {
        fast.sysctls().dropPageCache();
        for (RefRegion file : ref.files) {
            for (int i = 0; i < file.pages.size(); i++) {
                RefPage page = file.pages.get(i);
                if (page != null && (!page.resident || !page.dirty && !page.mlocked)) {
                    ref.free(page); // or the shadow that is left of it
                }
            }
        }
    }
}
