package org.reclaimfs.machine;

import org.reclaimfs.abi.Units;
import org.reclaimfs.memcg.MemoryStat;

/**
 * How much memory may be promised: vm.overcommit_* (mm/util.c __vm_enough_memory, vm_commit_limit; 7.2). Tasks are root's,
 * so the reserve for administrators is theirs too.
 *
 * <p>Why mode 0 refuses nothing: its only test is of a single mapping larger than all memory and swap, and a step {@code alloc}
 * stands for as many small ones as it takes. What a task has promised but not touched yet is not known here: Committed_AS
 * counts pages in RAM and in swap.
 */
public final class Overcommit {
    private static final int NEVER = 2;
    /** A task leaves this part of its own size free, for the user to recover with. */
    private static final int USER_RESERVE_SHARE = 32;

    private final Core core;
    private int mode;
    private int percent = 50;
    private long kib;
    private long userReserveKiB;

    Overcommit(Core core) {
        this.core = core;
    }

    /** CommitLimit. */
    public long limitPages() {
        long ofRam = kib != 0 ? Units.kibToPages(kib) : core.ram.totalPages() * percent / 100;
        return ofRam + core.swap.totalPages();
    }

    /** Committed_AS. */
    public long committedPages() {
        long inSwap = core.swap.totalPages() - core.swap.freePages();
        return core.rootMemcg().stat(MemoryStat.ANON) + core.rootMemcg().stat(MemoryStat.SHMEM) + inSwap;
    }

    /** Whether a task that has {@code taskPages} may map so many more. */
    boolean allows(long pages, long taskPages) {
        if (mode != NEVER) {
            return true;
        }
        long reserve = Math.min(taskPages / USER_RESERVE_SHARE, Units.kibToPages(userReserveKiB));
        return committedPages() + pages < limitPages() - reserve;
    }

    // ---- the sysctls ----

    public int mode() {
        return mode;
    }

    public void setMode(int value) {
        mode = value;
    }

    public int percent() {
        return percent;
    }

    public void setPercent(int value) {
        percent = value;
        kib = 0;
    }

    public long kib() {
        return kib;
    }

    public void setKiB(long value) {
        kib = value;
        percent = 0;
    }

    public long userReserveKiB() {
        return userReserveKiB;
    }

    public void setUserReserveKiB(long value) {
        userReserveKiB = value;
    }
}
