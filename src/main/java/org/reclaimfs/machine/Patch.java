package org.reclaimfs.machine;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.policy.EfficiencyGate;
import org.reclaimfs.policy.NetProgress;
import org.reclaimfs.policy.RamBackedSwap;
import org.reclaimfs.policy.ReclaimProgress;
import org.reclaimfs.policy.RetryPolicy;
import org.reclaimfs.policy.ScaledAnon;

/** The proposed kernel changes that can be switched while the machine runs (spec/12). */
public enum Patch {
    RAM_BACKED_SWAP(new RamBackedSwap()),
    RECLAIM_PROGRESS(new ReclaimProgress(ReclaimProgress.Base.LISTS)),
    RECLAIM_PROGRESS_SCANNED(new ReclaimProgress(ReclaimProgress.Base.SCANNED)),
    NET_PROGRESS(new NetProgress()),
    SCALED_ANON(new ScaledAnon()),
    EFFICIENCY_GATE(new EfficiencyGate()),
    ZSWAP_PROACTIVE_WRITEBACK(null);

    private final String key = name().toLowerCase(Locale.ROOT);
    private final @Nullable RetryPolicy policy;

    Patch(@Nullable RetryPolicy policy) {
        this.policy = policy;
    }

    public String key() {
        return key;
    }

    /** What it changes about the retry of direct reclaim; null: nothing. */
    @Nullable
    RetryPolicy policy() {
        return policy;
    }

    /** Whether it is one of those that decide how long direct reclaim goes on. */
    public boolean decidesRetries() {
        return policy != null;
    }
}
