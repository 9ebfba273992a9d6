package org.reclaimfs.machine;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.Region;

/** What simulated processes are made to do: steps checked, and turned into activities. */
final class Programs {
    private final Core core;
    private final PageTables tables;
    private final OomPath oom;
    private final Kswapds kswapds;
    private final SplittableRandom random;

    Programs(Core core, PageTables tables, OomPath oom, Kswapds kswapds, SplittableRandom random) {
        this.core = core;
        this.tables = tables;
        this.oom = oom;
        this.kswapds = kswapds;
        this.random = random;
    }

    /** A new simulated process. Errors: ENOENT, EEXIST, EBUSY, EAGAIN (pids.max). */
    Task spawn(String name, String comm, String cgroupPath, int oomScoreAdj, long nowNs) throws ErrnoException {
        Cgroup cgroup = core.cgroups.find(cgroupPath);
        if (cgroup == null) {
            throw new ErrnoException(Errno.ENOENT, "no cgroup " + cgroupPath);
        }
        if (core.cgroups.byName(name) != null) {
            throw new ErrnoException(Errno.EEXIST, "task " + name + " exists");
        }
        core.cgroups.checkAttach(cgroup);
        if (!core.mayFork(cgroup, nowNs)) {
            throw new ErrnoException(Errno.EAGAIN, "pids.max of " + cgroupPath + " or above is reached");
        }
        return core.cgroups.spawn(name, comm, cgroup, oomScoreAdj);
    }

    /** The live task of that name. Errors: ESRCH. */
    Task task(String name) throws ErrnoException {
        Task task = core.cgroups.byName(name);
        if (task == null || task.dead()) {
            throw new ErrnoException(Errno.ESRCH, "no task " + name);
        }
        return task;
    }

    /** The region of that name. Errors: ENOENT. */
    Region region(Task task, String name) throws ErrnoException {
        Region region = task.regions.get(name);
        if (region == null) {
            throw new ErrnoException(Errno.ENOENT, "task " + task.name + " has no region " + name);
        }
        return region;
    }

    /**
     * Work that fills {@code pages} new pages at the end of a region, which is made if it does not exist. Errors: EINVAL
     * if it exists with another kind or content; ENOMEM if so much may not be promised.
     *
     * @param bytesPerSecond 0: as fast as it can
     */
    Activity alloc(
            Task task,
            String regionName,
            Kind kind,
            @Nullable Content content,
            long pages,
            long bytesPerSecond,
            long nowNs)
            throws ErrnoException {
        if (kind != Kind.FILE && !core.overcommit.allows(pages, task.mappingPages())) {
            throw new ErrnoException(Errno.ENOMEM, "vm.overcommit_memory is 2 and CommitLimit would be passed");
        }
        Region region = task.regions.get(regionName);
        if (region == null) {
            region = core.mem.newRegion(regionName, kind, content == null ? Content.RANDOM : content);
            task.regions.put(regionName, region);
            if (kind == Kind.FILE) {
                core.flusher.watch(region);
            }
        } else if (region.kind != kind || content != null && !region.content.equals(content)) {
            throw new ErrnoException(
                    Errno.EINVAL,
                    "region " + regionName + " is kind=" + region.kind.name().toLowerCase(java.util.Locale.ROOT)
                            + " content=" + region.content.label());
        }
        return new AllocActivity(
                core, task, oom, kswapds, tables, region, pages, new Rate(bytesPerSecond, Units.PAGE_SHIFT, nowNs));
    }

    /**
     * Work that touches the first {@code pages} of a region.
     *
     * @param forNs how long; 0: as many touches as pages
     */
    Activity touch(
            Task task,
            Region region,
            TouchPattern pattern,
            long pages,
            long forNs,
            long bytesPerSecond,
            boolean write,
            long nowNs) {
        long count = Math.min(pages, region.pages());
        long touches = forNs > 0 ? Long.MAX_VALUE : count;
        long endNs = forNs > 0 ? nowNs + forNs : Long.MAX_VALUE;
        TouchActivity.Plan plan = new TouchActivity.Plan(pattern, count, touches, endNs, write);
        Rate rate = new Rate(bytesPerSecond, Units.PAGE_SHIFT, nowNs);
        return new TouchActivity(core, task, oom, kswapds, tables, region, plan, rate, random.split());
    }

    /**
     * Work that does what a shell loop does beside others: each child that it forks allocates kernel memory and pages of
     * its own, and exits. It goes on until the task ends. Errors: EEXIST if the task forks already.
     *
     * @param childPages pages of its own that a child writes
     * @param childrenPerSecond 0: one after the other
     */
    Activity fork(Task task, long childPages, long childrenPerSecond, long nowNs) throws ErrnoException {
        if (task.regions.containsKey(ForkActivity.REGION)) {
            throw new ErrnoException(Errno.EEXIST, "task " + task.name + " forks already");
        }
        Region region = core.mem.newRegion(ForkActivity.REGION, Kind.ANON, Content.RANDOM);
        task.regions.put(ForkActivity.REGION, region);
        Rate rate = new Rate(childrenPerSecond, 0, nowNs);
        return new ForkActivity(core, task, oom, kswapds, tables, region, childPages, rate);
    }
}
