package org.reclaimfs.memcg;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.psi.PsiGroup;
import org.reclaimfs.sched.CpuUsage;

/** A node of the cgroup v2 tree (struct cgroup): children, member tasks, enabled controllers, freezer, pressure. */
public final class Cgroup {
    /** "max" of cgroup.max.depth and cgroup.max.descendants. */
    public static final int NO_LIMIT = Integer.MAX_VALUE;

    private final String name;
    private final @Nullable Cgroup parent;
    private final Map<String, Cgroup> children = new LinkedHashMap<>();
    private final Map<Integer, Task> tasks = new LinkedHashMap<>();
    private Set<Controller> subtreeControl = EnumSet.noneOf(Controller.class);
    private final PsiGroup psi;
    private final CpuUsage cpu;
    private @Nullable MemCgroup memcg;
    private @Nullable PidsCgroup pids;
    private @Nullable IoStats io;
    private boolean dead;
    private boolean threaded;
    private int maxDepth = NO_LIMIT;
    private int maxDescendants = NO_LIMIT;
    private int descendants;
    private int populatedTasks;
    private boolean freeze;
    private final long createdNs;
    private long id = 1;
    private final FreezeTime freezeTime = new FreezeTime();
    private long eventSeq;

    Cgroup(String name, @Nullable Cgroup parent, long nowNs) {
        this.name = name;
        this.parent = parent;
        this.createdNs = nowNs;
        this.psi = new PsiGroup(nowNs, parent == null ? null : parent.psi);
        this.cpu = new CpuUsage(parent == null ? null : parent.cpu);
        if (parent != null) {
            parent.children.put(name, this);
            for (Cgroup c = parent; c != null; c = c.parent) {
                c.descendants++;
            }
            if (parent.effectiveFreeze()) {
                freezeTime.note(true, nowNs);
            }
        }
    }

    public String name() {
        return name;
    }

    /** When it was made, in ns since boot. */
    public long createdNs() {
        return createdNs;
    }

    /** The number of its directory (cgroup_id), by which handles and the generations of debugfs know it. */
    public long id() {
        return id;
    }

    /** Says which number its directory has. */
    public void id(long number) {
        id = number;
    }

    public @Nullable Cgroup parent() {
        return parent;
    }

    public boolean isRoot() {
        return parent == null;
    }

    /** The path below the cgroup mount: "/" or "/a/b". */
    public String path() {
        if (parent == null) {
            return "/";
        }
        return parent.parent == null ? "/" + name : parent.path() + "/" + name;
    }

    public Collection<Cgroup> children() {
        return Collections.unmodifiableCollection(children.values());
    }

    public @Nullable Cgroup child(String childName) {
        return children.get(childName);
    }

    /** Member tasks in the order they joined. */
    public Collection<Task> tasks() {
        return Collections.unmodifiableCollection(tasks.values());
    }

    public PsiGroup psi() {
        return psi;
    }

    public CpuUsage cpu() {
        return cpu;
    }

    public boolean dead() {
        return dead;
    }

    void attach(Task task) {
        tasks.put(task.pid, task);
        task.cgroup = this;
        addPopulated(1);
    }

    void detach(Task task) {
        tasks.remove(task.pid);
        addPopulated(-1);
    }

    private void addPopulated(int delta) {
        for (Cgroup c = this; c != null; c = c.parent) {
            boolean before = c.populatedTasks > 0;
            boolean frozenBefore = c.frozen();
            c.populatedTasks += delta;
            if (c.pids != null) {
                c.pids.notePeak();
            }
            if (before != c.populatedTasks > 0 || frozenBefore != c.frozen()) {
                c.eventSeq++;
            }
        }
    }

    /** Unlinks an empty cgroup from its parent. */
    void die(long nowNs) {
        dead = true;
        Cgroup p = parent;
        if (p == null) {
            throw new IllegalStateException("the root stays");
        }
        p.children.remove(name);
        for (Cgroup c = p; c != null; c = c.parent) {
            c.descendants--;
        }
    }

    // ---- controllers ----

    /** The controllers that cgroup.controllers lists. */
    public Set<Controller> controllers() {
        if (parent == null) {
            return EnumSet.allOf(Controller.class);
        }
        if (!threaded) {
            return parent.subtreeControl();
        }
        Set<Controller> available = EnumSet.noneOf(Controller.class);
        parent.subtreeControl.stream().filter(Controller::threaded).forEach(available::add);
        return available;
    }

    public Set<Controller> subtreeControl() {
        return Collections.unmodifiableSet(subtreeControl);
    }

    void setSubtreeControl(Set<Controller> enabled) {
        subtreeControl = enabled.isEmpty() ? EnumSet.noneOf(Controller.class) : EnumSet.copyOf(enabled);
    }

    /** Its own memory controller state; null where the parent does not enable memory. */
    public @Nullable MemCgroup memcg() {
        return memcg;
    }

    void setMemcg(@Nullable MemCgroup own) {
        memcg = own;
    }

    /** State of the pids controller; null where the parent does not enable it, and in the root. */
    public @Nullable PidsCgroup pids() {
        return pids;
    }

    /** State of the io controller; null where the parent does not enable it, and in the root. */
    public @Nullable IoStats io() {
        return io;
    }

    /** Begins what a controller keeps for it, and ends what one that is off has kept. */
    void syncControllers() {
        Set<Controller> on = parent == null ? Set.of() : controllers();
        if (on.contains(Controller.PIDS) != (pids != null)) {
            pids = pids == null ? new PidsCgroup(this) : null;
        }
        if (on.contains(Controller.IO) != (io != null)) {
            io = io == null ? new IoStats() : null;
        }
    }

    /**
     * Pages of its tasks, or of its memory, were moved from or to a device.
     *
     * @param device its path
     */
    public void countIo(String device, boolean write, int pages) {
        for (Cgroup c = pages == 0 ? null : this; c != null; c = c.parent) {
            if (c.io != null) {
                c.io.count(device, write, pages);
            }
        }
    }

    /** The memcg that pays for this cgroup's tasks: its own, or the nearest ancestor's. */
    public MemCgroup effectiveMemcg() {
        for (Cgroup c = this; c != null; c = c.parent) {
            if (c.memcg != null) {
                return c.memcg;
            }
        }
        throw new IllegalStateException("no root memcg");
    }

    // ---- threaded mode (spec/20 section 4, cgroup.type) ----

    public boolean threaded() {
        return threaded;
    }

    /** Joins the parent's domain, for good. */
    void setThreaded() {
        threaded = true;
    }

    /** The cgroup whose resource domain this one is in: itself unless threaded. */
    public Cgroup domain() {
        Cgroup c = this;
        while (c.threaded && c.parent != null) {
            c = c.parent;
        }
        return c;
    }

    /** A non-root domain with threaded children, or with tasks beside controllers (which are then threaded ones). */
    public boolean threadRoot() {
        boolean hasThreadedChild = children.values().stream().anyMatch(Cgroup::threaded);
        return parent != null && !threaded && (hasThreadedChild || !tasks.isEmpty() && !subtreeControl.isEmpty());
    }

    /** A domain below a threaded cgroup or a thread root: takes no tasks and no controllers. */
    public boolean domainInvalid() {
        for (Cgroup c = parent; c != null && !threaded; c = c.parent) {
            if (c.threaded || c.threadRoot()) {
                return true;
            }
        }
        return false;
    }

    /** Whether threaded cgroups may live below, or tasks beside controllers in, this one. */
    boolean canBeThreadRoot() {
        return parent == null
                || !threaded
                        && subtreeControl.stream().allMatch(Controller::threaded)
                        && children.values().stream().noneMatch(child -> !child.threaded && child.populated());
    }

    // ---- limits and counts ----

    public int maxDepth() {
        return maxDepth;
    }

    public void setMaxDepth(int depth) {
        maxDepth = depth;
    }

    public int maxDescendants() {
        return maxDescendants;
    }

    public void setMaxDescendants(int count) {
        maxDescendants = count;
    }

    public int descendants() {
        return descendants;
    }

    /** Whether it is {@code above} or somewhere below it; a removed cgroup still knows where it was. */
    boolean isWithin(Cgroup above) {
        Cgroup c = this;
        while (c != null && c != above) {
            c = c.parent;
        }
        return c != null;
    }

    /** Whether the limits of this cgroup and all above allow one more cgroup directly below this one. */
    boolean childAllowed() {
        int level = 0;
        for (Cgroup c = this; c != null; c = c.parent) {
            if (c.descendants >= c.maxDescendants || level >= c.maxDepth) {
                return false;
            }
            level++;
        }
        return true;
    }

    /** This cgroup and its descendants that have the controller's state. */
    public int subsysCount(Controller controller) {
        if (!has(controller)) {
            return 0;
        }
        int count = 1;
        for (Cgroup child : children.values()) {
            count += child.subsysCount(controller);
        }
        return count;
    }

    private boolean has(Controller controller) {
        if (controller == Controller.MEMORY) {
            return memcg != null;
        }
        return parent == null || parent.subtreeControl.contains(controller) && (!threaded || controller.threaded());
    }

    // ---- populated, frozen ----

    public boolean populated() {
        return populatedTasks > 0;
    }

    /** Processes in the whole subtree. */
    public int populatedTasks() {
        return populatedTasks;
    }

    /** Own cgroup.freeze setting. */
    public boolean freeze() {
        return freeze;
    }

    /** Whether this or an ancestor asks for freezing. */
    public boolean effectiveFreeze() {
        for (Cgroup c = this; c != null; c = c.parent) {
            if (c.freeze) {
                return true;
            }
        }
        return false;
    }

    /** Simulated tasks freeze at once, so a freezing cgroup is frozen. */
    public boolean frozen() {
        return effectiveFreeze();
    }

    void setFreeze(boolean on, long nowNs) {
        if (on == freeze) {
            return;
        }
        boolean above = parent != null && parent.effectiveFreeze();
        freeze = on;
        eventSeq++;
        if (!above) {
            noteFreeze(on, nowNs);
        }
    }

    private void noteFreeze(boolean on, long nowNs) {
        freezeTime.note(on, nowNs);
        for (Cgroup child : children.values()) {
            if (!child.freeze) {
                child.eventSeq++;
                child.noteFreeze(on, nowNs);
            }
        }
    }

    /** Time with an effective freeze request, in ns. */
    public long frozenNs(long nowNs) {
        return freezeTime.untilNs(nowNs);
    }

    /** Changes whenever cgroup.events does; for poll. */
    public long eventSeq() {
        return eventSeq;
    }
}
