package org.reclaimfs.machine;

import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.KernelUse;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Region;

/**
 * A task forks small children, one at a time, as a shell loop does: copy_process takes a kernel stack, page tables and slab
 * objects, which are unmovable; the child writes pages of its own, and its exit gives all of it back (kernel/fork.c).
 * Children have no process number and no part in accounting: they are the task's own work and memory.
 */
final class ForkActivity extends TaskActivity {
    static final String REGION = "children";

    /** A 16 KiB stack. */
    private static final int STACK_PAGES = 4;
    /** The top levels and a table each for text, heap and stack. */
    private static final int TABLE_PAGES = 6;
    /** task_struct, mm_struct, areas, files: about 30 KiB for a static shell tool. */
    private static final int SLAB_PAGES = 8;

    /** fork failed, for lack of memory or for pids.max: the shell tries again. */
    private static final long RETRY_WAIT_NS = 10_000_000;

    private final PageTables tables;
    private final Region region;
    private final long childPages;
    private final Rate rate;
    private boolean running; // a child, which holds the kernel's pages
    private long written;

    ForkActivity(
            Core core,
            Task task,
            OomPath oom,
            Kswapds kswapds,
            PageTables tables,
            Region region,
            long pages,
            Rate rate) {
        super(core, task, oom, kswapds);
        this.tables = tables;
        this.region = region;
        this.childPages = pages;
        this.rate = rate;
        long more = Math.max(0, pages - region.pages());
        tables.addTables(task, tables.missingTables(task, region, more));
        tables.grow(region, more);
        task.onExit(this::giveKernelPages);
    }

    @Override
    long work(long nowNs) {
        if (!running) {
            long at = core.effort.nowNs();
            return rate.allowed(at) > 0 ? start(nowNs) : rate.waitNs(at);
        }
        if (written < childPages) {
            return write(nowNs);
        }
        tables.free(region, 0, region.pages());
        giveKernelPages();
        core.effort.spend(core.costs.get(Cost.FORK) + core.costs.get(Cost.EXIT_PAGE) * written);
        return 0;
    }

    /** The kernel's allocations for a child pass the watermarks as one, and may reclaim, like the pages of a fault. */
    private long start(long nowNs) {
        if (!core.mayFork(task.cgroup(), core.effort.nowNs())) {
            return RETRY_WAIT_NS;
        }
        int n = faults.admit(task.memcg(), 1, nowNs);
        if (n <= 0) {
            return n == FaultPath.DEAD ? DONE : 0;
        }
        if (!core.ram.anyFree(STACK_PAGES + TABLE_PAGES + SLAB_PAGES)) {
            return RETRY_WAIT_NS;
        }
        rate.done(1);
        core.cgroups.noteChild();
        written = 0;
        kernelPages(1);
        running = true;
        return 0;
    }

    private long write(long nowNs) {
        long inTable = MemMap.TABLE_PAGES - (written & MemMap.TABLE_PAGES - 1);
        MemCgroup memcg = task.memcg();
        int n = faults.admit(memcg, (int) Math.min(childPages - written, inTable), nowNs);
        if (n <= 0) {
            return n == FaultPath.DEAD ? DONE : 0;
        }
        tables.install(region, written, n, faults.zone(), faults.cpu(), memcg);
        core.effort.spend(core.costs.get(Cost.FAULT) * n);
        core.effort.spendAsUser(core.costs.get(Cost.FILL) * n);
        written += n;
        faults.charged(memcg);
        return 0;
    }

    private void giveKernelPages() {
        if (running) {
            running = false;
            kernelPages(-1);
        }
    }

    private void kernelPages(int sign) {
        core.ram.kernelUse(KernelUse.KERNEL_STACK, sign * STACK_PAGES);
        core.ram.kernelUse(KernelUse.PAGE_TABLES, sign * TABLE_PAGES);
        core.ram.kernelUse(KernelUse.SLAB_UNRECLAIMABLE, sign * SLAB_PAGES);
    }
}
