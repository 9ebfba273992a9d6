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

    /** vm.drop_caches with bit 1: clean page cache that is not locked goes, and what is remembered of pages that have gone. */
    void run() {
        core.ram.vmstat.add(VmStat.DROP_PAGECACHE, 1);
        for (Region file : new ArrayList<>(core.flusher.files())) {
            tables.forRuns(file, 0, file.pages(), run -> {
                int flags = core.mem.flags(run);
                if ((flags & Flags.RESIDENT) != 0) {
                    if ((flags & (Flags.DIRTY | Flags.MLOCKED)) != 0) {
                        return;
                    }
                    core.folios.lruDel(run);
                    core.folios.release(run);
                }
                core.mem.drop(run); // a shadow, too: mm/truncate.c clear_shadow_entries
            });
        }
        tasks.orphans().dropEmpty();
    }
}
