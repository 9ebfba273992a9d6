package org.reclaimfs.oom;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.Task;

/** Badness and selection (oom_badness, select_bad_process). Unit: pages. */
public final class OomKiller {
    private static final int UNKILLABLE = -1000;

    private OomKiller() {}

    /** The worst task, the later of equals; null if none can be killed. {@code domain} null is the whole machine. */
    public static @Nullable Task select(Iterable<Task> tasks, @Nullable MemCgroup domain, long totalPages) {
        Task worst = null;
        long most = Long.MIN_VALUE;
        for (Task task : tasks) {
            if (task.oomScoreAdj() == UNKILLABLE
                    || domain != null && !task.memcg().isDescendantOf(domain)) {
                continue;
            }
            long points = badness(task, totalPages);
            if (points >= most) {
                most = points;
                worst = task;
            }
        }
        return worst;
    }

    /** rss + swap entries + page tables, shifted by oom_score_adj thousandths of {@code totalPages}. */
    public static long badness(Task task, long totalPages) {
        long points = task.rssPages() + task.swapEntryPages() + task.pageTablePages();
        return points + task.oomScoreAdj() * (totalPages / 1000);
    }

    /** The highest cgroup with oom.group between the victim and the domain; null if there is none. */
    public static @Nullable MemCgroup group(Task victim, MemCgroup domain) {
        MemCgroup group = null;
        for (MemCgroup m = victim.memcg(); m != null; m = m.parent()) {
            if (m.oomGroup()) {
                group = m;
            }
            if (m == domain) {
                break;
            }
        }
        return group;
    }
}
