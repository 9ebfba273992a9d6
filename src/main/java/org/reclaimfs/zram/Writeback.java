package org.reclaimfs.zram;

import org.reclaimfs.abi.Errno;
import org.reclaimfs.mm.Effort;

/**
 * Writes chosen pages to the backing device (zram_writeback_slots, 7.2; spec/23 section 4). Errors: EIO at the writeback
 * limit and for a page that the device did not take, ENOSPC if it is full; what was written before stays written.
 */
public final class Writeback extends Rework {
    /** So that a slice stays short whatever the batch size. */
    private static final int MOST_AT_ONCE = 256;

    private final Backing backing;

    /** @param device one that has a backing device */
    public Writeback(ZramDevice device) {
        super(device);
        Backing of = device.backing();
        if (of == null) {
            throw new IllegalStateException(device.name() + " has no backing device");
        }
        backing = of;
    }

    @Override
    boolean suits(long state) {
        return true;
    }

    /** One batch, which is waited for. */
    @Override
    boolean workOn(Effort effort) {
        ZramSettings settings = device.settings;
        long most = Math.min(MOST_AT_ONCE, settings.writebackBatchSize());
        if (settings.writebackLimited()) {
            long limit = settings.writebackLimitPages();
            if (limit == 0) {
                return fail(Errno.EIO);
            }
            most = Long.compareUnsigned(limit, most) < 0 ? limit : most;
        }
        if (backing.freeBlocks() == 0) {
            return fail(Errno.ENOSPC);
        }
        int slot = chosen.take(Math.min(most, backing.freeBlocks()), store.slots);
        if (slot >= 0) {
            write(slot, chosen.takenPages(), effort);
        }
        return true;
    }

    private void write(int slot, int pages, Effort effort) {
        long state = chosen.state();
        boolean asItIs = device.settings.compressedWriteback();
        long expandNs = asItIs ? device.costs().copyNs() : device.costs().expandNs(store, state);
        effort.spend((expandNs + device.costs().submitNs()) * pages);
        effort.blockUntil(backing.queueFreeNs(), true);
        int taken = backing.write(store.content(state), pages);
        if (taken > 0) {
            effort.blockUntil(backing.writtenNs(taken, effort.nowNs()), true);
            // Highest first, as they were chosen.
            store.writtenBack(slot + pages - taken, taken);
        }
        if (taken < pages) {
            fail(Errno.EIO); // the others are tried all the same
        }
        if (device.settings.writebackLimited()) {
            device.settings.setWritebackLimitPages(device.settings.writebackLimitPages() - taken);
        }
    }
}
