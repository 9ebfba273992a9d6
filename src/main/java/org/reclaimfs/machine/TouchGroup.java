package org.reclaimfs.machine;

import org.reclaimfs.memcg.Folios;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Region;

/**
 * Touches in a row of which nothing can come but what is expected: of anonymous pages that are mapped, or that a device in
 * RAM has and for which there is memory, and of all pages that a touch does not change. What may stand before them is looked
 * for once. Under thrash nearly all touches are of these kinds; {@link Toucher} knows all kinds. NOT thread safe.
 */
final class TouchGroup {
    private static final int HIT = Flags.RESIDENT | Flags.MAPPED;

    private final Core core;
    private final Folios folios;
    private final MemMap mem;
    private final SwapInGroup swapIn;

    TouchGroup(Core core, Task task, FaultPath faults) {
        this.core = core;
        this.folios = core.folios;
        this.mem = core.mem;
        this.swapIn = new SwapInGroup(core, task, faults);
    }

    /**
     * Touches pages of a region, one after the other.
     *
     * @param most so many at most
     * @param untilNs none is begun at that time or later
     * @return how many were touched: fewer, if no more are drawn, if the slice is over, if the task must wait or is dead, as
     *     {@link FaultPath} knows, or if the next is of another kind
     */
    int touch(Region region, DrawnPages drawn, long most, boolean write, long untilNs, long nowNs) {
        long touchNs = core.costs.get(Cost.TOUCH);
        swapIn.begin(region, nowNs);
        int want = (int) Math.min(most, drawn.ready());
        int done = 0;
        while (done < want && core.effort.spentNs() < Activity.SLICE_NS && core.effort.nowNs() < untilNs) {
            long page = drawn.peek();
            int offset = (int) (page & MemMap.TABLE_PAGES - 1);
            int run = mem.find(region.table(page), offset);
            if (run == MemMap.NIL) {
                break;
            }
            int flags = mem.flags(run);
            if (changesNothing(flags, write)) {
                core.effort.spendAsUser(touchNs);
            } else if ((flags & HIT) == HIT && !Flags.isFile(flags) && !drawn.inOrder()) {
                core.effort.spendAsUser(touchNs);
                folios.access(run, offset - mem.off(run), 1, write);
            } else if (!SwapInGroup.fits(flags) || !swapIn.take(run, flags, offset, want - done)) {
                break;
            }
            drawn.skip(1);
            done++;
        }
        swapIn.end();
        return done;
    }

    /** Whether a page is of those that come in together. */
    boolean mayComeIn(Region region, long page) {
        int run = mem.find(region.table(page), (int) (page & MemMap.TABLE_PAGES - 1));
        return run != MemMap.NIL && SwapInGroup.fits(mem.flags(run));
    }

    /** Whether a touch would leave a page with these flags as it is. */
    private static boolean changesNothing(int flags, boolean write) {
        if (Flags.isFile(flags)) {
            int bits = Flags.RESIDENT | Flags.REFERENCED;
            return !write && (flags & bits) == bits && Flags.list(flags) != Flags.INACTIVE_FILE;
        }
        int bits = Flags.RESIDENT | Flags.MAPPED | Flags.YOUNG | (write ? Flags.DIRTY : 0);
        return (flags & bits) == bits;
    }
}
