package org.reclaimfs.machine;

import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Region;

/** A task fills new pages at the end of a region, as fast as it can or at a rate. */
final class AllocActivity extends TaskActivity {
    private static final int MAX_BATCH = 64;

    private final PageTables pages;
    private final Region region;
    private final Rate rate;
    private long left;

    AllocActivity(
            Core core,
            Task task,
            OomPath oom,
            Kswapds kswapds,
            PageTables pages,
            Region region,
            long count,
            Rate rate) {
        super(core, task, oom, kswapds);
        this.pages = pages;
        this.region = region;
        this.rate = rate;
        this.left = count;
    }

    @Override
    long work(long nowNs) {
        if (left <= 0) {
            return DONE;
        }
        long allowed = rate.allowed(core.effort.nowNs());
        if (allowed <= 0) {
            return rate.waitNs(core.effort.nowNs());
        }
        long next = region.pages();
        long offset = next & MemMap.TABLE_PAGES - 1;
        // A page that needs a new table comes alone: the table's charge may leave no room for a second one.
        long inTable = offset == 0 ? 1 : MemMap.TABLE_PAGES - offset;
        int want = (int) Math.min(Math.min(MAX_BATCH, allowed), Math.min(left, inTable));
        MemCgroup memcg = task.memcg();
        int n = faults.admit(memcg, want, nowNs);
        if (n <= 0) {
            return n == FaultPath.DEAD ? DONE : 0;
        }
        pages.grow(task, region, n);
        pages.install(region, next, n, faults.zone(), faults.cpu(), memcg);
        core.effort.spend((core.costs.get(Cost.FAULT) + core.costs.get(Cost.FILL)) * n);
        left -= n;
        rate.done(n);
        faults.charged(memcg, n);
        return 0;
    }
}
