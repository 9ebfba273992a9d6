package org.reclaimfs.machine;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.psi.PsiGroup;
import org.reclaimfs.sched.RunQueues;

/**
 * The pressure states one thread is in, counted on its CPU in every cgroup on its path up to the system's
 * (psi_task_change, psi_task_switch, psi_memstall_enter; spec/09 section 1), and its scheduler's state in the run queues.
 * Remembers the cgroup, so that a move between cgroups leaves nothing behind. Times are those inside the slice.
 */
final class Pressure {
    private final Supplier<@Nullable Cgroup> cgroup;
    private Activity.Place place = Activity.Place.OUTSIDE;
    private int cpu;
    private boolean stalled;
    private boolean waitsForIo;
    private boolean ended;

    // What is counted at present.
    private @Nullable Cgroup where;
    private int countedCpu;
    private int counted;

    /** @param cgroup where it counts at present; null: nowhere */
    Pressure(Supplier<@Nullable Cgroup> cgroup) {
        this.cgroup = cgroup;
    }

    /** It sleeps, waits for a CPU or runs. */
    void place(Activity.Place to, int onCpu, long nowNs) {
        place = to;
        cpu = onCpu;
        count(nowNs);
    }

    /** A memory stall begins or ends; nested ones count once. */
    void stall(boolean on, long nowNs) {
        if (stalled != on) {
            stalled = on;
            count(nowNs);
        }
    }

    /** Whether it waits for a device while it sleeps. */
    void waitForIo(boolean on) {
        waitsForIo = on;
    }

    /** Its task is dead: whatever becomes of the thread counts no more. */
    void end(long nowNs) {
        ended = true;
        count(nowNs);
    }

    private int states() {
        int stall = stalled ? PsiGroup.MEMSTALL : 0;
        int runnable = PsiGroup.RUNNING | (stalled ? PsiGroup.MEMSTALL_RUNNING : 0);
        return switch (place) {
            case OUTSIDE -> 0;
            case ASLEEP -> stall | (waitsForIo ? PsiGroup.IOWAIT : 0);
            case QUEUED -> stall | runnable;
            case ON_CPU -> stall | runnable | PsiGroup.ONCPU | (stalled ? PsiGroup.ONCPU_MEMSTALL : 0);
        };
    }

    private void count(long nowNs) {
        int next = ended ? 0 : states();
        Cgroup group = next == 0 ? where : cgroup.get();
        if (group == where && cpu == countedCpu) {
            change(nowNs, counted, next);
        } else {
            change(nowNs, counted, 0);
            where = group;
            countedCpu = cpu;
            change(nowNs, 0, next);
        }
        counted = next;
        where = next == 0 ? null : group;
    }

    /** Who sleeps in a stall, or for a device, does so where no signal wakes it. */
    private static int queueState(int states) {
        if ((states & PsiGroup.RUNNING) != 0) {
            return RunQueues.RUNNABLE;
        }
        int forIo = (states & PsiGroup.IOWAIT) != 0 ? RunQueues.IOWAIT : 0;
        return states == 0 ? 0 : RunQueues.BLOCKED | forIo;
    }

    /** It has used a CPU. */
    void used(long userNs, long systemNs) {
        Cgroup group = cgroup.get();
        if (group != null) {
            group.cpu().add(userNs, systemNs);
        }
    }

    private void change(long nowNs, int from, int to) {
        int clear = from & ~to;
        int set = to & ~from;
        if ((clear | set) != 0 && where != null) {
            where.cpu().queues().change(countedCpu, queueState(from), queueState(to));
            for (Cgroup c = where; c != null; c = c.parent()) {
                c.psi().change(countedCpu, nowNs, clear, set);
            }
        }
    }
}
