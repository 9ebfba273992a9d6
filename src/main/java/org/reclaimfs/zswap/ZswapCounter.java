package org.reclaimfs.zswap;

import java.util.Locale;

/** The event counters of /sys/kernel/debug/zswap. */
public enum ZswapCounter {
    POOL_LIMIT_HIT,
    REJECT_RECLAIM_FAIL,
    REJECT_ALLOC_FAIL,
    REJECT_KMEMCACHE_FAIL,
    REJECT_COMPRESS_FAIL,
    REJECT_COMPRESS_POOR,
    DECOMPRESS_FAIL,
    WRITTEN_BACK_PAGES;

    private final String key = name().toLowerCase(Locale.ROOT);

    /** The file's name. */
    public String key() {
        return key;
    }
}
