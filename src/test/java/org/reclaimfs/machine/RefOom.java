package org.reclaimfs.machine;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.VmStat;

/** Whom the memcg OOM killer chooses, and what the end of a task frees (spec/08 sections 3 and 4, spec/04 section 5). */
final class RefOom {
    private RefOom() {}

    /** Kills in the subtree; false if there is nobody. The caller's own exit, if it dies, is up to the caller. */
    static boolean kill(RefMachine machine, @Nullable RefMemcg domain, @Nullable RefTask caller) {
        RefTask worst = null;
        long most = Long.MIN_VALUE;
        for (RefTask task : machine.tasks.values()) {
            if ((domain == null || task.memcg.isBelow(domain)) && task.oomScoreAdj != -1000) {
                long points = task.rssAndSwapEntries()
                        + task.tables()
                        + task.oomScoreAdj * (machine.badnessTotal(domain) / 1000);
                if (points >= most) {
                    most = points;
                    worst = task;
                }
            }
        }
        if (worst == null) {
            return false;
        }
        RefMemcg group = null;
        for (RefMemcg m = worst.memcg; m != null; m = m == domain ? null : m.parent) {
            group = m.oomGroup ? m : group;
        }
        worst.memcg.event(MemCgroup.Event.OOM_KILL);
        machine.count(VmStat.OOM_KILL, 1);
        // Who dies first frees its slots first, and they are taken again in that order.
        Set<RefTask> victims = new LinkedHashSet<>(List.of(worst));
        if (group != null) {
            RefMemcg whole = group;
            group.event(MemCgroup.Event.OOM_GROUP_KILL);
            List<RefTask> members = machine.tasks.values().stream()
                    .filter(t -> t.memcg.isBelow(whole) && t.oomScoreAdj != -1000)
                    .toList();
            members.forEach(t -> t.memcg.event(MemCgroup.Event.OOM_KILL));
            machine.count(VmStat.OOM_KILL, members.size());
            victims.addAll(members);
        }
        victims.forEach(t -> t.dead = true);
        victims.remove(caller);
        machine.dying.addAll(victims);
        if (caller == null || !caller.dead) {
            endDying(machine);
        }
        return true;
    }

    /** Whoever was killed together with a caller who is still at work is gone now. */
    static void endDying(RefMachine machine) {
        machine.dying.forEach(task -> exit(machine, task));
        machine.dying.clear();
    }

    static void exit(RefMachine machine, RefTask task) {
        for (RefRegion region : task.regions.values()) {
            if (region.kind != Kind.FILE) {
                free(machine, region, 0);
                machine.regions.remove(region);
            }
        }
        Map.copyOf(task.pageTables).forEach((memcg, tables) -> chargeTables(machine, task, memcg, -tables));
        task.dead = true;
        machine.tasks.remove(task.name);
    }

    static void free(RefMachine machine, RefRegion region, int from) {
        for (int i = Math.max(0, from); i < region.pages.size(); i++) {
            RefPage page = region.pages.get(i);
            if (page != null) {
                machine.free(page);
            }
        }
    }

    /** Page tables a task lacks for one more page of a region: eleven to start with, and one table each 512 pages. */
    static int missingTables(RefTask task, RefRegion region) {
        int needed = 11 + (region.pages.size() % 512 == 0 ? 1 : 0);
        for (RefRegion each : task.regions.values()) {
            needed += each.kind == Kind.FILE ? 0 : each.tables();
        }
        return needed - task.tables();
    }

    static void chargeTables(RefMachine machine, RefTask task, RefMemcg memcg, int tables) {
        task.pageTables.merge(memcg, tables, Integer::sum);
        for (int i = 0; i < Math.abs(tables); i++) {
            if (tables > 0) {
                machine.ram.takeKernel(true);
            } else {
                machine.ram.giveKernel();
            }
        }
        if (!memcg.isRoot()) {
            memcg.chargeKernel(tables);
            memcg.count(MemoryStat.PAGETABLES, tables);
        }
    }
}
