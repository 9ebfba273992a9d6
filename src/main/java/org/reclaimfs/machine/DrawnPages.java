package org.reclaimfs.machine;

import java.util.SplittableRandom;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Region;
import org.reclaimfs.swap.SwapDevice;

/**
 * The pages that a task touches next, drawn by a pattern. Some are drawn at once, so that what is known of them is looked up
 * for all at once: one after the other, each would be waited for. NOT thread safe.
 */
final class DrawnPages {
    private static final int AHEAD = 32;

    private final Core core;
    private final MemMap mem;
    private final Region region;
    private final TouchPattern pattern;
    private final long among;
    private final SplittableRandom random;

    /** The turn of the next to be drawn. */
    private long turn;

    private final long[] pages = new long[AHEAD];
    private int at = AHEAD;

    private final int[] runs = new int[AHEAD];
    private final int[] slots = new int[AHEAD];
    /** Means nothing: see {@link MemMap#prefetch}. */
    private int prefetched;

    /** @param among how many of the region's first pages are drawn from */
    DrawnPages(Core core, Region region, TouchPattern pattern, long among, SplittableRandom random) {
        this.core = core;
        this.mem = core.mem;
        this.region = region;
        this.pattern = pattern;
        this.among = among;
        this.random = random;
    }

    /** Whether each page is the neighbour of the last, around. */
    boolean inOrder() {
        return pattern instanceof TouchPattern.Sequential;
    }

    /** The next one to be touched. */
    long peek() {
        if (at < AHEAD) {
            return pages[at];
        }
        return inOrder() ? turn % among : pages[AHEAD - ready()];
    }

    /** The next {@code n} have been touched: one, or some in order. */
    void skip(int n) {
        int drawn = Math.min(n, AHEAD - at);
        at += drawn;
        turn += n - drawn;
    }

    /** How many can be had at once, at least one. */
    int ready() {
        if (at == AHEAD) {
            draw();
        }
        return AHEAD - at;
    }

    private void draw() {
        for (int i = 0; i < AHEAD; i++) {
            pages[i] = pattern.next(turn++, among, random);
        }
        for (int i = 0; i < AHEAD; i++) {
            runs[i] = mem.guess(region.table(pages[i]), offset(pages[i]));
        }
        prefetched += mem.prefetch(runs, AHEAD);
        prefetchSlots();
        at = 0;
    }

    private static int offset(long page) {
        return (int) (page & MemMap.TABLE_PAGES - 1);
    }

    /** What the swap device knows of the slots of those that are swapped out, most likely all to the same one. */
    private void prefetchSlots() {
        SwapDevice device = null;
        int count = 0;
        for (int i = 0; i < AHEAD; i++) {
            int run = runs[i];
            int flags = run == MemMap.NIL ? 0 : mem.flags(run);
            if ((flags & (Flags.SLOT | Flags.RESIDENT)) == Flags.SLOT) {
                device = device == null ? core.swap.byType(Flags.device(flags)) : device;
                if (device.type == Flags.device(flags)) {
                    slots[count++] = mem.slot(run) + offset(pages[i]) - mem.off(run);
                }
            }
        }
        prefetched += device == null ? 0 : device.backend.prefetch(slots, count);
    }
}
