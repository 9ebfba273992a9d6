package org.reclaimfs.memcg;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.Region;
import org.reclaimfs.psi.Stalls;

/** A simulated process: a name, a cgroup and regions of memory. Sizes in pages. */
public final class Task {
    public final int pid;
    public final String name;
    public final String comm;
    /** What may be kept of it when it is gone. */
    public final TaskName who;

    Cgroup cgroup;
    private int oomScoreAdj;
    private int oomScoreAdjMin;
    private boolean dead;
    private boolean gone;
    private boolean oomVictim;
    private boolean oomSkip;
    private int charges;
    private @Nullable Runnable outOfCharges;
    private final List<Runnable> exitHooks = new ArrayList<>();

    /** Regions by the name the scenario gives them. */
    public final Map<String, Region> regions = new LinkedHashMap<>();

    /** Page table pages by the memcg they were charged to: a move leaves charges behind. */
    public final Map<MemCgroup, Long> pageTablePages = new LinkedHashMap<>();

    /** Debt of pages charged while over memory.high, worked off at the next return to user mode. */
    public long overHighPages;

    /** How its allocations were held up. */
    public final Stalls stalls = new Stalls();

    Task(int pid, String name, String comm, Cgroup cgroup, int oomScoreAdj) {
        this.pid = pid;
        this.name = name;
        this.who = new TaskName(pid, name);
        this.comm = comm;
        this.cgroup = cgroup;
        this.oomScoreAdj = oomScoreAdj;
        this.oomScoreAdjMin = oomScoreAdj;
    }

    public Cgroup cgroup() {
        return cgroup;
    }

    public MemCgroup memcg() {
        return cgroup.effectiveMemcg();
    }

    public int oomScoreAdj() {
        return oomScoreAdj;
    }

    /** Below this only who has CAP_SYS_RESOURCE may set it. */
    public int oomScoreAdjMin() {
        return oomScoreAdjMin;
    }

    /**
     * How it counts when the OOM killer looks for a victim.
     *
     * @param adj -1000 to 1000
     * @param least from now on the least that anybody may set
     */
    public void setOomScoreAdj(int adj, int least) {
        oomScoreAdj = adj;
        oomScoreAdjMin = least;
    }

    /**
     * Killed or exiting: it does no more work (fatal_signal_pending, PF_EXITING). Its memory may still be on its way out,
     * see {@link #gone}.
     */
    public boolean dead() {
        return dead;
    }

    /** Its exit is done: no memory is left, and its cgroup no longer lists it. */
    public boolean gone() {
        return gone;
    }

    /** Chosen by the OOM killer: may use the reserves to die sooner, and until it is gone nobody else is chosen. */
    public boolean oomVictim() {
        return oomVictim;
    }

    public void markOomVictim() {
        oomVictim = true;
    }

    /** The OOM killer need not wait for its memory any more: it was reaped (MMF_OOM_SKIP). */
    public boolean oomSkip() {
        return oomSkip;
    }

    public void markOomSkip() {
        oomSkip = true;
    }

    /** A fatal signal, or the end of its program: it works no more. */
    public void die() {
        dead = true;
        List<Runnable> hooks = List.copyOf(exitHooks);
        exitHooks.clear();
        hooks.forEach(Runnable::run);
    }

    /** A thread of it waits for room below a memory.max. It is in the kernel: killed, it comes out of there first. */
    public void enterCharge() {
        charges++;
    }

    public void leaveCharge() {
        charges--;
        Runnable then = outOfCharges;
        if (charges == 0 && then != null) {
            outOfCharges = null;
            then.run();
        }
    }

    /** Runs as soon as no thread of it is in such a place. */
    public void whenOutOfCharges(Runnable then) {
        if (charges == 0) {
            then.run();
        } else {
            outOfCharges = then;
        }
    }

    void markGone() {
        gone = true;
    }

    /** Runs when the task dies: its activities leave the pressure states they are in. */
    public void onExit(Runnable hook) {
        exitHooks.add(hook);
    }

    /** The activity has ended before its task: a task that lives for long does many things. */
    public void forgetExit(Runnable hook) {
        exitHooks.remove(hook);
    }

    /** Pages of its mappings, touched or not (total_vm). */
    public long mappingPages() {
        long sum = 0;
        for (Region region : regions.values()) {
            sum += region.pages();
        }
        return sum;
    }

    /** Resident mapped pages of one kind. */
    public long rssPages(Kind kind) {
        long sum = 0;
        for (Region region : regions.values()) {
            sum += region.kind == kind ? region.mappedPages : 0;
        }
        return sum;
    }

    public long rssPages() {
        return rssPages(Kind.ANON) + rssPages(Kind.FILE) + rssPages(Kind.SHMEM);
    }

    /** Swap entries in the page tables: the badness of memory in zram or zswap counts for its owner. */
    public long swapEntryPages() {
        long sum = 0;
        for (Region region : regions.values()) {
            sum += region.swapEntryPages;
        }
        return sum;
    }

    public long pageTablePages() {
        long sum = 0;
        for (long pages : pageTablePages.values()) {
            sum += pages;
        }
        return sum;
    }
}
