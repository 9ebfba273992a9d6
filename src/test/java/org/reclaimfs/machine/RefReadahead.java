package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.VmStat;

/** Which pages a swap-in from a disk brings along (spec/06 section 7). */
final class RefReadahead {
    private static final int TABLE = 512;

    private final RefMachine machine;
    int pageCluster = 3;
    boolean vmaEnabled = true;
    private long hits = 4;
    private long prevSlot;
    private long lastWindow;

    RefReadahead(RefMachine machine) {
        this.machine = machine;
    }

    private boolean byAddress(RefRegion region) {
        return region.kind != Kind.SHMEM
                && vmaEnabled
                && machine.swap.devices.stream().allMatch(d -> d.solidState);
    }

    /** The page was found in the swap cache by a fault. */
    void found(RefPage page) {
        RefRegion region = page.region;
        if (page.readahead) {
            machine.count(VmStat.SWAP_RA_HIT, 1);
            if (byAddress(region)) {
                region.hits = Math.min(region.hits + 1, 63);
            } else {
                hits++;
            }
            page.readahead = false;
        }
        if (byAddress(region)) {
            region.prevFault = page.index;
        }
    }

    /**
     * The pages to read for a fault on {@code page}, itself among them, in order; null where there is none. Whose a slot
     * is may change while those before it are read.
     */
    List<Supplier<@Nullable RefPage>> around(RefPage page) {
        return byAddress(page.region) ? neighbours(page) : block(page);
    }

    private List<Supplier<@Nullable RefPage>> neighbours(RefPage page) {
        RefRegion region = page.region;
        if (pageCluster == 0) {
            return List.of(() -> page);
        }
        int at = page.index;
        long max = Math.min(32, 1L << pageCluster);
        int window = (int)
                window(at == region.prevFault + 1 || at == region.prevFault - 1, region.hits, max, region.lastWindow);
        int left = at - (window - 1) / 2;
        if (at == region.prevFault + 1) {
            left = at;
        } else if (at == region.prevFault - 1) {
            left = at - window + 1;
        }
        region.prevFault = at;
        region.lastWindow = window;
        region.hits = 0;
        List<Supplier<@Nullable RefPage>> pages = new ArrayList<>();
        for (int i = left; i < left + window; i++) {
            if (i >= 0 && i / TABLE == at / TABLE && i < region.pages.size()) {
                RefPage near = region.pages.get(i);
                pages.add(() -> near);
            }
        }
        return pages;
    }

    private List<Supplier<@Nullable RefPage>> block(RefPage page) {
        if (pageCluster == 0) {
            return List.of(() -> page);
        }
        int slot = java.util.Objects.requireNonNull(page.slot).number();
        long window = window(Math.abs(slot - prevSlot) == 1, hits, 1L << pageCluster, lastWindow);
        prevSlot = hits == 0 ? slot : prevSlot;
        hits = 0;
        lastWindow = window;
        RefDevice device = page.device();
        List<Supplier<@Nullable RefPage>> pages = new ArrayList<>();
        for (long s = slot / window * window; s < (slot / window + 1) * window; s++) {
            int at = (int) s;
            pages.add(() -> device.owners.get(at));
        }
        return pages;
    }

    private static long window(boolean adjacent, long hits, long max, long last) {
        long p = adjacent ? 2 : 1;
        if (hits > 0) {
            for (p = 4; p < hits + 2; p *= 2) {}
        }
        return Math.max(Math.min(p, max), last / 2);
    }
}
