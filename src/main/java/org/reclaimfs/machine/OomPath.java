package org.reclaimfs.machine;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.klog.Level;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Gfp;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.oom.AllocWarnings;
import org.reclaimfs.oom.Constraint;
import org.reclaimfs.oom.OomControl;
import org.reclaimfs.oom.OomKiller;
import org.reclaimfs.oom.OomReport;
import org.reclaimfs.oom.OomSettings;
import org.reclaimfs.oom.Outcome;
import org.reclaimfs.oom.ShowMem;

/** From "nothing can be reclaimed" to a dying task (out_of_memory, oom_kill_process; 7.2, spec/08). */
final class OomPath {
    private final Core core;
    private final Tasks tasks;
    private final OomReport report;
    private final AllocWarnings warnings;
    final OomSettings settings = new OomSettings();

    OomPath(Core core, Tasks tasks) {
        this.core = core;
        this.tasks = tasks;
        VmStats stats = new VmStats(core);
        ShowMem mem = new ShowMem(core.log, core.ram, stats::get, stats::get, new ShownSwap());
        this.report = new OomReport(core.log, mem, this::shownStats, settings);
        this.warnings = new AllocWarnings(core.log, mem, core.rootMemcg());
        core.vm.onTableRefused(comm -> warnings.failure(comm, Gfp.SWAP_TABLE, 0, core.effort.nowNs()));
    }

    private final class ShownSwap implements ShowMem.Swap {
        @Override
        public long freePages() {
            return core.swap.freePages();
        }

        @Override
        public long totalPages() {
            return core.swap.totalPages();
        }
    }

    private List<MemoryStat> shownStats() {
        boolean patched = core.patches.contains(Patch.ZSWAP_PROACTIVE_WRITEBACK);
        return Arrays.stream(MemoryStat.values())
                .filter(item -> patched || item != MemoryStat.ZSWPWB_PROACTIVE_B)
                .toList();
    }

    /** What the allocator prints when it fails or waits. */
    AllocWarnings warnings() {
        return warnings;
    }

    /**
     * Kills inside the subtree of a memcg over its limit (mem_cgroup_out_of_memory); the caller has raised the event.
     *
     * @param current who asks; null for a writer of memory.max
     */
    Outcome killIn(MemCgroup domain, @Nullable Task current, long nowNs) {
        if (domain.memory.usage() < domain.memory.max()) {
            return Outcome.VICTIM_IN_FLIGHT;
        }
        long swapPages = core.vm.swappiness() == 0 ? 0 : Math.min(domain.swap.max(), core.swap.totalPages());
        long totalPages = Math.max(1, domain.memory.max() + swapPages);
        return outOfMemory(
                new OomControl(current, Gfp.MEMCG_CHARGE, 0, domain, Constraint.MEMCG, "0", totalPages), nowNs);
    }

    /** Kills anywhere on the machine. */
    Outcome killAnywhere(Task current, Gfp gfp, long nowNs) {
        long totalPages = core.ram.totalPages() + core.swap.totalPages();
        return outOfMemory(new OomControl(current, gfp, 0, null, Constraint.NONE, "0", totalPages), nowNs);
    }

    private Outcome outOfMemory(OomControl oom, long nowNs) {
        Outcome outcome = chooseAndKill(oom, nowNs);
        core.listener.oom(nowNs, oom.current(), oom.memcg(), oom.constraint(), outcome);
        return outcome;
    }

    /** out_of_memory. Its time is on the effort. */
    private Outcome chooseAndKill(OomControl oom, long nowNs) {
        core.effort.spend(core.costs.get(Cost.OOM_KILL));
        Task current = oom.current();
        if (core.panicked) {
            return Outcome.NOBODY;
        }
        if (current != null && current.dead() && !current.oomSkip()) {
            markVictim(current, nowNs);
            return Outcome.VICTIM_IN_FLIGHT;
        }
        if (oom.memcg() == null && !oom.gfp().fs()) {
            return Outcome.VICTIM_IN_FLIGHT;
        }
        if (settings.panicsOn(oom.constraint())) {
            header(oom, nowNs);
            String how = settings.panicOnOom() == 2 ? "compulsory" : "system-wide";
            return panic("Out of memory: " + how + " panic_on_oom is enabled", nowNs);
        }
        if (settings.killAllocatingTask() != 0
                && oom.memcg() == null
                && current != null
                && current.oomScoreAdj() != OomKiller.UNKILLABLE) {
            return kill(oom, current, "Out of memory (oom_kill_allocating_task)", nowNs);
        }
        OomKiller.Choice choice = OomKiller.select(core.cgroups.tasks(), core.oomOrigins, oom);
        Task victim = choice.victim();
        if (victim != null) {
            return kill(oom, victim, oom.message(), nowNs);
        }
        return choice.inFlight() ? Outcome.VICTIM_IN_FLIGHT : nobody(oom, nowNs);
    }

    private Outcome nobody(OomControl oom, long nowNs) {
        header(oom, nowNs);
        report.nobody(nowNs);
        return oom.memcg() == null ? panic("System is deadlocked on memory", nowNs) : Outcome.NOBODY;
    }

    private void header(OomControl oom, long nowNs) {
        report.header(oom, core.cgroups.tasks(), core.rootMemcg(), nowNs);
    }

    /** panic(): from here on no task runs; what the machine shows stays to be looked at. */
    private Outcome panic(String reason, long nowNs) {
        core.log.print(nowNs, Level.EMERG, "Kernel panic - not syncing: " + reason);
        core.panicked = true;
        return Outcome.NOBODY;
    }

    // ---- killing ----

    /** oom_kill_process. */
    private Outcome kill(OomControl oom, Task victim, String message, long nowNs) {
        if (victim.dead()) {
            markVictim(victim, nowNs);
            return Outcome.VICTIM_IN_FLIGHT;
        }
        report.choice(oom, core.cgroups.tasks(), core.rootMemcg(), victim, nowNs);
        MemCgroup domain = oom.memcg();
        MemCgroup group = OomKiller.group(victim, domain == null ? core.rootMemcg() : domain);
        killProcess(victim, message, domain == null ? "oom" : "memcg-oom", nowNs);
        if (group != null) {
            group.event(MemCgroup.Event.OOM_GROUP_KILL);
            report.group(group, nowNs);
            for (Task member : core.cgroups.tasks()) {
                if (member.memcg().isDescendantOf(group) && member.oomScoreAdj() != OomKiller.UNKILLABLE) {
                    // The victim is counted again among its group, as the kernel does.
                    killProcess(member, message, "oom-group", nowNs);
                }
            }
        }
        return Outcome.KILLED;
    }

    /** __oom_kill_process. */
    private void killProcess(Task task, String message, String by, long nowNs) {
        core.ram.vmstat.add(VmStat.OOM_KILL, 1);
        task.memcg().event(MemCgroup.Event.OOM_KILL);
        report.killed(message, task, nowNs);
        tasks.kill(task, by, nowNs);
        markVictim(task, nowNs);
    }

    private void markVictim(Task task, long nowNs) {
        if (!task.oomVictim()) {
            task.markOomVictim();
            tasks.reapLater(task, nowNs, () -> report.reaped(task, core.effort.nowNs()));
        }
    }
}
