package org.reclaimfs.procfs;

import java.util.HashMap;
import java.util.Map;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;
import org.reclaimfs.machine.DirtyLimits;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.machine.NodeReclaimLimits;
import org.reclaimfs.machine.Overcommit;
import org.reclaimfs.machine.Sysctls;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.mm.Watermarks;
import org.reclaimfs.oom.OomSettings;

/** The values behind /proc/sys/vm: the machine's own, and those that are only kept. Lock: the machine's. */
final class VmSettings {
    private static final long U32_MAX = 0xffff_ffffL;
    private static final int DROP_PAGE_CACHE = 1;
    private static final int DROP_SLAB = 2;
    private static final int DROP_SILENTLY = 4;
    /** What writers are called in the log: names of the host's processes are not known here. */
    private static final String WRITER = "sh";

    private static final long ADMIN_RESERVE_MAX_KIB = 8192;
    private static final long USER_RESERVE_MAX_KIB = 131_072;
    private static final int RESERVE_SHARE = 32;
    private static final int LEAST_HIGH_FRACTION = 8;

    private final Machine machine;
    private final Map<String, Long> kept = new HashMap<>();
    private boolean dropsAreSilent;

    VmSettings(Machine machine) {
        this.machine = machine;
        long share = Units.pagesToKiB(machine.memory().freePages()) / RESERVE_SHARE;
        keep("admin_reserve_kbytes", Math.min(share, ADMIN_RESERVE_MAX_KIB));
        overcommit().setUserReserveKiB(Math.min(share, USER_RESERVE_MAX_KIB));
    }

    Machine machine() {
        return machine;
    }

    Sysctls sysctls() {
        return machine.sysctls();
    }

    /** What the watermarks follow from. */
    Watermarks marks() {
        return machine.memory().watermarks();
    }

    OomSettings oom() {
        return sysctls().oom();
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
        sysctls().setSwappiness((int) value);
    }

    void setMinFreeKiB(long value) {
        marks().setMinFreeKiB(value);
    }

    void setWatermarkScaleFactor(long value) {
        marks().setScaleFactor((int) value);
    }

    /** drop_caches_sysctl_handler; the log line is silenced for good by bit 4. */
    void dropCaches(long what, int pid) {
        dropsAreSilent |= (what & DROP_SILENTLY) != 0;
        if (!dropsAreSilent) {
            machine.log(WRITER + " (" + pid + "): drop_caches: " + what);
        }
        if ((what & DROP_PAGE_CACHE) != 0) {
            sysctls().dropPageCache();
        }
        if ((what & DROP_SLAB) != 0) {
            machine.memory().vmstat.add(VmStat.DROP_SLAB, 1);
        }
    }

    DirtyLimits dirty() {
        return sysctls().dirtyLimits();
    }

    Overcommit overcommit() {
        return sysctls().overcommit();
    }

    NodeReclaimLimits nodeReclaim() {
        return sysctls().nodeReclaimLimits();
    }

    void setDirtyBytes(long bytes) throws ErrnoException {
        if (bytes != dirty().bytes()) {
            checkPages(bytes);
        }
        dirty().setBytes(bytes);
    }

    void setDirtyBackgroundBytes(long bytes) throws ErrnoException {
        checkPages(bytes);
        dirty().setBackgroundBytes(bytes);
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
        marks().setPerCpuHighFraction(fraction);
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
