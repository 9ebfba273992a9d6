package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.Region;
import org.reclaimfs.mm.VmStat;

/**
 * Cleans dirty file pages when they are old enough or reclaim meets nothing else (fs/fs-writeback.c in outline).
 *
 * <p>Not modelled: dirty limits and their throttling; the file system's own device traffic.
 */
final class Flusher extends Activity {
    private final Core core;
    private final List<Region> files = new ArrayList<>();
    private boolean dirty;
    private boolean scheduled;

    Flusher(Core core) {
        super(() -> core.cgroups.root());
        this.core = core;
    }

    void watch(Region file) {
        files.add(file);
    }

    List<Region> files() {
        return files;
    }

    /** A file page became dirty. */
    void dirtied() {
        dirty = true;
    }

    /** When to run, if that is not settled yet: at once if reclaim asks, else when pages expire; -1 for not now. */
    long wakeDelayNs(boolean asked) {
        if (!dirty || scheduled && !asked) {
            return -1;
        }
        long delayNs = asked ? 0 : core.dirtyLimits.writeAfterNs();
        scheduled = delayNs >= 0;
        return delayNs;
    }

    @Override
    public long step(long nowNs) {
        core.effort.begin(nowNs);
        scheduled = false;
        dirty = false;
        for (Region file : files) {
            new PageTables(core).forRuns(file, 0, file.pages(), run -> {
                if (core.mem.has(run, Flags.DIRTY)) {
                    int pages = core.mem.len(run);
                    core.folios.setDirty(run, false);
                    core.mem.setFlags(run, core.mem.flags(run) & ~Flags.RECLAIM);
                    core.ram.vmstat.add(VmStat.NR_WRITTEN, pages);
                    core.ram.vmstat.add(VmStat.PGPGOUT, 4L * pages);
                }
            });
        }
        return DONE;
    }

    /** Forgets files whose pages are all gone and whose task has ended. */
    void forget(Region file) {
        files.remove(file);
    }

    /** Every region of the machine: of live tasks and of page cache that outlived its task. */
    static List<Region> allRegions(Core core) {
        List<Region> all = new ArrayList<>(core.flusher.files);
        for (Task task : core.cgroups.tasks()) {
            for (Region region : task.regions.values()) {
                if (region.kind != Kind.FILE) {
                    all.add(region);
                }
            }
        }
        return all;
    }
}
