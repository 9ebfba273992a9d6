package org.reclaimfs.zram;

import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Costs;

/** What work on a zram device's slots costs, in ns of CPU time. */
final class ZramCosts {
    private final Costs costs;

    ZramCosts(Costs costs) {
        this.costs = costs;
    }

    /** A look at so many slots. */
    long scanNs(long slots) {
        return slots * costs.get(Cost.ZRAM_SLOT);
    }

    /** Storing a page. */
    long writeNs(Costs.Algorithm algorithm, Content content) {
        if (content.sameFilled()) {
            return costs.get(Cost.ZERO_CHECK);
        }
        return compressNs(algorithm, content) + costs.get(Cost.ZSMALLOC_STORE);
    }

    /** Compressing a page. */
    long compressNs(Costs.Algorithm algorithm, Content content) {
        return costs.compressNs(algorithm, content);
    }

    /** Reading the pages of some slots. */
    long readNs(ZramStore from, int slot, int pages) {
        long ns = 0;
        int end = slot + pages;
        for (int at = slot; at < end; ) {
            int next = from.slots.runEnd(at, end);
            ns += readNs(from, from.slots.state(at)) * (next - at);
            at = next;
        }
        return ns;
    }

    /** Reading the page of a slot in such a state. */
    long readNs(ZramStore from, long state) {
        if (state == Slot.EMPTY || Slot.has(state, Slot.SAME)) {
            return costs.get(Cost.ZERO_CHECK);
        }
        return (Slot.has(state, Slot.WRITTEN_BACK) ? submitNs() : 0) + expandNs(from, state);
    }

    /** Getting at the page of a slot's object. */
    long expandNs(ZramStore from, long state) {
        Costs.Algorithm algorithm = from.contents.algorithm(Slot.priority(state));
        return from.compressed(state) && algorithm != null ? costs.decompressNs(algorithm) : copyNs();
    }

    /** Copying a page. */
    long copyNs() {
        return costs.get(Cost.COPY);
    }

    /** Handing a page to the backing device. */
    long submitNs() {
        return costs.get(Cost.SUBMIT_IO);
    }
}
