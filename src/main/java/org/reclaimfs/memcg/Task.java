package org.reclaimfs.memcg;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.Region;
import org.reclaimfs.psi.Stalls;

/** A simulated process: a name, a cgroup and regions of memory. Sizes in pages. */
public final class Task {
    public final int pid;
    public final String name;
    public final String comm;
    Cgroup cgroup;
    private int oomScoreAdj;
    private boolean dead;
    private boolean oomVictim;
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
        this.comm = comm;
        this.cgroup = cgroup;
        this.oomScoreAdj = oomScoreAdj;
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

    public boolean dead() {
        return dead;
    }

    public boolean oomVictim() {
        return oomVictim;
    }

    public void markOomVictim() {
        oomVictim = true;
    }

    void markDead() {
        dead = true;
        exitHooks.forEach(Runnable::run);
        exitHooks.clear();
    }

    /** Runs when the task is gone: its activities leave the pressure states they are in. */
    public void onExit(Runnable hook) {
        exitHooks.add(hook);
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
