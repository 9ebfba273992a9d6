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
        int want = (int) Math.min(Math.min(MAX_BATCH, allowed), Math.min(left, MemMap.TABLE_PAGES - offset));
        MemCgroup memcg = task.memcg();
        // A fault makes its page tables first, each page of them charged and allocated as its own page is: one by one,
        // since they come from the zone itself, and each has to pass its test of the marks.
        boolean table = pages.missingTables(task, region, 1) > 0;
        int n = faults.admit(memcg, table ? 1 : want, nowNs);
        if (n <= 0) {
            return n == FaultPath.DEAD ? DONE : 0;
        }
        if (table) {
            pages.addTables(task, n);
            faults.noteCharged(memcg);
            return 0;
        }
        pages.grow(region, n);
        pages.install(region, next, n, faults.zone(), faults.cpu(), memcg);
        core.effort.spend(core.costs.get(Cost.FAULT) * n);
        core.effort.spendAsUser(core.costs.get(Cost.FILL) * n);
        left -= n;
        rate.done(n);
        faults.charged(memcg);
        return 0;
    }
}
