package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.memcg.CgroupTree;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.ReclaimReason;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.KernelUse;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.Region;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.swap.IoQueue;
import org.reclaimfs.swap.SwapBackend;
import org.reclaimfs.swap.SwapDevice;
import org.reclaimfs.swap.SwapDevices;
import org.reclaimfs.vmscan.Reclaim;
import org.reclaimfs.vmscan.Vmscan;
import org.reclaimfs.zram.ZramDevice;
import org.reclaimfs.zswap.Zswap;

/**
 * One pretend machine. Every method except {@link #lock} expects the lock to be held; none knows a clock: time comes in
 * with {@link #advance} and {@link #step}.
 */
public final class Machine {
    /** Kernel memory of a small idle system, in pages, as captured (golden proc/0_boot_noswap). */
    private static final Map<KernelUse, Integer> BOOT_FOOTPRINT = Map.of(
            KernelUse.SLAB_RECLAIMABLE, 443,
            KernelUse.SLAB_UNRECLAIMABLE, 2262,
            KernelUse.KERNEL_STACK, 464,
            KernelUse.PERCPU, 92);

    /** The header that mkswap leaves on a zram device compresses to this many bytes (golden zram/2_after_mkswap). */
    private static final Content SWAP_HEADER = new Content("swap header", 73, false, false);

    private static final long FLUSH_NS = 2_000_000_000;
    private static final long TRIGGER_CHECK_NS = 50_000_000;

    private final ReentrantLock lock = new ReentrantLock(true);
    private final Core core;
    private final PageTables pageTables;
    private final Tasks tasks;
    private final OomPath oom;
    private final Kswapds kswapds;
    private final ShrinkWorker worker;
    private final VmStats vmstats;
    private final EventQueue events = new EventQueue();
    private final SplittableRandom random;
    private final Map<String, Disk> disks = new LinkedHashMap<>();
    private final Map<Integer, ZramDevice> zrams = new TreeMap<>();
    private long nowNs;
    private long nextFlushNs;

    public Machine(MachineConfig config) {
        core = new Core(config);
        pageTables = new PageTables(core);
        tasks = new Tasks(core, pageTables);
        oom = new OomPath(core, tasks);
        kswapds = new Kswapds(core);
        worker = new ShrinkWorker(core);
        vmstats = new VmStats(core);
        random = new SplittableRandom(config.seed());
        core.cgroups.listen(this::forget);
        core.zswapWriteback.onMemcgFull(this::makeRoomNow);
        BOOT_FOOTPRINT.forEach((use, pages) -> core.ram.kernelUse(use, pages));
        // The worker's phase is chance: how long a stall lasts depends on it (spec/03 section 3).
        nextFlushNs = random.nextLong(FLUSH_NS);
    }

    private void forget(MemCgroup memcg) {
        core.vm.forget(memcg);
        worker.forget(memcg);
    }

    private long makeRoomNow(MemCgroup memcg) {
        MemCgroup over = memcg.overMax();
        if (over != null) {
            over.event(MemCgroup.Event.MAX);
            new Reclaim(core.vm, core.rootMemcg(), over, Vmscan.SWAP_CLUSTER_MAX, ReclaimReason.DIRECT, -1, 0)
                    .runToEnd();
        }
        return memcg.memoryMargin();
    }

    /** The project's one lock. Fair, so that a reader gets in between the slices of a long reclaim. */
    public Lock lock() {
        return lock;
    }

    // ---- time ----

    /** Virtual time since boot. */
    public long nowNs() {
        return nowNs;
    }

    /** When something is due next; {@code Long.MAX_VALUE} if nothing is. */
    public long nextEventNs() {
        return Math.min(events.nextNs(), core.io.nextNs());
    }

    /** How often pressure triggers want to be looked at while there are any, in ns. */
    public long triggerCheckNs() {
        return TRIGGER_CHECK_NS;
    }

    /**
     * Moves time forward to {@code targetNs}, running at most {@code maxSlices} due slices.
     *
     * @return whether the target was reached; if not, call again (perhaps after letting others have the lock)
     */
    public boolean advance(long targetNs, int maxSlices) {
        for (int i = 0; i < maxSlices; i++) {
            long next = nextEventNs();
            flushStats(Math.min(next, targetNs));
            if (next > targetNs) {
                nowNs = Math.max(nowNs, targetNs);
                return true;
            }
            nowNs = Math.max(nowNs, next);
            if (core.io.nextNs() <= nowNs) {
                drainIo(nowNs);
            } else {
                Activity due = events.poll();
                if (due != null) {
                    schedule(due, step(due));
                }
            }
        }
        return false;
    }

    /** The 2 s worker that brings memory statistics up to date (flush_memcg_stats_dwork). */
    private void flushStats(long untilNs) {
        if (nextFlushNs <= untilNs) {
            core.memcgs.flushStats();
            nextFlushNs += ((untilNs - nextFlushNs) / FLUSH_NS + 1) * FLUSH_NS;
        }
    }

    /** Runs one slice of an activity now, without queueing what follows; see {@link Activity#step}. */
    public long step(Activity activity) {
        long cost = activity.step(nowNs);
        wakeThreads();
        return cost;
    }

    /** Lets an activity go on by itself from now. */
    public void start(Activity activity) {
        events.add(nowNs, activity);
    }

    /** Queues the next slice of an activity whose last one returned {@code costNs}. */
    public void schedule(Activity activity, long costNs) {
        if (costNs != Activity.DONE) {
            events.add(nowNs + Math.max(1, costNs), activity);
        }
    }

    /** Completes every write under way: with the clock at a standstill devices take no time. */
    public void completeIo() {
        drainIo(Long.MAX_VALUE - 1);
    }

    private void drainIo(long untilNs) {
        List<IoQueue.Write> done = new ArrayList<>();
        for (IoQueue.Write w = core.io.poll(untilNs); w != null; w = core.io.poll(untilNs)) {
            done.add(w);
        }
        // Each goes to the very tail: last first, so that those that end together keep their order.
        for (int i = done.size() - 1; i >= 0; i--) {
            pageTables.writeDone(done.get(i));
        }
    }

    private void wakeThreads() {
        for (Kswapd kswapd : kswapds.all()) {
            if (kswapd.takeWake()) {
                events.add(nowNs, kswapd);
            }
            Activity nap = kswapd.takeNap();
            if (nap != null) {
                events.add(nowNs + Kswapd.NAP_NS, nap);
            }
        }
        if (worker.takeWake()) {
            events.add(nowNs, worker);
        }
        long flushDelay = core.flusher.wakeDelayNs(core.vm.takeFlusherWake());
        if (flushDelay >= 0) {
            events.add(nowNs + flushDelay, core.flusher);
        }
    }

    /** The 2 s worker rests from now on: a test says when statistics are flushed. */
    void holdStatFlushes() {
        nextFlushNs = Long.MAX_VALUE;
    }

    /** For tests that decide themselves when kswapd runs. */
    Kswapds kswapds() {
        return kswapds;
    }

    /** The rooms themselves, for this room and its tests. */
    Core core() {
        return core;
    }

    // ---- looking ----

    public Memory memory() {
        return core.ram;
    }

    public long vmstat(VmStat item) {
        return vmstats.get(item);
    }

    /** A node's share of an item; an item that nodes do not keep is the machine's. */
    public long nodeVmstat(VmStat item, int node) {
        return vmstats.get(item, node);
    }

    /** Whether the node's kswapd has given up. */
    public boolean hopeless(int node) {
        return kswapds.all().get(node).hopeless();
    }

    public SwapDevices swap() {
        return core.swap;
    }

    public Zswap zswap() {
        return core.zswap;
    }

    public CgroupTree cgroups() {
        return core.cgroups;
    }

    public Costs costs() {
        return core.costs;
    }

    public int cpus() {
        return core.config.cpus();
    }

    public Collection<Disk> disks() {
        return disks.values();
    }

    public @Nullable Disk disk(String name) {
        return disks.get(name);
    }

    public Collection<ZramDevice> zrams() {
        return zrams.values();
    }

    public @Nullable ZramDevice zram(int id) {
        return zrams.get(id);
    }

    public List<Kill> kills() {
        return Collections.unmodifiableList(tasks.kills());
    }

    public boolean patched(Patch patch) {
        return core.patches.contains(patch);
    }

    public void setPatch(Patch patch, boolean on) {
        if (on) {
            core.patches.add(patch);
        } else {
            core.patches.remove(patch);
        }
    }

    public int swappiness() {
        return core.vm.swappiness();
    }

    public void setSwappiness(int value) {
        core.vm.setSwappiness(value);
    }

    // ---- cgroup files ----

    /** The work of a valid write to memory.reclaim. Errors: EINVAL where patch B refuses. */
    public Activity reclaim(MemCgroup memcg, ReclaimRequest request) throws ErrnoException {
        if (!request.zswap()) {
            return new ReclaimWrite(core, memcg, request.bytes() >>> Units.PAGE_SHIFT, request.swappiness());
        }
        if (!core.zswap.writebackAllowed(memcg)) {
            throw new ErrnoException(Errno.EINVAL, "memory.zswap.writeback is 0 here or in an ancestor");
        }
        return new ProactiveWriteback(core, memcg, request.bytes());
    }

    /** Sets memory.high; the returned work reclaims down to it. */
    public Activity setHigh(MemCgroup memcg, long pages) {
        memcg.memory.setHigh(pages);
        return new LimitWrite(core, memcg, pages, false, oom);
    }

    /** Sets memory.max; the returned work reclaims down to it, and kills if that does not do. */
    public Activity setMax(MemCgroup memcg, long pages) {
        memcg.memory.setMax(pages);
        return new LimitWrite(core, memcg, pages, true, oom);
    }

    /** cgroup.kill: every task of the subtree dies. */
    public void killAll(Cgroup cgroup) {
        List<Task> members = new ArrayList<>();
        collect(cgroup, members);
        members.forEach(task -> tasks.kill(task, "cgroup.kill", nowNs));
    }

    private static void collect(Cgroup cgroup, List<Task> into) {
        into.addAll(cgroup.tasks());
        cgroup.children().forEach(child -> collect(child, into));
    }

    /** vm.drop_caches with bit 1: clean page cache that is not locked goes. */
    public void dropPageCache() {
        core.ram.vmstat.add(VmStat.DROP_PAGECACHE, 1);
        for (Region file : new ArrayList<>(core.flusher.files())) {
            pageTables.forRuns(file, 0, file.pages(), run -> {
                int flags = core.mem.flags(run);
                if ((flags & Flags.RESIDENT) != 0 && (flags & (Flags.DIRTY | Flags.MLOCKED)) == 0) {
                    core.folios.lruDel(run);
                    core.folios.release(run);
                    core.mem.drop(run);
                }
            });
        }
        dropEmptyOrphans();
    }

    private void dropEmptyOrphans() {
        tasks.orphanFiles().removeIf(file -> {
            for (long page = 0; page < file.pages(); page += 512) {
                if (core.mem.findFrom(file.table(page), 0) >= 0) {
                    return false;
                }
            }
            core.flusher.forget(file);
            core.mem.dropRegion(file);
            return true;
        });
    }

    // ---- tasks ----

    /** A new simulated process. Errors: ENOENT, EEXIST, EBUSY. */
    public Task spawn(String name, String comm, String cgroupPath, int oomScoreAdj) throws ErrnoException {
        Cgroup cgroup = core.cgroups.find(cgroupPath);
        if (cgroup == null) {
            throw new ErrnoException(Errno.ENOENT, "no cgroup " + cgroupPath);
        }
        if (core.cgroups.byName(name) != null) {
            throw new ErrnoException(Errno.EEXIST, "task " + name + " exists");
        }
        core.cgroups.checkAttach(cgroup);
        return core.cgroups.spawn(name, comm, cgroup, oomScoreAdj);
    }

    /** The live task of that name. Errors: ESRCH. */
    public Task task(String name) throws ErrnoException {
        Task task = core.cgroups.byName(name);
        if (task == null) {
            throw new ErrnoException(Errno.ESRCH, "no task " + name);
        }
        return task;
    }

    /** The region of that name. Errors: ENOENT. */
    public Region region(Task task, String name) throws ErrnoException {
        Region region = task.regions.get(name);
        if (region == null) {
            throw new ErrnoException(Errno.ENOENT, "task " + task.name + " has no region " + name);
        }
        return region;
    }

    /**
     * Work that fills {@code pages} new pages at the end of a region, which is made if it does not exist. Errors: EINVAL
     * if it exists with another kind or content.
     *
     * @param pagesPerSecond 0: as fast as it can
     */
    public Activity alloc(
            Task task, String regionName, Kind kind, @Nullable Content content, long pages, double pagesPerSecond)
            throws ErrnoException {
        Region region = task.regions.get(regionName);
        if (region == null) {
            region = core.mem.newRegion(regionName, kind, content == null ? Content.RANDOM : content);
            task.regions.put(regionName, region);
            if (kind == Kind.FILE) {
                core.flusher.watch(region);
            }
        } else if (region.kind != kind || content != null && !region.content.equals(content)) {
            throw new ErrnoException(
                    Errno.EINVAL,
                    "region " + regionName + " is kind=" + region.kind.name().toLowerCase(java.util.Locale.ROOT)
                            + " content=" + region.content.label());
        }
        return new AllocActivity(core, task, oom, kswapds, pageTables, region, pages, new Rate(pagesPerSecond, nowNs));
    }

    /**
     * Work that touches the first {@code pages} of a region.
     *
     * @param forNs how long; 0: as many touches as pages
     */
    public Activity touch(
            Task task,
            Region region,
            TouchPattern pattern,
            long pages,
            long forNs,
            double pagesPerSecond,
            boolean write) {
        long count = Math.min(pages, region.pages());
        long touches = forNs > 0 ? Long.MAX_VALUE : count;
        long endNs = forNs > 0 ? nowNs + forNs : Long.MAX_VALUE;
        TouchActivity.Plan plan = new TouchActivity.Plan(pattern, count, touches, endNs, write);
        Rate rate = new Rate(pagesPerSecond, nowNs);
        return new TouchActivity(core, task, oom, kswapds, pageTables, region, plan, rate, random.split());
    }

    public void setMlocked(Region region, boolean locked) {
        pageTables.setMlocked(region, locked);
    }

    /** Frees the last {@code pages} pages of a region (munmap of its end), or what MADV_DONTNEED frees of all of it. */
    public void release(Region region, long pages) {
        pageTables.free(region, Math.max(0, region.pages() - pages), region.pages());
    }

    /** A simulated process ends by itself. */
    public void exit(Task task) {
        tasks.exit(task);
    }

    /** A simulated process is killed by a step or a signal. */
    public void kill(Task task, String by) {
        tasks.kill(task, by, nowNs);
    }

    // ---- devices ----

    public void addDisk(Disk disk) {
        disks.put(disk.name(), disk);
    }

    /** A new zram device with the lowest free number (hot_add). */
    public ZramDevice addZram() {
        int id = 0;
        while (zrams.containsKey(id)) {
            id++;
        }
        ZramDevice device = new ZramDevice(id, core.ram, core.costs, Costs.Algorithm.LZO_RLE);
        zrams.put(id, device);
        return device;
    }

    /** hot_remove. Errors: ENODEV, EBUSY. */
    public void removeZram(int id) throws ErrnoException {
        ZramDevice device = zrams.get(id);
        if (device == null) {
            throw new ErrnoException(Errno.ENODEV, "no zram" + id);
        }
        if (device.busy()) {
            throw new ErrnoException(Errno.EBUSY, device.name() + " is in use");
        }
        device.reset();
        zrams.remove(id);
    }

    /**
     * Makes a swap header on a device and activates it.
     *
     * @param path /dev/NAME of a disk or zram device
     * @param priority {@link SwapDevices#DEFAULT_PRIORITY} or 0..32767
     * @throws ErrnoException ENOENT, EBUSY, EINVAL as swapon(2); EPERM if all swap types are taken
     */
    public SwapDevice swapon(String path, int priority) throws ErrnoException {
        if (core.swap.byPath(path) != null) {
            throw new ErrnoException(Errno.EBUSY, path + " is already used for swap");
        }
        SwapBackend backend = backend(path);
        long pages = backend instanceof ZramDevice zram
                ? zram.disksizePages()
                : Units.bytesToPages(((Disk) backend).bytes());
        if (pages < 2) {
            throw new ErrnoException(Errno.EINVAL, path + " has no room for swap: set its disksize first");
        }
        SwapDevice device = core.swap.add(path, true, pages, priority, backend);
        if (device == null) {
            throw new ErrnoException(Errno.EPERM, "all swap types are in use");
        }
        if (backend instanceof ZramDevice zram) {
            zram.open();
            zram.writeUserPage(SWAP_HEADER);
        }
        return device;
    }

    private SwapBackend backend(String path) throws ErrnoException {
        String name = path.startsWith("/dev/") ? path.substring("/dev/".length()) : "";
        Disk disk = disks.get(name);
        if (disk != null) {
            return disk;
        }
        for (ZramDevice zram : zrams.values()) {
            if (zram.name().equals(name)) {
                return zram;
            }
        }
        throw new ErrnoException(Errno.ENOENT, "no block device " + path);
    }

    /** Work that takes a swap device out of use. Errors: EINVAL if it is not active. */
    public Activity swapoff(String path) throws ErrnoException {
        SwapDevice device = core.swap.byPath(path);
        if (device == null) {
            throw new ErrnoException(Errno.EINVAL, path + " is not active swap");
        }
        return new Swapoff(core, device);
    }

    // ---- pressure ----

    /** Evaluates the pressure triggers of a cgroup subtree at the present. */
    public void checkTriggers(Cgroup cgroup) {
        if (cgroup.psi().hasTriggers()) {
            cgroup.psi().checkTriggers(nowNs);
        }
        cgroup.children().forEach(this::checkTriggers);
    }

    // ---- checks ----

    /** Throws if any room's books do not balance. Costs time in proportion to the machine; for tests. */
    public void checkInvariants() {
        core.mem.checkInvariants();
        core.ram.checkInvariants();
        core.swap.checkInvariants();
        core.zswap.checkInvariants();
        new Books(core).check();
    }
}
