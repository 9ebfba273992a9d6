package org.reclaimfs.memcg;

import java.util.Locale;
import org.reclaimfs.abi.Units;

/** The keys of memory.stat in the kernel's order (memory_stats and memcg_vm_event_stat, mm/memcontrol.c 7.2). */
public enum MemoryStat {
    ANON(Unit.PAGES),
    FILE(Unit.PAGES),
    KERNEL(Unit.PAGES),
    KERNEL_STACK(Unit.KIB),
    PAGETABLES(Unit.PAGES),
    SEC_PAGETABLES(Unit.PAGES),
    PERCPU(Unit.BYTES),
    SOCK(Unit.PAGES),
    VMALLOC(Unit.PAGES),
    SHMEM(Unit.PAGES),
    ZSWAP(Unit.BYTES),
    ZSWAPPED(Unit.PAGES),
    ZSWAP_INCOMP(Unit.PAGES),
    ZSWPWB_PROACTIVE_B(Unit.BYTES),
    FILE_MAPPED(Unit.PAGES),
    FILE_DIRTY(Unit.PAGES),
    FILE_WRITEBACK(Unit.PAGES),
    SWAPCACHED(Unit.PAGES),
    ANON_THP(Unit.PAGES),
    FILE_THP(Unit.PAGES),
    SHMEM_THP(Unit.PAGES),
    INACTIVE_ANON(Unit.PAGES),
    ACTIVE_ANON(Unit.PAGES),
    INACTIVE_FILE(Unit.PAGES),
    ACTIVE_FILE(Unit.PAGES),
    UNEVICTABLE(Unit.PAGES),
    SLAB_RECLAIMABLE(Unit.BYTES),
    SLAB_UNRECLAIMABLE(Unit.BYTES),
    SLAB(Unit.SUM),
    WORKINGSET_REFAULT_ANON(Unit.COUNT),
    WORKINGSET_REFAULT_FILE(Unit.COUNT),
    WORKINGSET_ACTIVATE_ANON(Unit.COUNT),
    WORKINGSET_ACTIVATE_FILE(Unit.COUNT),
    WORKINGSET_RESTORE_ANON(Unit.COUNT),
    WORKINGSET_RESTORE_FILE(Unit.COUNT),
    WORKINGSET_NODERECLAIM(Unit.COUNT),
    PGDEMOTE_KSWAPD(Unit.COUNT),
    PGDEMOTE_DIRECT(Unit.COUNT),
    PGDEMOTE_KHUGEPAGED(Unit.COUNT),
    PGDEMOTE_PROACTIVE(Unit.COUNT),
    PGSTEAL_KSWAPD(Unit.COUNT),
    PGSTEAL_DIRECT(Unit.COUNT),
    PGSTEAL_KHUGEPAGED(Unit.COUNT),
    PGSTEAL_PROACTIVE(Unit.COUNT),
    PGSCAN_KSWAPD(Unit.COUNT),
    PGSCAN_DIRECT(Unit.COUNT),
    PGSCAN_KHUGEPAGED(Unit.COUNT),
    PGSCAN_PROACTIVE(Unit.COUNT),
    PGREFILL(Unit.COUNT),
    PGSCAN(Unit.SUM),
    PGSTEAL(Unit.SUM),
    PSWPIN(Unit.COUNT),
    PSWPOUT(Unit.COUNT),
    PGFAULT(Unit.COUNT),
    PGMAJFAULT(Unit.COUNT),
    PGACTIVATE(Unit.COUNT),
    PGDEACTIVATE(Unit.COUNT),
    PGLAZYFREE(Unit.COUNT),
    PGLAZYFREED(Unit.COUNT),
    SWPIN_ZERO(Unit.COUNT),
    SWPOUT_ZERO(Unit.COUNT),
    ZSWPIN(Unit.COUNT),
    ZSWPOUT(Unit.COUNT),
    ZSWPWB(Unit.COUNT),
    THP_FAULT_ALLOC(Unit.COUNT),
    THP_COLLAPSE_ALLOC(Unit.COUNT),
    THP_SWPOUT(Unit.COUNT),
    THP_SWPOUT_FALLBACK(Unit.COUNT);

    /** The unit the model counts in. Printed are bytes, except for counts. */
    public enum Unit {
        PAGES,
        BYTES,
        KIB,
        COUNT,
        /** Computed from other items when printed. */
        SUM
    }

    private final String key = name().toLowerCase(Locale.ROOT);
    private final Unit unit;

    MemoryStat(Unit unit) {
        this.unit = unit;
    }

    /** The printed key. */
    public String key() {
        return key;
    }

    public Unit unit() {
        return unit;
    }

    /** What is printed for a value in the item's own unit: bytes, or a count. */
    long printed(long value) {
        return switch (unit) {
            case PAGES -> Units.pagesToBytes(value);
            case KIB -> value << 10;
            case BYTES, COUNT, SUM -> value;
        };
    }

    /** Whether memory.numa_stat prints it too: node-level items only (spec/21 section 7). */
    public boolean inNumaStat() {
        return switch (this) {
            case KERNEL, PERCPU, SOCK, ZSWAP, ZSWAPPED, ZSWAP_INCOMP, ZSWPWB_PROACTIVE_B, SLAB -> false;
            default -> ordinal() <= PGREFILL.ordinal();
        };
    }
}
