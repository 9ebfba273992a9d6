package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.memcg.TaskName;
import org.reclaimfs.oom.Constraint;
import org.reclaimfs.oom.Outcome;
import org.reclaimfs.policy.Round;

/**
 * Told what the page allocator's slow path does, in the order in which it happens. Called in the middle of a slice, with the
 * lock held: it must not change the machine, and the machine does not depend on it.
 */
public interface AllocListener {
    /**
     * A call of direct reclaim for a page, from mm_vmscan_direct_reclaim_begin to its end. Sizes in pages.
     *
     * @param freePages in the buddy lists when it began
     * @param perCpuPages on the per-CPU lists when it began
     */
    record DirectReclaim(TaskName task, long beganNs, long endedNs, long freePages, long perCpuPages, Round round) {}

    /**
     * One zone looked at by should_reclaim_retry: the fields of the kernel's trace event reclaim_retry_zone. Sizes in pages.
     *
     * @param minWmark with the boost
     * @param again the watermark test passed: the caller goes round again
     */
    record RetryZone(
            TaskName task,
            long atNs,
            int node,
            String zone,
            int order,
            long reclaimable,
            long available,
            long minWmark,
            int noProgressLoops,
            boolean again) {}

    /**
     * One allocation that had to wait: from its first reclaim, throttle or penalty to its page.
     *
     * @param endedNs when it ended, or now if it has not
     * @param rounds calls of reclaim, for its memcg or the whole machine
     * @param sum of what the calls for the whole machine did
     * @param fruitless how many of those released nothing
     * @param retries zones looked at by should_reclaim_retry
     * @param highestLoops the highest no_progress_loops; 17 is given up
     * @param lastRetry what should_reclaim_retry saw last; null if it never got there
     * @param ooms how often it asked for the OOM killer
     * @param exit how its loop was left; after an OOM kill the loop goes on, and this says why it asked last
     */
    record Stall(
            TaskName task,
            long beganNs,
            long endedNs,
            long rounds,
            Round sum,
            long fruitless,
            long retries,
            int highestLoops,
            @Nullable RetryZone lastRetry,
            long ooms,
            StallExit exit) {
        public long lastedNs() {
            return endedNs - beganNs;
        }
    }

    default void directReclaim(DirectReclaim call) {}

    /** A stall is over. */
    default void stalled(Stall stall) {}

    default void retryZone(RetryZone decision) {}

    /** A task was killed, by whomever. */
    default void killed(Kill kill) {}

    /**
     * out_of_memory was called.
     *
     * @param current who asked; null for the writer of memory.max
     * @param domain the memcg over its limit; null for the whole machine
     */
    default void oom(
            long atNs, @Nullable Task current, @Nullable MemCgroup domain, Constraint constraint, Outcome outcome) {}
}
