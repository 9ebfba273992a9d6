package org.reclaimfs.machine;

import java.util.Locale;

/** The proposed kernel changes that can be switched (spec/12). */
public enum Patch {
    RAM_BACKED_SWAP(true),
    RECLAIM_PROGRESS(false),
    NET_PROGRESS(false),
    SCALED_ANON(false),
    ZSWAP_PROACTIVE_WRITEBACK(true);

    private final String key = name().toLowerCase(Locale.ROOT);
    private final boolean modelled;

    Patch(boolean modelled) {
        this.modelled = modelled;
    }

    public String key() {
        return key;
    }

    /** Whether switching it on does anything yet. */
    public boolean modelled() {
        return modelled;
    }
}
