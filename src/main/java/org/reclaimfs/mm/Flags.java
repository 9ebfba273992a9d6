package org.reclaimfs.mm;

/** State of a run, packed in one int: small numbers in the low bits, page flags above (include/linux/page-flags.h). */
public final class Flags {
    /** Values of the list field; the first five are the kernel's {@code enum lru_list}. */
    public static final int INACTIVE_ANON = 0;

    public static final int ACTIVE_ANON = 1;
    public static final int INACTIVE_FILE = 2;
    public static final int ACTIVE_FILE = 3;
    public static final int UNEVICTABLE = 4;
    /** The run's pages are entries of zswap and stand on its LRU. */
    public static final int ZSWAP = 5;

    /** On no list: swapped to a device, or off the lists for a moment. */
    public static final int UNLISTED = 7;

    static final int LIST_MASK = 0x7;
    private static final int KIND_SHIFT = 3;
    /** Of a page in memory its zone, of an entry of zswap its pool. */
    private static final int PLACE_SHIFT = 5;

    private static final int PLACE_MASK = 0x1f;
    /** The bits of the place. */
    public static final int PLACE = PLACE_MASK << PLACE_SHIFT;

    private static final int DEVICE_SHIFT = 10;
    private static final int DEVICE_MASK = 0x1f;
    /** The bits of the device. */
    public static final int DEVICE = DEVICE_MASK << DEVICE_SHIFT;

    public static final int RESIDENT = 1 << 15;
    public static final int MAPPED = 1 << 16;
    /** The page tables' accessed bit. */
    public static final int YOUNG = 1 << 17;

    public static final int REFERENCED = 1 << 18;
    public static final int WORKINGSET = 1 << 19;
    public static final int DIRTY = 1 << 20;
    public static final int WRITEBACK = 1 << 21;
    /** PG_reclaim: rotate to the inactive tail when writeback ends. */
    public static final int RECLAIM = 1 << 22;

    public static final int SWAPCACHE = 1 << 23;
    public static final int MLOCKED = 1 << 24;
    /** The pages own swap slots. */
    public static final int SLOT = 1 << 25;
    /** The slots are marked zero in the swap table: no data anywhere. */
    public static final int ZERO = 1 << 26;
    /** The zswap entries' referenced bit: second chance. */
    public static final int ZREF = 1 << 27;

    public static final int READAHEAD = 1 << 28;
    /** A workingset shadow was left behind. */
    public static final int SHADOW = 1 << 29;

    public static final int SHADOW_WORKINGSET = 1 << 30;

    private Flags() {}

    public static int list(int flags) {
        return flags & LIST_MASK;
    }

    public static int withList(int flags, int list) {
        return flags & ~LIST_MASK | list;
    }

    /** Ordinal of the {@link Kind}. */
    public static int kind(int flags) {
        return flags >>> KIND_SHIFT & 0x3;
    }

    public static int ofKind(Kind kind) {
        return kind.ordinal() << KIND_SHIFT;
    }

    public static boolean isFile(int flags) {
        return kind(flags) == Kind.FILE.ordinal();
    }

    /** Index of the zone of a page in memory; see {@link Memory#zone}. */
    public static int zone(int flags) {
        return flags >>> PLACE_SHIFT & PLACE_MASK;
    }

    public static int withZone(int flags, int zone) {
        return flags & ~PLACE | zone << PLACE_SHIFT;
    }

    /** Index of the zswap pool that holds the entries; a page has either a zone or a pool. */
    public static int pool(int flags) {
        return flags >>> PLACE_SHIFT & PLACE_MASK;
    }

    public static int withPool(int flags, int pool) {
        return flags & ~PLACE | pool << PLACE_SHIFT;
    }

    /** Type number of the swap device of the run's slots. */
    public static int device(int flags) {
        return flags >>> DEVICE_SHIFT & DEVICE_MASK;
    }

    public static int withDevice(int flags, int device) {
        return flags & ~DEVICE | device << DEVICE_SHIFT;
    }
}
