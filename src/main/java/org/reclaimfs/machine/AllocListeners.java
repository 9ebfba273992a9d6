package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.oom.Constraint;
import org.reclaimfs.oom.Outcome;

/** All who listen, told in the order in which they came. */
final class AllocListeners implements AllocListener {
    private final List<AllocListener> all = new ArrayList<>();

    void add(AllocListener listener) {
        all.add(listener);
    }

    @Override
    public void directReclaim(DirectReclaim call) {
        for (AllocListener listener : all) {
            listener.directReclaim(call);
        }
    }

    @Override
    public void retryZone(RetryZone decision) {
        for (AllocListener listener : all) {
            listener.retryZone(decision);
        }
    }

    @Override
    public void stalled(Stall stall) {
        for (AllocListener listener : all) {
            listener.stalled(stall);
        }
    }

    @Override
    public void killed(Kill kill) {
        for (AllocListener listener : all) {
            listener.killed(kill);
        }
    }

    @Override
    public void oom(
            long atNs, @Nullable Task current, @Nullable MemCgroup domain, Constraint constraint, Outcome outcome) {
        for (AllocListener listener : all) {
            listener.oom(atNs, current, domain, constraint, outcome);
        }
    }
}
