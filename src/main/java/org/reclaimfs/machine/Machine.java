package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;
import org.reclaimfs.klog.Klog;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.memcg.CgroupTree;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.KernelUse;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.Region;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.oom.OomSettings;
import org.reclaimfs.policy.Knobs;
import org.reclaimfs.psi.PsiMonitor;
import org.reclaimfs.psi.Stalls;
import org.reclaimfs.sched.RunQueues;
import org.reclaimfs.swap.ByteStore;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.swap.IoQueue;
import org.reclaimfs.swap.SwapDevice;
import org.reclaimfs.swap.SwapDevices;
import org.reclaimfs.swap.SwapDiscard;
import org.reclaimfs.zram.Rework;
import org.reclaimfs.zram.ZramDevice;
import org.reclaimfs.zswap.Zswap;

/**
 * One pretend machine. Every method except {@link #lock} expects the lock to be held; none knows a clock: time comes in
 * with {@link #advance} and {@link #step}.
 */
public final class Machine {
    /** Kernel memory of a small idle system, in pages, as captured (golden proc/0_boot_noswap). */
    private static final Map<KernelUse, Integer> BOOT_FOOTPRINT = new EnumMap<>(Map.of(
            KernelUse.SLAB_RECLAIMABLE, 443,
            KernelUse.SLAB_UNRECLAIMABLE, 2262,
            KernelUse.KERNEL_STACK, 464,
            KernelUse.PERCPU, 92));

    private final ReentrantLock lock = new ReentrantLock(true);
    private final Core core;
    private final PageTables pageTables;
    private final Tasks tasks;
    private final OomPath oom;
    private final Threads threads;
    private final VmStats vmstats;
    private final NodeNumbers nodeNumbers = new NodeNumbers();
    private final Devices devices;
    private final EventQueue events = new EventQueue();
    private final Cpus cpus;
    private final RunQueues runQueues;
    private final PsiMonitor pressure;
    private final Programs programs;
    /** Nodes that a write to their reclaim file works on. */
    private final Set<Integer> nodesBusy = new HashSet<>();

    private long nowNs;

    public Machine(MachineConfig config) {
        core = new Core(config);
        pageTables = new PageTables(core);
        tasks = new Tasks(core, pageTables);
        oom = new OomPath(core, tasks);
        vmstats = new VmStats(core);
        devices = new Devices(core, () -> nowNs);
        core.swap.onWriteError(
                (device, slot, pages) -> devices.swapLog.writeFailed(device, slot, pages, core.effort.nowNs()));
        runQueues = core.cgroups.root().cpu().queues();
        cpus = new Cpus(config.cpus(), events, this::runSlice, core.effort, runQueues);
        SplittableRandom random = new SplittableRandom(config.seed());
        threads = new Threads(core, cpus, tasks, random);
        programs = new Programs(core, pageTables, oom, threads.kswapds, random);
        pressure = core.cgroups.root().psi().monitor();
        core.cgroups.listen(this::forget);
        core.vm.onHopeless(this::hopeless);
        core.zswapWriteback.onMemcgFull(memcg -> LimitWrite.makeRoomNow(core, memcg));
        BOOT_FOOTPRINT.forEach((use, pages) -> core.ram.kernelUse(use, pages));
    }

    private void forget(MemCgroup memcg) {
        core.vm.forget(memcg);
        threads.forget(memcg);
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
        return Math.min(Math.min(events.nextNs(), core.io.nextNs()), pressure.nextCheckNs());
    }

    /** When a pressure trigger is to be looked at next, which {@link #advance} does; {@code Long.MAX_VALUE}: none is. */
    public long triggerCheckNs() {
        return pressure.nextCheckNs();
    }

    /**
     * Sets what is done, often, between two pieces of the work of a slice: all books balance there, so somebody may be let
     * in for a look, but nothing may change. Long slices thus keep nobody waiting who only reads.
     */
    public void betweenPieces(Runnable look) {
        core.effort.betweenPieces(look);
    }

    /**
     * Moves time forward to {@code targetNs}, running at most {@code maxSlices} due slices.
     *
     * @return whether the target was reached; if not, call again (perhaps after letting others have the lock)
     */
    public boolean advance(long targetNs, int maxSlices) {
        for (int i = 0; i < maxSlices; i++) {
            long next = nextEventNs();
            threads.workPeriodically(Math.min(next, targetNs));
            if (next > targetNs) {
                passTo(targetNs);
                return true;
            }
            passTo(next);
            if (core.io.nextNs() <= nowNs) {
                drainIo(nowNs);
            } else if (pressure.nextCheckNs() <= nowNs) {
                pressure.check(nowNs);
            } else {
                Activity due = events.poll();
                if (due != null) {
                    cpus.due(due, nowNs);
                }
            }
        }
        return false;
    }

    private void passTo(long atNs) {
        nowNs = Math.max(nowNs, atNs);
        runQueues.advance(nowNs);
    }

    /**
     * Runs one slice of an activity now, without queueing what follows; see {@link Activity#step}. It needs no CPU of the
     * machine's, unless the one who calls has one: then the slice is that one's.
     */
    public long step(Activity activity) {
        Activity carrier = cpus.current();
        if (carrier == null) {
            return cpus.runOutside(activity);
        }
        carrier.carry(activity, nowNs);
        return runSlice(activity);
    }

    private long runSlice(Activity activity) {
        core.effort.begin(nowNs, activity.cpu());
        long delayNs = activity.step(nowNs);
        threads.wake(nowNs);
        return delayNs;
    }

    /** Lets an activity go on by itself from now, as soon as there is a CPU for it. */
    public void start(Activity activity) {
        cpus.wakeAt(activity, nowNs);
    }

    /** Lets an activity go on by itself after a while; not at all after {@link Activity#DONE}. */
    public void schedule(Activity activity, long delayNs) {
        if (delayNs != Activity.DONE) {
            cpus.wakeAt(activity, nowNs + Math.max(1, delayNs));
        }
    }

    /** Completes every write under way: with the clock at a standstill devices take no time. */
    public void completeIo() {
        endWrites(core.io.pollAll());
        devices.completeAll();
    }

    /** Ends what its last slice has done: with the clock at a standstill CPUs take no time. */
    public void completeSlices() {
        cpus.endLastSlices(nowNs);
    }

    private void drainIo(long untilNs) {
        List<IoQueue.Write> done = new ArrayList<>();
        for (IoQueue.Write w = core.io.poll(untilNs); w != null; w = core.io.poll(untilNs)) {
            done.add(w);
        }
        endWrites(done);
    }

    private void endWrites(List<IoQueue.Write> done) {
        // Each goes to the very tail: last first, so that those that end together keep their order.
        for (int i = done.size() - 1; i >= 0; i--) {
            pageTables.writeDone(done.get(i).run());
        }
    }

    /** Lets every dying task end: with the clock at a standstill that takes no time either. */
    public void completeExits() {
        tasks.completeExits(nowNs);
    }

    /** Who dies and how, for the tests. */
    Tasks tasks() {
        return tasks;
    }

    /** The 2 s worker rests from now on: a test says when statistics are flushed. */
    void holdStatFlushes() {
        threads.holdStatFlushes();
    }

    /** For tests that decide themselves when kswapd runs. */
    Kswapds kswapds() {
        return threads.kswapds;
    }

    ShrinkWorker shrinkWorker() {
        return threads.worker;
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
        return threads.kswapds.of(node).hopeless();
    }

    public Readahead readahead() {
        return core.readahead;
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

    /** What the CPUs did, and who wants them. */
    public RunQueues runQueues() {
        return runQueues;
    }

    public Collection<Disk> disks() {
        return devices.disks();
    }

    public @Nullable Disk disk(String name) {
        return devices.disk(name);
    }

    public Collection<ZramDevice> zrams() {
        return devices.zrams();
    }

    public @Nullable ZramDevice zram(int id) {
        return devices.zram(id);
    }

    /** From now on {@code listener} is told, too, what the allocator's slow path does. */
    public void listen(AllocListener listener) {
        core.listener.add(listener);
    }

    /** Allocations that wait at present, as if their stalls ended now; in the order they began. */
    public List<AllocListener.Stall> stallsUnderWay() {
        return core.stallsUnderWay.stream().map(stall -> stall.soFar(nowNs)).toList();
    }

    /** How the allocations of all tasks were held up. */
    public Stalls stalls() {
        return core.stalls;
    }

    public List<Kill> kills() {
        return Collections.unmodifiableList(tasks.kills());
    }

    public boolean patched(Patch patch) {
        return core.patches.contains(patch);
    }

    /** Applies a patch, or takes it out, at once. */
    public void setPatch(Patch patch, boolean on) {
        core.setPatch(patch, on);
    }

    /** What the policies under test let an administrator set. */
    public Knobs knobs() {
        return core.knobs;
    }

    /** What a driver says in the kernel's log (pr_info). */
    public void log(String text) {
        core.log.info(nowNs, text);
    }

    /** Under which numbers block devices are shown. */
    public NodeNumbers nodeNumbers() {
        return nodeNumbers;
    }

    /** The kernel's log. */
    public Klog klog() {
        return core.log;
    }

    /** A line of the kernel's about what a file was told. */
    public void logInfo(String text) {
        core.log.info(nowNs, text);
    }

    /** The sysctls of the OOM killer. */
    public OomSettings oomSettings() {
        return oom.settings;
    }

    /** vm.dirty_*. */
    public DirtyLimits dirtyLimits() {
        return core.dirtyLimits;
    }

    /** vm.overcommit_*. */
    public Overcommit overcommit() {
        return core.overcommit;
    }

    /** What reclaim of one node leaves alone. */
    public NodeReclaimLimits nodeReclaimLimits() {
        return core.nodeReclaimLimits;
    }

    /** vm.stat_interval. */
    public long statIntervalSeconds() {
        return threads.statIntervalSeconds();
    }

    public void setStatIntervalSeconds(long seconds) {
        threads.setStatIntervalSeconds(seconds, nowNs);
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
            return ReclaimWrite.of(core, memcg, request.bytes() >>> Units.PAGE_SHIFT, request.swappiness());
        }
        if (!core.zswap.writebackAllowed(memcg)) {
            throw new ErrnoException(Errno.EINVAL, "memory.zswap.writeback is 0 here or in an ancestor");
        }
        return new ProactiveWriteback(core, memcg, request.bytes());
    }

    /** The work of a write to a node's reclaim file; null while another such write is at work. */
    public @Nullable Activity reclaimNode(int node, ReclaimRequest request) {
        boolean free = nodesBusy.add(node);
        long pages = request.bytes() >>> Units.PAGE_SHIFT;
        return free ? new NodeReclaim(core, node, pages, request.swappiness(), () -> nodesBusy.remove(node)) : null;
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

    /** cgroup.kill: every task of the subtree but init gets SIGKILL, and takes its time to die. */
    public void killAll(Cgroup cgroup) {
        List<Task> members = new ArrayList<>();
        collect(cgroup, members);
        members.removeIf(task -> task.pid == CgroupTree.INIT_PID); // SIGNAL_UNKILLABLE
        members.forEach(task -> tasks.kill(task, "cgroup.kill", nowNs));
        threads.wake(nowNs);
    }

    private static void collect(Cgroup cgroup, List<Task> into) {
        into.addAll(cgroup.tasks());
        cgroup.children().forEach(child -> collect(child, into));
    }

    /** vm.drop_caches with bit 1: clean page cache that is not locked goes. */
    public void dropPageCache() {
        new DropCaches(core, pageTables, tasks).run();
    }

    // ---- tasks ----

    /** A new simulated process. Errors: ENOENT, EEXIST, EBUSY, EAGAIN (pids.max). */
    public Task spawn(String name, String comm, String cgroupPath, int oomScoreAdj) throws ErrnoException {
        return programs.spawn(name, comm, cgroupPath, oomScoreAdj, nowNs);
    }

    /** The live task of that name. Errors: ESRCH. */
    public Task task(String name) throws ErrnoException {
        return programs.task(name);
    }

    /** The region of that name. Errors: ENOENT. */
    public Region region(Task task, String name) throws ErrnoException {
        return programs.region(task, name);
    }

    /** Work that fills new pages at the end of a region; see {@link Programs#alloc}. Errors: EINVAL. */
    public Activity alloc(
            Task task, String regionName, Kind kind, @Nullable Content content, long pages, long bytesPerSecond)
            throws ErrnoException {
        return programs.alloc(task, regionName, kind, content, pages, bytesPerSecond, nowNs);
    }

    /** Work that touches the first pages of a region; see {@link Programs#touch}. */
    public Activity touch(
            Task task,
            Region region,
            TouchPattern pattern,
            long pages,
            long forNs,
            long bytesPerSecond,
            boolean write) {
        return programs.touch(task, region, pattern, pages, forNs, bytesPerSecond, write, nowNs);
    }

    /** Work that forks children; see {@link Programs#fork}. Errors: EEXIST. */
    public Activity fork(Task task, long childPages, long childrenPerSecond) throws ErrnoException {
        return programs.fork(task, childPages, childrenPerSecond, nowNs);
    }

    public void setMlocked(Region region, boolean locked) {
        pageTables.setMlocked(region, locked);
    }

    /** MADV_COLD for a whole region: its pages are no longer young, and none is active. */
    public void setCold(Region region) {
        pageTables.setCold(region);
    }

    /** Frees the last {@code pages} pages of a region (munmap of its end), or what MADV_DONTNEED frees of all of it. */
    public void release(Region region, long pages) {
        pageTables.free(region, Math.max(0, region.pages() - pages), region.pages());
    }

    /** A simulated process ends by itself; the returned work waits until it is gone. */
    public Activity exit(Task task) {
        tasks.exit(task, nowNs);
        threads.wake(nowNs);
        return new AwaitExit(task);
    }

    /** A simulated process is killed by a step or a signal; the returned work waits until it is gone. */
    public Activity kill(Task task, String by) {
        tasks.kill(task, by, nowNs);
        threads.wake(nowNs);
        return new AwaitExit(task);
    }

    /**
     * process_mrelease(2): work that takes the private memory of a dying task. Errors: EINVAL for flags or a task that is
     * not dying, ESRCH if its memory is gone; the work itself ends with EINTR on a signal.
     */
    public Activity processMrelease(Task task, int flags) throws ErrnoException {
        if (flags != 0) {
            throw new ErrnoException(Errno.EINVAL, "process_mrelease has no flags");
        }
        if (task.gone()) {
            throw new ErrnoException(Errno.ESRCH, "the memory of " + task.name + " is gone");
        }
        if (!task.dead()) {
            throw new ErrnoException(Errno.EINVAL, task.name + " is not dying");
        }
        return tasks.release(task);
    }

    // ---- devices ----

    public void addDisk(Disk disk) {
        devices.addDisk(disk);
    }

    /** Where bytes are kept that programs write to devices; to be said before they do. */
    public void keepBytesIn(ByteStore store) {
        devices.keepBytesIn(store);
    }

    /** The devices' nodes in /dev: a new one for each device. */
    public List<BlockFile> deviceNodes() {
        return devices.nodes();
    }

    /** {@code listener} runs after a device came or went; it replaces an earlier one. */
    public void onDeviceChange(Runnable listener) {
        devices.onChange(listener);
    }

    /** A new zram device with the lowest free number (hot_add). */
    public ZramDevice addZram() {
        return devices.addZram();
    }

    /** hot_remove. Errors: ENODEV, EBUSY. */
    public void removeZram(int id) throws ErrnoException {
        devices.removeZram(id);
    }

    /** A writeback or recompression of a zram device, from its beginning; it ends with its errno. */
    public Activity rework(Rework rework) {
        rework.begin();
        return new ReworkActivity(core, rework);
    }

    /** Reads, writes or discards pages of a zram device; see {@link Devices#blockIo}. Errors: ENODEV, ETXTBSY, ENOSPC, EIO. */
    public Activity blockIo(String path, BlockIo.Kind kind, long page, long pages, Content content)
            throws ErrnoException {
        return devices.blockIo(path, kind, page, pages, content);
    }

    /** Activates a swap area without discards; see {@link Swapon#on}. */
    public SwapDevice swapon(String path, int priority) throws ErrnoException {
        return swapon(path, priority, SwapDiscard.NONE);
    }

    /** Activates a swap area; see {@link Swapon#on}. */
    public SwapDevice swapon(String path, int priority, SwapDiscard discard) throws ErrnoException {
        return devices.swapon(path, priority, discard);
    }

    /** Activates a file of the host; see {@link Swapon#onFile}. Errors: EPERM, EBUSY, EINVAL. */
    public SwapDevice swapon(RealFile file, int priority, SwapDiscard discard) throws ErrnoException {
        return devices.swapon(file, priority, discard);
    }

    /** Whether there is room for one more swap area. Errors: EPERM. */
    public void askForSwap() throws ErrnoException {
        devices.askForSwap();
    }

    /** A swap file on a disk; see {@link Devices#addSwapFile}. */
    public void addSwapFile(String path, long pages, String disk) throws ErrnoException {
        devices.addSwapFile(path, pages, disk);
    }

    /** Work that takes a swap device out of use; see {@link Devices#swapoff}. Errors: ENOENT, EINVAL, ENOMEM. */
    public Activity swapoff(String path) throws ErrnoException {
        return devices.swapoff(path, oom, threads.kswapds);
    }

    // ---- checks ----

    /** Throws if any room's books do not balance. Costs time in proportion to the machine; for tests. */
    public void checkInvariants() {
        core.mem.checkInvariants();
        core.ram.checkInvariants();
        core.swap.checkInvariants();
        devices.zrams().forEach(ZramDevice::checkInvariants);
        core.zswap.checkInvariants();
        new Books(core).check();
    }
}
