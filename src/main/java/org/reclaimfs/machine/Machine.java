package org.reclaimfs.machine;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
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
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.Region;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.psi.Stalls;
import org.reclaimfs.sched.RunQueues;
import org.reclaimfs.swap.SwapDevices;
import org.reclaimfs.zram.ZramDevice;
import org.reclaimfs.zswap.Zswap;

/**
 * One pretend machine. Every method except {@link #lock} expects the lock to be held; none knows a clock: time comes in
 * with {@link #advance} and {@link #step}.
 */
public final class Machine {
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Core core;
    private final PageTables pageTables;
    private final Tasks tasks;
    private final OomPath oom;
    private final Dispatcher dispatcher;
    private final Programs programs;
    private final Devices devices;
    private final VmStats vmstats;
    private final Sysctls sysctls;
    private final NodeNumbers nodeNumbers = new NodeNumbers();
    /** Nodes that a write to their reclaim file works on. */
    private final Set<Integer> nodesBusy = new HashSet<>();

    public Machine(MachineConfig config) {
        core = new Core(config);
        pageTables = new PageTables(core);
        tasks = new Tasks(core, pageTables);
        oom = new OomPath(core, tasks);
        vmstats = new VmStats(core);
        SplittableRandom random = new SplittableRandom(config.seed());
        dispatcher = new Dispatcher(core, pageTables, tasks, random);
        programs = new Programs(core, pageTables, oom, dispatcher.threads.kswapds, random);
        devices = new Devices(core, oom, dispatcher.threads.kswapds, dispatcher::nowNs);
        sysctls = new Sysctls(core, oom.settings, dispatcher, new DropCaches(core, pageTables, tasks));
        core.cgroups.listen(this::forget);
        core.vm.onHopeless(this::hopeless);
        core.zswapWriteback.onMemcgFull(memcg -> LimitWrite.makeRoomNow(core, memcg));
    }

    private void forget(MemCgroup memcg) {
        core.vm.forget(memcg);
        dispatcher.threads.forget(memcg);
    }

    /** The project's one lock. Fair, so that a reader gets in between the slices of a long reclaim. */
    public Lock lock() {
        return lock;
    }

    // ---- time ----

    /** Virtual time since boot. */
    public long nowNs() {
        return dispatcher.nowNs();
    }

    /** When something is due next; {@code Long.MAX_VALUE} if nothing is. */
    public long nextEventNs() {
        return dispatcher.nextEventNs();
    }

    /** When a pressure trigger is to be looked at next, which {@link #advance} does; {@code Long.MAX_VALUE}: none is. */
    public long triggerCheckNs() {
        return dispatcher.triggerCheckNs();
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
        return dispatcher.advance(targetNs, maxSlices);
    }

    /**
     * Runs one slice of an activity now, without queueing what follows; see {@link Activity#step}. It needs no CPU of the
     * machine's, unless the one who calls has one: then the slice is that one's.
     */
    public long step(Activity activity) {
        return dispatcher.step(activity);
    }

    /** Lets an activity go on by itself from now, as soon as there is a CPU for it. */
    public void start(Activity activity) {
        dispatcher.wakeAfter(activity, 0);
    }

    /** Lets an activity go on by itself after a while; not at all after {@link Activity#DONE}. */
    public void schedule(Activity activity, long delayNs) {
        if (delayNs != Activity.DONE) {
            dispatcher.wakeAfter(activity, Math.max(1, delayNs));
        }
    }

    /** Completes every write under way: with the clock at a standstill devices take no time. */
    public void completeIo() {
        dispatcher.completeIo();
        devices.completeAll();
    }

    /** Ends what its last slice has done: with the clock at a standstill CPUs take no time. */
    public void completeSlices() {
        dispatcher.completeSlices();
    }

    /** Lets every dying task end: with the clock at a standstill that takes no time either. */
    public void completeExits() {
        tasks.completeExits(nowNs());
    }

    /** Who dies and how, for the tests. */
    Tasks tasks() {
        return tasks;
    }

    /** The kernel's threads, for tests that decide themselves when those run. */
    Threads threads() {
        return dispatcher.threads;
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
        return dispatcher.threads.kswapds.of(node).hopeless();
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
        return dispatcher.runQueues();
    }

    /** Its block devices, zram among them. */
    public Devices devices() {
        return devices;
    }

    /** From now on {@code listener} is told, too, what the allocator's slow path does. */
    public void listen(AllocListener listener) {
        core.listener.add(listener);
    }

    /** Allocations that wait at present, as if their stalls ended now; in the order they began. */
    public List<AllocListener.Stall> stallsUnderWay() {
        return core.stallsUnderWay.stream().map(stall -> stall.soFar(nowNs())).toList();
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

    /** A line of the kernel's log (pr_info): what a driver says, or what a file was told. */
    public void log(String text) {
        core.log.info(nowNs(), text);
    }

    /** Under which numbers block devices are shown. */
    public NodeNumbers nodeNumbers() {
        return nodeNumbers;
    }

    /** The kernel's log. */
    public Klog klog() {
        return core.log;
    }

    /** What /proc/sys/vm sets. */
    public Sysctls sysctls() {
        return sysctls;
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
        tasks.killAll(cgroup, nowNs());
        dispatcher.wakeThreads();
    }

    // ---- tasks ----

    /** A new simulated process. Errors: ENOENT, EEXIST, EBUSY, EAGAIN (pids.max). */
    public Task spawn(String name, String comm, String cgroupPath, int oomScoreAdj) throws ErrnoException {
        return programs.spawn(name, comm, cgroupPath, oomScoreAdj, nowNs());
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
        return programs.alloc(task, regionName, kind, content, pages, bytesPerSecond, nowNs());
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
        return programs.touch(task, region, pattern, pages, forNs, bytesPerSecond, write, nowNs());
    }

    /** Work that forks children; see {@link Programs#fork}. Errors: EEXIST. */
    public Activity fork(Task task, long childPages, long childrenPerSecond) throws ErrnoException {
        return programs.fork(task, childPages, childrenPerSecond, nowNs());
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
        tasks.exit(task, nowNs());
        dispatcher.wakeThreads();
        return new AwaitExit(task);
    }

    /** A simulated process is killed by a step or a signal; the returned work waits until it is gone. */
    public Activity kill(Task task, String by) {
        tasks.kill(task, by, nowNs());
        dispatcher.wakeThreads();
        return new AwaitExit(task);
    }

    /**
     * process_mrelease(2): work that takes the private memory of a dying task. Errors: EINVAL for flags or a task that is
     * not dying, ESRCH if its memory is gone; the work itself ends with EINTR on a signal.
     */
    public Activity processMrelease(Task task, int flags) throws ErrnoException {
        return tasks.release(task, flags);
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
