package org.reclaimfs.procfs;

import java.util.HashMap;
import java.util.Map;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.mm.Watermarks;
import org.reclaimfs.oom.OomSettings;

/** The values behind /proc/sys/vm: the machine's own, and those that are only kept. Lock: the machine's. */
final class VmSettings {
    private static final long U32_MAX = 0xffff_ffffL;
    private static final int DROP_PAGE_CACHE = 1;
    private static final int DROP_SLAB = 2;
    private static final long ADMIN_RESERVE_MAX_KIB = 8192;
    private static final long USER_RESERVE_MAX_KIB = 131_072;
    private static final int RESERVE_SHARE = 32;
    private static final int LEAST_HIGH_FRACTION = 8;

    private final Machine machine;
    private final Map<String, Long> kept = new HashMap<>();

    VmSettings(Machine machine) {
        this.machine = machine;
        long share = Units.pagesToKiB(machine.memory().freePages()) / RESERVE_SHARE;
        keep("admin_reserve_kbytes", Math.min(share, ADMIN_RESERVE_MAX_KIB));
        keep("user_reserve_kbytes", Math.min(share, USER_RESERVE_MAX_KIB));
    }

    Machine machine() {
        return machine;
    }

    /** What the watermarks follow from. */
    Watermarks marks() {
        return machine.memory().watermarks();
    }

    OomSettings oom() {
        return machine.oomSettings();
    }

    /** A kept value; {@code first} until it is set. */
    long kept(String name, long first) {
        return kept.getOrDefault(name, first);
    }

    void keep(String name, long value) {
        kept.put(name, value);
    }

    // ---- values with an effect ----

    void setSwappiness(long value) {
        machine.setSwappiness((int) value);
    }

    void setMinFreeKiB(long value) {
        marks().setMinFreeKiB(value);
    }

    void setWatermarkScaleFactor(long value) {
        marks().setScaleFactor((int) value);
    }

    /** drop_caches_sysctl_handler; bit 4 only silences the kernel's log line. */
    void dropCaches(long what) {
        if ((what & DROP_PAGE_CACHE) != 0) {
            machine.dropPageCache();
        }
        if ((what & DROP_SLAB) != 0) {
            machine.memory().vmstat.add(VmStat.DROP_SLAB, 1);
        }
    }

    /** vm_commit_limit. */
    long commitLimitPages() {
        long kib = kept("overcommit_kbytes", 0);
        long ofRam =
                kib != 0 ? Units.kibToPages(kib) : machine.memory().totalPages() * kept("overcommit_ratio", 50) / 100;
        return ofRam + machine.swap().totalPages();
    }

    // ---- values that depend on each other ----

    void setOvercommitRatio(long percent) {
        keep("overcommit_ratio", percent);
        keep("overcommit_kbytes", 0);
    }

    void setOvercommitKiB(long kib) {
        keep("overcommit_kbytes", kib);
        keep("overcommit_ratio", 0);
    }

    /** dirty_ratio_handler: only a change clears the other. */
    void setDirtyRatio(long percent) {
        if (percent != kept("dirty_ratio", 20)) {
            keep("dirty_bytes", 0);
        }
        keep("dirty_ratio", percent);
    }

    void setDirtyBytes(long bytes) throws ErrnoException {
        if (bytes != kept("dirty_bytes", 0)) {
            checkPages(bytes);
            keep("dirty_ratio", 0);
        }
        keep("dirty_bytes", bytes);
    }

    void setDirtyBackgroundRatio(long percent) {
        keep("dirty_background_ratio", percent);
        keep("dirty_background_bytes", 0);
    }

    void setDirtyBackgroundBytes(long bytes) throws ErrnoException {
        checkPages(bytes);
        keep("dirty_background_bytes", bytes);
        keep("dirty_background_ratio", 0);
    }

    private static void checkPages(long bytes) throws ErrnoException {
        if (Units.bytesToPagesUp(bytes) > U32_MAX) {
            throw new ErrnoException(Errno.ERANGE, "more than 2^32 - 1 pages");
        }
    }

    /** percpu_pagelist_high_fraction_sysctl_handler. */
    void setHighFraction(long fraction) throws ErrnoException {
        if (fraction != 0 && fraction < LEAST_HIGH_FRACTION) {
            throw new ErrnoException(Errno.EINVAL, "0, or at least 8");
        }
        keep("percpu_pagelist_high_fraction", fraction);
    }

    void setPageCluster(long order) {
        machine.readahead().setPageCluster((int) order);
    }

    /** sysctl_compaction_handler: there is nothing to compact. */
    void compact(long value) throws ErrnoException {
        if (value != 1) {
            throw new ErrnoException(Errno.EINVAL, "only 1 compacts");
        }
    }

    /** Huge pages cannot be reserved: as on a machine whose memory is too fragmented, none is. */
    void reserveHugePages(long count) {
        // the count read stays what could be reserved: 0
    }
}
