package org.reclaimfs.oom;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.Task;

/** Badness and selection (oom_badness, oom_evaluate_task, select_bad_process; 7.2). Unit: pages. */
public final class OomKiller {
    /** The oom_score_adj that nobody kills. */
    public static final int UNKILLABLE = -1000;

    /**
     * What the scan of the tasks found.
     *
     * @param victim the worst task; null if none can be killed, or the scan was aborted
     * @param inFlight an earlier victim is still dying: nobody else is chosen
     */
    public record Choice(@Nullable Task victim, boolean inFlight) {}

    private OomKiller() {}

    /**
     * Looks at the tasks in the order of their list; the later of equals is worse.
     *
     * @param origins tasks that are the reason for the shortage by their own doing (swapoff), chosen before all others
     */
    public static Choice select(Iterable<Task> tasks, Iterable<Task> origins, OomControl control) {
        Task worst = null;
        long most = Long.MIN_VALUE;
        for (Task origin : origins) {
            if (control.concerns(origin)) {
                if (origin.oomVictim()) {
                    return new Choice(null, true);
                }
                worst = origin;
                most = Long.MAX_VALUE;
            }
        }
        for (Task task : tasks) {
            if (!control.concerns(task) || task.oomSkip()) {
                continue;
            }
            if (task.oomVictim()) {
                return new Choice(null, true);
            }
            long points = badness(task, control.totalPages());
            if (task.oomScoreAdj() != UNKILLABLE && points >= most) {
                most = points;
                worst = task;
            }
        }
        return new Choice(worst, false);
    }

    /** rss + swap entries + page tables, shifted by oom_score_adj thousandths of {@code totalPages}. */
    public static long badness(Task task, long totalPages) {
        long points = task.rssPages() + task.swapEntryPages() + task.pageTablePages();
        return points + task.oomScoreAdj() * (totalPages / 1000);
    }

    /** /proc/PID/oom_score: 0 to about 1333 (proc_oom_score). */
    public static long score(Task task, long totalPages) {
        if (task.oomScoreAdj() == UNKILLABLE || task.oomSkip() || totalPages == 0) {
            return 0;
        }
        return (1000 + badness(task, totalPages) * 1000 / totalPages) * 2 / 3;
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
