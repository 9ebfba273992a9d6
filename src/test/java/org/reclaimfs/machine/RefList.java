package org.reclaimfs.machine;

/** The lists a page can stand on, in the order of {@link org.reclaimfs.mm.Flags}. */
enum RefList {
    INACTIVE_ANON,
    ACTIVE_ANON,
    INACTIVE_FILE,
    ACTIVE_FILE,
    UNEVICTABLE,
    ZSWAP;

    boolean file() {
        return this == INACTIVE_FILE || this == ACTIVE_FILE;
    }

    boolean active() {
        return this == ACTIVE_ANON || this == ACTIVE_FILE;
    }
}
