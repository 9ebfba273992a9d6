package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.oom.OomKiller;

/** From "nothing can be reclaimed" to a dead task (out_of_memory, oom_kill_process; 7.2, spec/08). */
final class OomPath {
    private final Core core;
    private final Tasks tasks;

    OomPath(Core core, Tasks tasks) {
        this.core = core;
        this.tasks = tasks;
    }

    /** Kills inside the subtree of a memcg over its limit; false if there is nobody to kill. */
    boolean killIn(MemCgroup domain, long nowNs) {
        long swapPages = Math.min(domain.swap.max(), core.swap.totalPages());
        return kill(domain, Math.max(1, domain.memory.max() + swapPages), nowNs);
    }

    /** Kills anywhere on the machine; false if there is nobody to kill. */
    boolean killAnywhere(long nowNs) {
        return kill(null, core.ram.totalPages() + core.swap.totalPages(), nowNs);
    }

    private boolean kill(@Nullable MemCgroup domain, long totalPages, long nowNs) {
        Task victim = OomKiller.select(core.cgroups.tasks(), domain, totalPages);
        if (victim == null) {
            return false;
        }
        MemCgroup group = OomKiller.group(victim, domain == null ? core.rootMemcg() : domain);
        countKill(victim);
        if (group == null) {
            tasks.kill(victim, domain == null ? "oom" : "memcg-oom", nowNs);
            return true;
        }
        group.event(MemCgroup.Event.OOM_GROUP_KILL);
        List<Task> members = new ArrayList<>();
        for (Task task : core.cgroups.tasks()) {
            if (task.memcg().isDescendantOf(group) && task.oomScoreAdj() != -1000) {
                members.add(task);
            }
        }
        for (Task member : members) {
            // The victim is counted again among its group, as the kernel does.
            countKill(member);
            tasks.kill(member, "oom-group", nowNs);
        }
        return true;
    }

    private void countKill(Task task) {
        core.ram.vmstat.add(VmStat.OOM_KILL, 1);
        task.memcg().event(MemCgroup.Event.OOM_KILL);
        task.markOomVictim();
    }
}
