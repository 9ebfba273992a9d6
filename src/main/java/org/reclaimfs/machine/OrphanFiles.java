package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Region;

/**
 * Files whose task has ended. Page cache outlives the process that read it; but nobody will read such a file again, so that
 * its shadows mean nothing and it goes with its last page. The kernel's shadows go by a shrinker (mm/workingset.c), or with the inode.
 */
final class OrphanFiles {
    private static final int FEW = 64;

    private final Core core;
    private final PageTables tables;
    private final List<Region> files = new ArrayList<>();
    private int sweepAt = FEW;

    OrphanFiles(Core core, PageTables tables) {
        this.core = core;
        this.tables = tables;
    }

    int count() {
        return files.size();
    }

    void add(Region file) {
        files.add(file);
        if (files.size() >= sweepAt) {
            dropEmpty();
            sweepAt = Math.max(FEW, 2 * files.size()); // so that a sweep costs every file a constant number of looks
        }
    }

    /** Forgets the files that have no page in memory. */
    void dropEmpty() {
        files.removeIf(file -> {
            if (hasPages(file)) {
                return false;
            }
            tables.forRuns(file, 0, file.pages(), core.mem::drop);
            core.flusher.forget(file);
            core.mem.dropRegion(file);
            return true;
        });
    }

    private boolean hasPages(Region file) {
        for (long page = 0; page < file.pages(); ) {
            int run = core.mem.findFrom(file.table(page), (int) (page % MemMap.TABLE_PAGES));
            if (run != MemMap.NIL && core.mem.has(run, Flags.RESIDENT)) {
                return true;
            }
            page = run == MemMap.NIL
                    ? (page / MemMap.TABLE_PAGES + 1) * MemMap.TABLE_PAGES
                    : core.mem.firstPage(run) + core.mem.len(run);
        }
        return false;
    }
}
