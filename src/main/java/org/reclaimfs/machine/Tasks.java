package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.memcg.CgroupTree;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.KernelUse;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.Region;

/** The end of tasks, whatever the cause, and the record of who was killed. */
final class Tasks {
    /** An activity that is to be started, and when. */
    record Start(long atNs, Activity activity) {}

    private final Core core;
    private final PageTables pages;
    private final List<Kill> kills = new ArrayList<>();
    private final OrphanFiles orphans;
    /** Tasks on their way out, in the order they died. */
    private final Map<Task, Exit> exits = new LinkedHashMap<>();

    private final List<Start> starts = new ArrayList<>();

    Tasks(Core core, PageTables pages) {
        this.core = core;
        this.pages = pages;
        this.orphans = new OrphanFiles(core, pages);
    }

    List<Kill> kills() {
        return kills;
    }

    OrphanFiles orphans() {
        return orphans;
    }

    /** SIGKILL; nothing more happens to a task that is dying already. */
    void kill(Task task, String by, long nowNs) {
        if (!task.dead()) {
            long pages = task.rssPages() + task.swapEntryPages();
            Kill kill = new Kill(nowNs, task.name, task.cgroup().path(), by, pages);
            kills.add(kill);
            core.listener.killed(kill);
            exit(task, nowNs);
        }
    }

    /** The task works no more from now; its exit begins. */
    void exit(Task task, long nowNs) {
        if (task.dead()) {
            return;
        }
        task.die();
        if (simulated(task)) {
            task.whenOutOfCharges(() -> {
                Exit exit = new Exit(core, pages, this, task);
                exits.put(task, exit);
                starts.add(new Start(nowNs, exit));
            });
        }
    }

    /** Not one of the system's own, which has no memory to free. */
    private boolean simulated(Task task) {
        return core.cgroups.byPid(task.pid) == task;
    }

    /** Sends the reaper after an OOM victim; {@code reaped} runs if it comes before the victim is gone. */
    void reapLater(Task victim, long nowNs, Runnable reaped) {
        if (simulated(victim)) {
            starts.add(new Start(nowNs + Reaper.DELAY_NS, Reaper.ofVictim(core, pages, victim, reaped)));
        }
    }

    /** SIGKILL for every task of a subtree but init. */
    void killAll(Cgroup cgroup, long nowNs) {
        List<Task> members = new ArrayList<>();
        collect(cgroup, members);
        members.removeIf(task -> task.pid == CgroupTree.INIT_PID); // SIGNAL_UNKILLABLE
        members.forEach(task -> kill(task, "cgroup.kill", nowNs));
    }

    private static void collect(Cgroup cgroup, List<Task> into) {
        into.addAll(cgroup.tasks());
        cgroup.children().forEach(child -> collect(child, into));
    }

    /** See {@link Machine#processMrelease}. */
    Reaper release(Task task, int flags) throws ErrnoException {
        if (flags != 0) {
            throw new ErrnoException(Errno.EINVAL, "process_mrelease has no flags");
        }
        if (task.gone()) {
            throw new ErrnoException(Errno.ESRCH, "the memory of " + task.name + " is gone");
        }
        if (!task.dead()) {
            throw new ErrnoException(Errno.EINVAL, task.name + " is not dying");
        }
        return Reaper.ofCaller(core, pages, task);
    }

    /** What is to be started since the last call, each at its time. */
    List<Start> takeStarts() {
        if (starts.isEmpty()) {
            return List.of();
        }
        List<Start> taken = new ArrayList<>(starts);
        starts.clear();
        return taken;
    }

    /** Lets every dying task end at once. */
    void completeExits(long nowNs) {
        for (Exit exit : new ArrayList<>(exits.values())) {
            long cost = 0;
            while (cost != Activity.DONE) {
                cost = exit.step(nowNs);
            }
        }
    }

    /** The exit has freed the memory: what is left of the task goes. */
    void bury(Exit exit) {
        Task task = exit.task;
        exits.remove(task);
        for (Region region : task.regions.values()) {
            if (region.kind == Kind.FILE) {
                orphans.add(region);
            } else {
                core.mem.dropRegion(region);
            }
        }
        task.regions.clear();
        for (Map.Entry<MemCgroup, Long> charged : task.pageTablePages.entrySet()) {
            charged.getKey().chargeKernel(MemoryStat.PAGETABLES, -charged.getValue());
            core.ram.kernelUse(KernelUse.PAGE_TABLES, -charged.getValue());
        }
        task.pageTablePages.clear();
        core.cgroups.bury(task);
    }
}
