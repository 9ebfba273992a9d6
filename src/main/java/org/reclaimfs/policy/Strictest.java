package org.reclaimfs.policy;

import java.util.Collection;
import java.util.List;
import org.reclaimfs.mm.Zone;

/** Several policies at once: of each number the least that one of them says. */
public final class Strictest implements RetryPolicy {
    private static final RetryPolicy STOCK = new Stock();

    private final List<RetryPolicy> policies;

    private Strictest(List<RetryPolicy> policies) {
        this.policies = policies;
    }

    /** The policy that follows from those that are on; stock if none is. */
    public static RetryPolicy of(Collection<RetryPolicy> policies) {
        if (policies.size() <= 1) {
            return policies.isEmpty() ? STOCK : policies.iterator().next();
        }
        return new Strictest(List.copyOf(policies));
    }

    @Override
    public long progress(Round round, Outlook outlook) {
        long least = Long.MAX_VALUE;
        for (RetryPolicy policy : policies) {
            least = Math.min(least, policy.progress(round, outlook));
        }
        return least;
    }

    @Override
    public long filePages(Zone zone, Round round, Outlook outlook) {
        long least = Long.MAX_VALUE;
        for (RetryPolicy policy : policies) {
            least = Math.min(least, policy.filePages(zone, round, outlook));
        }
        return least;
    }

    @Override
    public long anonPages(Zone zone, Round round, Outlook outlook) {
        long least = Long.MAX_VALUE;
        for (RetryPolicy policy : policies) {
            least = Math.min(least, policy.anonPages(zone, round, outlook));
        }
        return least;
    }
}
