package org.reclaimfs.machine;

import java.util.ArrayList;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Region;
import org.reclaimfs.mm.VmStat;

/** A write to vm.drop_caches (fs/drop_caches.c, 7.2). */
final class DropCaches {
    private final Core core;
    private final PageTables tables;
    private final Tasks tasks;

    DropCaches(Core core, PageTables tables, Tasks tasks) {
        this.core = core;
        this.tables = tables;
        this.tasks = tasks;
    }

    /** vm.drop_caches with bit 1: clean page cache that is not locked goes. */
    void run() {
        core.ram.vmstat.add(VmStat.DROP_PAGECACHE, 1);
        for (Region file : new ArrayList<>(core.flusher.files())) {
            tables.forRuns(file, 0, file.pages(), run -> {
                int flags = core.mem.flags(run);
                if ((flags & Flags.RESIDENT) != 0 && (flags & (Flags.DIRTY | Flags.MLOCKED)) == 0) {
                    core.folios.lruDel(run);
                    core.folios.release(run);
                    core.mem.drop(run);
                }
            });
        }
        dropEmptyOrphans();
    }

    private void dropEmptyOrphans() {
        tasks.orphanFiles().removeIf(file -> {
            for (long page = 0; page < file.pages(); page += 512) {
                if (core.mem.findFrom(file.table(page), 0) >= 0) {
                    return false;
                }
            }
            core.flusher.forget(file);
            core.mem.dropRegion(file);
            return true;
        });
    }
}
