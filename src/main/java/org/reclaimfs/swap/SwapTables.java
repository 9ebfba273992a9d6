package org.reclaimfs.swap;

import org.reclaimfs.mm.KernelUse;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.mm.SlabCache;

/**
 * The memory that a swap cluster in use costs: a page for its table and an array of memcg ids (mm/swap_table.h, since
 * 6.18; spec/06 section 3). Without a table there is no slot: this gate ends swap-out when memory is short.
 */
public final class SwapTables {
    private static final int MEMCG_IDS_BYTES = 1024;

    private final Memory ram;
    private final boolean needed;
    private final SlabCache memcgIds;
    private boolean refused;
    private long failures;

    /** @param needed false for kernels whose clusters have no table */
    public SwapTables(Memory ram, boolean needed) {
        this.ram = ram;
        this.needed = needed;
        this.memcgIds = new SlabCache(ram, MEMCG_IDS_BYTES);
    }

    boolean take() {
        if (!needed) {
            return true;
        }
        refused = !ram.takeSwapTable();
        if (!refused && memcgIds.makeRoom() > 0) {
            memcgIds.add(1);
            return true;
        }
        if (!refused) {
            ram.kernelUse(KernelUse.SWAP_TABLES, -1);
        }
        refused = true;
        failures++;
        return false;
    }

    /** At swapon memory is not short, and swapon waits for it. */
    void takeForHeader() {
        if (needed && ram.kernelUse(KernelUse.SWAP_TABLES, 1)) {
            memcgIds.makeRoom();
            memcgIds.add(1);
        }
    }

    void give() {
        if (needed) {
            memcgIds.add(-1);
            ram.kernelUse(KernelUse.SWAP_TABLES, -1);
        }
    }

    void clearRefused() {
        refused = false;
    }

    /** Whether the last search for a slot failed because a table could not be had. */
    public boolean refused() {
        return refused;
    }

    /** Tables asked for in vain since boot. */
    public long failures() {
        return failures;
    }
}
