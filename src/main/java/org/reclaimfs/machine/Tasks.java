package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.KernelUse;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.Region;

/** The end of tasks, and the record of who was killed. */
final class Tasks {
    private final Core core;
    private final PageTables pages;
    private final List<Kill> kills = new ArrayList<>();
    /** Page cache outlives the process that read it. */
    private final List<Region> orphanFiles = new ArrayList<>();

    Tasks(Core core, PageTables pages) {
        this.core = core;
        this.pages = pages;
    }

    List<Kill> kills() {
        return kills;
    }

    List<Region> orphanFiles() {
        return orphanFiles;
    }

    void kill(Task task, String by, long nowNs) {
        kills.add(new Kill(nowNs, task.name, task.cgroup().path(), by));
        exit(task);
    }

    /** Frees everything the task has and takes it off its cgroup. */
    void exit(Task task) {
        for (Region region : new ArrayList<>(task.regions.values())) {
            if (region.kind == Kind.FILE) {
                orphanFiles.add(region);
            } else {
                pages.free(region, 0, region.pages());
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
