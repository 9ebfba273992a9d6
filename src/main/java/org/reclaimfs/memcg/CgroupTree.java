package org.reclaimfs.memcg;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;

/**
 * Making, removing and configuring cgroups, with the kernel's checks in the kernel's order (cgroup_mkdir, cgroup_rmdir,
 * cgroup_subtree_control_write, cgroup_attach_task; 7.2, spec/20).
 */
public final class CgroupTree {
    /** Told about each memcg that comes or goes, so that walks can forget it. */
    public interface Listener {
        void offline(MemCgroup memcg);
    }

    /** The init of the pretend system, in the root when it boots: it has no memory here, and nothing kills it. */
    public static final int INIT_PID = 1;

    /** The parent of all kernel threads, which stays in the root. */
    public static final int KTHREADD_PID = 2;

    private static final int FIRST_PID = 1000;
    private static final int OUTSIDER_PID = 999;

    private final MemCgroups memcgs;
    private final Cgroup root;
    /** Listed and moved like any other; no simulated process, so what goes over {@link #tasks()} leaves it out. */
    private final Task init;

    private final Map<Integer, Task> tasksByPid = new LinkedHashMap<>();
    private final Map<String, Task> tasksByName = new LinkedHashMap<>();

    private int nextPid = FIRST_PID;
    private long children;
    private long changes;
    private Listener listener = memcg -> {};

    public CgroupTree(MemCgroups memcgs, long nowNs) {
        this.memcgs = memcgs;
        root = new Cgroup("", null, nowNs);
        root.setMemcg(memcgs.create(root, null));
        init = new Task(INIT_PID, "init", "init", root, 0);
        root.attach(init);
    }

    public void listen(Listener newListener) {
        listener = newListener;
    }

    public Cgroup root() {
        return root;
    }

    /** The cgroup at a path like "/a/b", or null. */
    public @Nullable Cgroup find(String path) {
        Cgroup at = root;
        for (String part : path.split("/")) {
            if (!part.isEmpty() && at != null) {
                at = at.child(part);
            }
        }
        return at;
    }

    // ---- mkdir, rmdir ----

    /** Makes a child; the name is known to be new. Errors: EINVAL, ENODEV, EAGAIN, EBUSY. */
    public Cgroup mkdir(Cgroup parent, String name, long nowNs) throws ErrnoException {
        if (name.indexOf('\n') >= 0) {
            throw new ErrnoException(Errno.EINVAL, "a cgroup name has no newline");
        }
        alive(parent);
        if (!parent.childAllowed()) {
            throw new ErrnoException(Errno.EAGAIN, "cgroup.max.depth or cgroup.max.descendants is reached");
        }
        Cgroup child = new Cgroup(name, parent, nowNs);
        if (needsMemory(child.controllers())) {
            MemCgroup memcg = memcgs.create(child, parent.effectiveMemcg());
            if (memcg == null) {
                child.die(nowNs);
                throw new ErrnoException(Errno.EBUSY, "no memory cgroup id is left");
            }
            child.setMemcg(memcg);
        }
        child.syncControllers();
        changes++;
        return child;
    }

    /** Removes an empty cgroup. Errors: EBUSY for the root, members or children. */
    public void rmdir(Cgroup cgroup, long nowNs) throws ErrnoException {
        if (cgroup.isRoot() || cgroup.populated() || !cgroup.children().isEmpty()) {
            throw new ErrnoException(Errno.EBUSY, cgroup.path() + " is the root, or has tasks or children");
        }
        offline(cgroup);
        cgroup.die(nowNs);
        changes++;
    }

    /** How often a cgroup was made or removed: as long as it stays, nobody need look for new ones. */
    public long changes() {
        return changes;
    }

    private void offline(Cgroup cgroup) {
        MemCgroup memcg = cgroup.memcg();
        if (memcg != null) {
            listener.offline(memcg);
            memcgs.offline(memcg);
            cgroup.setMemcg(null);
        }
    }

    /** Removed cgroups below this one that are not gone yet: only their memory state can outlast them. */
    public int dyingDescendants(Cgroup cgroup) {
        return (int) dying(cgroup)
                .filter(memcg -> memcg.cgroup.dead() && memcg.cgroup != cgroup)
                .count();
    }

    /** States of a controller, of this cgroup or below, that are off but not gone. */
    public int dyingSubsys(Cgroup cgroup, Controller controller) {
        return controller == Controller.MEMORY ? (int) dying(cgroup).count() : 0;
    }

    /** Pages and zswap entries have gone to the parent (objcg reparenting); a swap entry's id keeps its memcg. */
    private Stream<MemCgroup> dying(Cgroup cgroup) {
        return memcgs.charged().stream()
                .filter(memcg -> memcg.swap.usage() != 0)
                .filter(memcg -> memcg.cgroup.isWithin(cgroup));
    }

    private static void alive(Cgroup cgroup) throws ErrnoException {
        if (cgroup.dead()) {
            throw new ErrnoException(Errno.ENODEV, "the cgroup was removed");
        }
    }

    // ---- controllers ----

    /** Switches controllers for the children, all or none. Errors: ENODEV, ENOENT, EBUSY, EOPNOTSUPP. */
    public void setSubtreeControl(Cgroup cgroup, Set<Controller> enable, Set<Controller> disable)
            throws ErrnoException {
        alive(cgroup);
        Set<Controller> wanted = EnumSet.noneOf(Controller.class);
        wanted.addAll(cgroup.subtreeControl());
        for (Controller controller : Controller.values()) {
            if (enable.contains(controller) && !cgroup.subtreeControl().contains(controller)) {
                if (!cgroup.controllers().contains(controller)) {
                    throw new ErrnoException(Errno.ENOENT, controller.key() + " is not in cgroup.controllers");
                }
                wanted.add(controller);
            }
            if (disable.contains(controller) && cgroup.subtreeControl().contains(controller)) {
                for (Cgroup child : cgroup.children()) {
                    if (child.subtreeControl().contains(controller)) {
                        throw new ErrnoException(Errno.EBUSY, child.path() + " still uses " + controller.key());
                    }
                }
                wanted.remove(controller);
            }
        }
        if (wanted.equals(cgroup.subtreeControl())) {
            return;
        }
        if (!cgroup.isRoot() && !cgroup.subtreeControl().containsAll(wanted)) {
            checkEnable(cgroup, wanted);
        }
        apply(cgroup, wanted);
    }

    private static void checkEnable(Cgroup cgroup, Set<Controller> wanted) throws ErrnoException {
        boolean domain = wanted.stream()
                .anyMatch(c -> !c.threaded() && !cgroup.subtreeControl().contains(c));
        if (cgroup.domainInvalid() || domain && cgroup.threadRoot()) {
            throw new ErrnoException(Errno.EOPNOTSUPP, cgroup.path() + " is in or above a threaded subtree");
        }
        boolean mayMix = !domain && (cgroup.threaded() || cgroup.canBeThreadRoot());
        if (!mayMix && !cgroup.tasks().isEmpty()) {
            throw new ErrnoException(Errno.EBUSY, "the cgroup has member tasks");
        }
    }

    /** A write of "threaded" to cgroup.type. Errors: ENODEV, EOPNOTSUPP. */
    public void enableThreaded(Cgroup cgroup) throws ErrnoException {
        alive(cgroup);
        Cgroup parent = cgroup.parent();
        if (cgroup.threaded() || parent == null) {
            return;
        }
        boolean domainControllers = !cgroup.subtreeControl().stream().allMatch(Controller::threaded);
        if (cgroup.populated() || domainControllers) {
            throw new ErrnoException(Errno.EOPNOTSUPP, cgroup.path() + " is populated or controls domain resources");
        }
        Cgroup domain = parent.domain();
        if (domain.domainInvalid() || !domain.canBeThreadRoot()) {
            throw new ErrnoException(Errno.EOPNOTSUPP, domain.path() + " cannot be the root of a threaded subtree");
        }
        offline(cgroup);
        cgroup.setThreaded();
        cgroup.syncControllers();
    }

    private void apply(Cgroup cgroup, Set<Controller> wanted) throws ErrnoException {
        boolean hides = cgroup.subtreeControl().contains(Controller.MEMORY) && !wanted.contains(Controller.MEMORY);
        cgroup.setSubtreeControl(wanted);
        for (Cgroup child : cgroup.children()) {
            child.syncControllers();
            MemCgroup memcg = child.memcg();
            if (!needsMemory(wanted)) {
                offline(child);
            } else if (memcg == null && !child.threaded()) {
                child.setMemcg(memcgs.create(child, cgroup.effectiveMemcg()));
            } else if (memcg != null && hides) {
                reset(memcg);
            }
        }
    }

    /** The io controller depends on memory: with it alone there is a memory state too, only without files. */
    private static boolean needsMemory(Set<Controller> controllers) {
        return controllers.contains(Controller.MEMORY) || controllers.contains(Controller.IO);
    }

    /** Its files go, it stays for the io controller: only these are reset (mem_cgroup_css_reset). */
    private static void reset(MemCgroup memcg) {
        memcg.memory.setMax(PageCounter.MAX);
        memcg.memory.setMin(0);
        memcg.memory.setLow(0);
        memcg.memory.setHigh(PageCounter.MAX);
        memcg.swap.setMax(PageCounter.MAX);
        memcg.swap.setHigh(PageCounter.MAX);
    }

    // ---- tasks ----

    /** The next process gets this number, unless a later one has been given: real processes may have the small ones. */
    public void numberFrom(int pid) {
        nextPid = Math.max(nextPid, pid);
    }

    /** Starts a process in a cgroup. */
    public Task spawn(String name, String comm, Cgroup cgroup, int oomScoreAdj) {
        Task task = new Task(nextPid++, name, comm, cgroup, oomScoreAdj);
        tasksByPid.put(task.pid, task);
        tasksByName.put(name, task);
        cgroup.attach(task);
        return task;
    }

    /**
     * Whether pids.max, here and above, allows one more process in a cgroup; if not, the events are counted.
     *
     * @param firstRefused runs if it is the first time that one is refused in this cgroup
     */
    public boolean mayFork(Cgroup cgroup, Runnable firstRefused) {
        if (PidsCgroup.mayFork(cgroup)) {
            return true;
        }
        for (Cgroup c = cgroup; c != null; c = c.parent()) {
            PidsCgroup pids = c.pids();
            if (pids != null) {
                if (pids.firstRefusal()) {
                    firstRefused.run();
                }
                return false;
            }
        }
        return false;
    }

    /** A process forked a child that is only part of it. */
    public void noteChild() {
        children++;
    }

    /** The process number given last. */
    public int lastPid() {
        return nextPid - 1;
    }

    /** Forks since boot; what booting took has left its process numbers. */
    public long forks() {
        return lastPid() + children;
    }

    /** A real process that had no cgroup of the machine so far; it begins in the root. */
    public Task adopt(int pid, String comm) {
        Task task = new Task(pid, comm + "-" + pid, comm, root, 0);
        tasksByPid.put(pid, task);
        tasksByName.put(task.name, task);
        root.attach(task);
        return task;
    }

    /** A process of the system's own that no cgroup lists, such as one in swapoff(2): it can be killed, and has nothing. */
    public Task outsider(String comm) {
        return new Task(OUTSIDER_PID, comm, comm, root, 0);
    }

    /** The process is gone; its memory has been freed. */
    public void bury(Task task) {
        task.markGone();
        task.cgroup().detach(task);
        tasksByPid.remove(task.pid);
        tasksByName.remove(task.name, task);
    }

    public @Nullable Task byPid(int pid) {
        return pid == INIT_PID ? init : tasksByPid.get(pid);
    }

    public @Nullable Task byName(String name) {
        return tasksByName.get(name);
    }

    /** The simulated processes, oldest first. */
    public Iterable<Task> tasks() {
        return tasksByPid.values();
    }

    /** Moves a process; its charges stay behind. Errors: ENODEV, EBUSY (the target hands controllers to children). */
    public void move(Task task, Cgroup to) throws ErrnoException {
        checkAttach(to);
        task.cgroup().detach(task);
        to.attach(task);
    }

    /** Whether tasks may enter the cgroup: the no-internal-process rule. */
    public void checkAttach(Cgroup to) throws ErrnoException {
        alive(to);
        if (to.domain().domainInvalid()) {
            throw new ErrnoException(Errno.EOPNOTSUPP, to.path() + " is a domain inside a threaded subtree");
        }
        if (!to.threaded() && !to.canBeThreadRoot() && !to.subtreeControl().isEmpty()) {
            throw new ErrnoException(Errno.EBUSY, to.path() + " has controllers in cgroup.subtree_control");
        }
    }

    public void setFreeze(Cgroup cgroup, boolean on, long nowNs) {
        cgroup.setFreeze(on, nowNs);
    }
}
