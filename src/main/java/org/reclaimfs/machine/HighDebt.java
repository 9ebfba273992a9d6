package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.PageCounter;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.vmscan.Vmscan;

/**
 * Pages that a task has charged while it was over memory.high or memory.swap.high: a debt, worked off in batches by
 * reclaim from each level that is over, and slept off where that does not help (__mem_cgroup_handle_over_high, calculate_high_delay; 7.2, spec/04 section 3). NOT thread safe.
 */
final class HighDebt {
    private static final int MAX_RETRIES = 16;
    private static final int MAX_SLEEP_SECONDS = 2;

    private final Task task;
    private final int hz;
    private @Nullable MemCgroup level;
    private int retries;
    private long reclaimed;
    private boolean first;
    /** The part that this thread works off; what its task charges meanwhile, by another thread, is a new debt. */
    private long duePages;

    /** @param hz timer ticks a second: sleeps are whole ticks */
    HighDebt(Task task, int hz) {
        this.task = task;
        this.hz = hz;
    }

    /** Begins to work the debt off: a round over all levels, and more while that gains or retries are left. */
    void fallDue() {
        duePages = task.overHighPages;
        task.overHighPages = 0;
        retries = MAX_RETRIES;
        first = true;
        startRound();
    }

    private void startRound() {
        level = task.memcg();
        reclaimed = 0;
    }

    /** The next level of the round that is over its high, to be reclaimed from: {@link #wanted} pages; null: none is left. */
    @Nullable
    MemCgroup nextLevel() {
        for (MemCgroup m = level; m != null && !m.isRoot(); m = m.parent()) {
            if (m.memory.usage() > m.memory.high()) {
                m.event(MemCgroup.Event.HIGH);
                level = m.parent();
                return m;
            }
        }
        level = null;
        return null;
    }

    long wanted() {
        return first ? duePages : Vmscan.SWAP_CLUSTER_MAX;
    }

    void reclaimed(long pages) {
        reclaimed += pages;
    }

    /**
     * Ends a round.
     *
     * @return -1 for another one; else the debt is over after a sleep of so many ns
     */
    long endRound() {
        long ticks = penaltyTicks();
        // A sleep of 10 ms or less is not worth it.
        if (ticks <= hz / 100 || task.dead()) {
            return 0;
        }
        if (reclaimed > 0 || retries-- > 0) {
            first = false;
            startRound();
            return -1;
        }
        return ticks * (1_000_000_000L / hz);
    }

    /** mem_find_max_overage, calculate_high_delay: the sleep for this debt. */
    private long penaltyTicks() {
        long memory = 0;
        long swap = 0;
        for (MemCgroup m = task.memcg(); m != null && !m.isRoot(); m = m.parent()) {
            memory = Math.max(memory, overage(m.memory));
            long swapOver = overage(m.swap);
            if (swapOver > 0) {
                m.swapEvent(MemCgroup.SwapEvent.HIGH, 1);
            }
            swap = Math.max(swap, swapOver);
        }
        long debt = duePages;
        return Math.min(delayTicks(memory, debt, hz) + delayTicks(swap, debt, hz), (long) MAX_SLEEP_SECONDS * hz);
    }

    private static long overage(PageCounter counter) {
        return overage(counter.usage(), counter.high());
    }

    /** How far usage is over the limit, as a fraction of it with 20 fraction bits. */
    static long overage(long usage, long high) {
        long over = usage - high;
        return over <= 0 ? 0 : (over << 20) / Math.max(high, 1);
    }

    /** The sleep for an overage, in timer ticks. */
    static long delayTicks(long overage, long debtPages, int hz) {
        if (overage == 0) {
            return 0;
        }
        // Far over the limit the square does not fit; the result is capped anyway.
        double squared = (double) overage * overage * hz / (1 << 20) / (1 << 14);
        return (long) Math.min((double) (long) squared * debtPages / MemCgroup.CHARGE_BATCH, MAX_SLEEP_SECONDS * hz);
    }
}
