package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Region;

/** A walk that gives a task's memory back, a page table at a time; the cost is on the effort. Page cache stays. */
final class Unmapper {
    private final PageTables pages;
    private final List<Region> regions;
    private final boolean down;
    private int at;
    private long passed;

    private Unmapper(PageTables pages, List<Region> regions, boolean down) {
        this.pages = pages;
        this.regions = regions;
        this.down = down;
    }

    /** All of its memory, as an exit frees it. */
    static Unmapper upwards(PageTables pages, Task task) {
        List<Region> own = new ArrayList<>(task.regions.values());
        own.removeIf(region -> region.kind == Kind.FILE);
        return new Unmapper(pages, own, false);
    }

    /** Private memory from the high addresses down, as the reaper takes it, to meet the exit late. */
    static Unmapper downwards(PageTables pages, Task task) {
        List<Region> own = new ArrayList<>(task.regions.values());
        own.removeIf(region -> region.kind != Kind.ANON);
        Collections.reverse(own);
        return new Unmapper(pages, own, true);
    }

    boolean done() {
        return at == regions.size();
    }

    /** Frees what the next table holds. */
    void next() {
        Region region = regions.get(at);
        long all = region.pages();
        if (passed >= all) {
            at++;
            passed = 0;
            return;
        }
        long from = passed;
        long to = Math.min(all, from + MemMap.TABLE_PAGES);
        if (down) {
            to = all - passed;
            from = to - 1 & -MemMap.TABLE_PAGES;
        }
        pages.free(region, from, to);
        passed += to - from;
    }
}
