package org.reclaimfs.oom;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Gfp;

/**
 * One request to kill (struct oom_control).
 *
 * @param current the task that asks; null for one that is not simulated: whoever writes memory.max
 * @param memcg the memcg over its limit; null for the whole machine
 * @param constraint MEMCG exactly if {@code memcg} is given
 * @param nodes the nodes the request is confined to, as a list like "0-1"
 * @param totalPages memory and swap that badness is measured by
 */
public record OomControl(
        @Nullable Task current,
        Gfp gfp,
        int order,
        @Nullable MemCgroup memcg,
        Constraint constraint,
        String nodes,
        long totalPages) {
    /** The command's name of a writer that is no simulated task. */
    private static final String WRITER = "sh";

    String comm() {
        return current == null ? WRITER : current.comm;
    }

    int oomScoreAdj() {
        return current == null ? 0 : current.oomScoreAdj();
    }

    /** Prefix of the kill line. */
    public String message() {
        return memcg == null ? "Out of memory" : "Memory cgroup out of memory";
    }

    boolean concerns(Task task) {
        return memcg == null || task.memcg().isDescendantOf(memcg);
    }
}
