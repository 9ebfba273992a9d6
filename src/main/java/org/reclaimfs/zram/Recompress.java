package org.reclaimfs.zram;

import org.reclaimfs.abi.Errno;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Effort;
import org.reclaimfs.mm.Zsmalloc;

/**
 * Compresses chosen pages anew with a secondary algorithm, and keeps what saves memory (recompress_slot, 7.2; spec/23
 * section 5). Error: ENOMEM, which ends it.
 */
public final class Recompress extends Rework {
    private static final int MOST_AT_ONCE = 64;
    /** Bytes are really compressed, which takes this machine's time. */
    private static final int MOST_BYTES_AT_ONCE = 8;

    private final int priority;
    private final Costs.Algorithm algorithm;
    private final int thresholdBytes;
    private final boolean last;
    private long pagesLeft;

    /**
     * @param priority of a configured algorithm
     * @param thresholdBytes smaller objects are left alone, and new ones must be smaller; 0: none
     * @param maxPages attempts, unsigned
     */
    public Recompress(ZramDevice device, int priority, int thresholdBytes, long maxPages) {
        super(device);
        this.priority = priority;
        Costs.Algorithm of = device.settings.algorithm(priority);
        if (of == null) {
            throw new IllegalArgumentException("no algorithm of priority " + priority);
        }
        this.algorithm = of;
        this.thresholdBytes = thresholdBytes;
        this.pagesLeft = maxPages < 0 ? Long.MAX_VALUE : maxPages;
        boolean highest = true;
        for (int higher = priority + 1; higher < ZramSettings.PRIORITIES; higher++) {
            highest &= device.settings.algorithm(higher) == null;
        }
        this.last = highest;
    }

    @Override
    boolean suits(long state) {
        return !Slot.has(state, Slot.INCOMPRESSIBLE)
                && Slot.priority(state) < priority
                && store.objectBytes(state) >= thresholdBytes;
    }

    @Override
    boolean workOn(Effort effort) {
        if (pagesLeft == 0) {
            return false;
        }
        int most = Slot.hasBytes(chosen.state()) ? MOST_BYTES_AT_ONCE : MOST_AT_ONCE;
        int slot = chosen.take(Math.min(pagesLeft, most), store.slots);
        return slot < 0 || compress(slot, chosen.takenPages(), effort);
    }

    private boolean compress(int slot, int pages, Effort effort) {
        long state = chosen.state();
        long compressNs = device.costs().compressNs(algorithm, store.content(state));
        effort.spend((device.costs().expandNs(store, state) + compressNs) * pages);
        pagesLeft -= pages;
        if (Slot.hasBytes(state)) {
            return compressBytes(slot, pages, state);
        }
        int bytes = store.contents.bytes(Slot.content(state), priority);
        if (!helps(bytes, state)) {
            store.triedInVain(slot, pages, last);
            return true;
        }
        return store.recompressed(slot, pages, priority) == pages || fail(Errno.ENOMEM);
    }

    /** Slots of objects of one length: each page becomes what it becomes. */
    private boolean compressBytes(int slot, int pages, long state) {
        for (int at = slot + pages - 1; at >= slot; at--) {
            int bytes = store.bytes.compress(at, state, priority);
            if (!helps(bytes, state)) {
                store.triedInVain(at, 1, last);
            } else if (!store.recompressedBytes(at, priority, bytes)) {
                return fail(Errno.ENOMEM);
            }
        }
        return true;
    }

    private boolean helps(int bytes, long state) {
        boolean smaller = Zsmalloc.classSize(bytes) < Zsmalloc.classSize(store.objectBytes(state));
        return smaller && (thresholdBytes == 0 || bytes < thresholdBytes);
    }
}
