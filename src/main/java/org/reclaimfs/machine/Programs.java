package org.reclaimfs.machine;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
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
    private final Kswapd kswapd;
    private final SplittableRandom random;

    Programs(Core core, PageTables tables, OomPath oom, Kswapd kswapd, SplittableRandom random) {
        this.core = core;
        this.tables = tables;
        this.oom = oom;
        this.kswapd = kswapd;
        this.random = random;
    }

    /** A new simulated process. Errors: ENOENT, EEXIST, EBUSY. */
    Task spawn(String name, String comm, String cgroupPath, int oomScoreAdj) throws ErrnoException {
        Cgroup cgroup = core.cgroups.find(cgroupPath);
        if (cgroup == null) {
            throw new ErrnoException(Errno.ENOENT, "no cgroup " + cgroupPath);
        }
        if (core.cgroups.byName(name) != null) {
            throw new ErrnoException(Errno.EEXIST, "task " + name + " exists");
        }
        core.cgroups.checkAttach(cgroup);
        return core.cgroups.spawn(name, comm, cgroup, oomScoreAdj);
    }

    /** The live task of that name. Errors: ESRCH. */
    Task task(String name) throws ErrnoException {
        Task task = core.cgroups.byName(name);
        if (task == null) {
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
     * if it exists with another kind or content.
     *
     * @param pagesPerSecond 0: as fast as it can
     */
    Activity alloc(
            Task task,
            String regionName,
            Kind kind,
            @Nullable Content content,
            long pages,
            double pagesPerSecond,
            long nowNs)
            throws ErrnoException {
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
        return new AllocActivity(core, task, oom, kswapd, tables, region, pages, new Rate(pagesPerSecond, nowNs));
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
            double pagesPerSecond,
            boolean write,
            long nowNs) {
        long count = Math.min(pages, region.pages());
        long touches = forNs > 0 ? Long.MAX_VALUE : count;
        long endNs = forNs > 0 ? nowNs + forNs : Long.MAX_VALUE;
        TouchActivity.Plan plan = new TouchActivity.Plan(pattern, count, touches, endNs, write);
        Rate rate = new Rate(pagesPerSecond, nowNs);
        return new TouchActivity(core, task, oom, kswapd, tables, region, plan, rate, random.split());
    }
}
