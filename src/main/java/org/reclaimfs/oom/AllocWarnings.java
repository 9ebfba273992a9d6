package org.reclaimfs.oom;

import org.reclaimfs.klog.Klog;
import org.reclaimfs.klog.RateLimit;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.mm.Gfp;

/** The page allocator's complaints (warn_alloc, check_alloc_stall_warning; mm/page_alloc.c 7.2, spec/02 sections 3, 8). */
public final class AllocWarnings {
    private static final long TEN_SECONDS_NS = 10_000_000_000L;
    private static final String WHERE = "nodemask=(null),cpuset=/,mems_allowed=0";

    private final Klog log;
    private final ShowMem mem;
    private final MemCgroup root;
    private final RateLimit failures = new RateLimit("warn_alloc", TEN_SECONDS_NS, 1);

    public AllocWarnings(Klog log, ShowMem mem, MemCgroup root) {
        this.log = log;
        this.mem = mem;
        this.root = root;
    }

    /** An allocation failed; said at most once in 10 s. */
    public void failure(String comm, Gfp gfp, int order, long nowNs) {
        if (failures.allows(log, nowNs)) {
            print(comm + ": page allocation failure: order:" + order + ", mode:" + gfp.text() + ", " + WHERE, nowNs);
        }
    }

    /** An allocation has waited {@code seconds}; the caller sees to it that this is said once in 10 s. */
    public void stall(String comm, long seconds, Gfp gfp, int order, long nowNs) {
        print(
                comm + ": page allocation stall for " + seconds + " secs: order:" + order + ", mode:" + gfp.text() + " "
                        + WHERE,
                nowNs);
    }

    private void print(String line, long nowNs) {
        log.warn(nowNs, line);
        mem.print(nowNs);
        ShowMem.printProtection(log, nowNs, root);
    }
}
