package org.reclaimfs.scenario;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.machine.AllocListener;
import org.reclaimfs.machine.Kill;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.oom.Constraint;
import org.reclaimfs.oom.Outcome;

/**
 * The last events of the allocator's slow path on a machine, for whoever reads reclaimfs/trace. None holds a task or cgroup that is gone. Keeping one costs a
 * reference; it becomes text when somebody reads it. Under the machine's lock.
 */
final class EventRing implements AllocListener {
    /** Events kept: some seconds of a stall. */
    static final int KEPT = 1 << 14;

    private record OomEvent(
            long atNs, @Nullable String task, @Nullable String cgroup, Constraint constraint, Outcome outcome) {}

    private final @Nullable Object[] events = new Object[KEPT];
    private long next;

    /** Number of the oldest event that is kept. */
    long firstSeq() {
        return Math.max(0, next - KEPT);
    }

    /** Number that the next event will get; they count from 0. */
    long nextSeq() {
        return next;
    }

    /** The event of that number, which is kept, as keys and values. */
    Map<String, Object> get(long seq) {
        Object event = events[(int) (seq % KEPT)];
        if (event instanceof DirectReclaim call) {
            return TraceEvent.of(call);
        } else if (event instanceof RetryZone decision) {
            return TraceEvent.of(decision);
        } else if (event instanceof Stall stall) {
            return TraceEvent.of(stall);
        } else if (event instanceof Kill kill) {
            return TraceEvent.of(kill);
        } else if (event instanceof OomEvent oom) {
            return TraceEvent.ofOom(oom.atNs, oom.task, oom.cgroup, oom.constraint, oom.outcome);
        }
        throw new IllegalStateException("no event " + seq);
    }

    private void keep(Object event) {
        events[(int) (next++ % KEPT)] = event;
    }

    @Override
    public void directReclaim(DirectReclaim call) {
        keep(call);
    }

    @Override
    public void retryZone(RetryZone decision) {
        keep(decision);
    }

    @Override
    public void stalled(Stall stall) {
        keep(stall);
    }

    @Override
    public void killed(Kill kill) {
        keep(kill);
    }

    @Override
    public void oom(
            long atNs, @Nullable Task current, @Nullable MemCgroup domain, Constraint constraint, Outcome outcome) {
        String task = current == null ? null : current.name;
        keep(new OomEvent(atNs, task, domain == null ? null : domain.cgroup.path(), constraint, outcome));
    }
}
