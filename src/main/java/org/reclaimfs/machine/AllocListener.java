package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.oom.Constraint;
import org.reclaimfs.oom.Outcome;

/**
 * Told what the page allocator's slow path does, in the order in which it happens. Called in the middle of a slice, with the
 * lock held: it must not change the machine, and the machine does not depend on it.
 */
public interface AllocListener {
    /** Nobody listens. */
    AllocListener NONE = new AllocListener() {};

    /**
     * A call of direct reclaim for a page, from mm_vmscan_direct_reclaim_begin to its end. Sizes in pages.
     *
     * @param freePages in the buddy lists when it began
     * @param perCpuPages on the per-CPU lists when it began
     * @param poolPages by which the pools of zram and zswap grew in this very call, less what it gave back
     */
    record DirectReclaim(
            Task task,
            long beganNs,
            long endedNs,
            long freePages,
            long perCpuPages,
            long reclaimed,
            long scanned,
            long poolPages) {}

    /**
     * One zone looked at by should_reclaim_retry: the fields of the kernel's trace event reclaim_retry_zone. Sizes in pages.
     *
     * @param minWmark with the boost
     * @param again the watermark test passed: the caller goes round again
     */
    record RetryZone(
            Task task,
            long atNs,
            int node,
            String zone,
            int order,
            long reclaimable,
            long available,
            long minWmark,
            int noProgressLoops,
            boolean again) {}

    default void directReclaim(DirectReclaim call) {}

    default void retryZone(RetryZone decision) {}

    /**
     * out_of_memory was called.
     *
     * @param current who asked; null for the writer of memory.max
     * @param domain the memcg over its limit; null for the whole machine
     */
    default void oom(
            long atNs, @Nullable Task current, @Nullable MemCgroup domain, Constraint constraint, Outcome outcome) {}
}
