package org.reclaimfs.swap;

import java.util.Locale;

/** Which discards swapon(2) was asked for (SWAP_FLAG_DISCARD and what narrows it; include/linux/swap.h, 7.2). */
public enum SwapDiscard {
    NONE(0, ""),
    /** The whole area, at swapon. */
    ONCE(0x30000, "Ds"),
    /** Clusters that became free. */
    PAGES(0x50000, "Dc"),
    BOTH(0x10000, "Dsc");

    private static final int DISCARD = 0x10000;
    private static final int DISCARD_ONCE = 0x20000;
    private static final int DISCARD_PAGES = 0x40000;

    /** The flags that make it. */
    public final int flags;

    private final String logged;

    SwapDiscard(int flags, String logged) {
        this.flags = flags;
        this.logged = logged;
    }

    /** What flags of swapon(2) ask for: without SWAP_FLAG_DISCARD the others say nothing, and once goes before pages. */
    public static SwapDiscard of(int flags) {
        if ((flags & DISCARD) == 0) {
            return NONE;
        }
        return (flags & DISCARD_ONCE) != 0 ? ONCE : (flags & DISCARD_PAGES) != 0 ? PAGES : BOTH;
    }

    /** A step's word. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether the area is discarded at swapon. */
    public boolean area() {
        return this == ONCE || this == BOTH;
    }

    /** Letters of the kernel's log line. */
    public String logged() {
        return logged;
    }
}
