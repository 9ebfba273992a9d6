package org.reclaimfs.vmscan;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.Folios;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Region;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.swap.SwapDevice;

/**
 * Single pages of a batch that differ only in where they are, on their way to a device in RAM together: what counts and
 * costs the same for each is done once for all, as for the pages of a run. Under thrash every run is a page. Pages that
 * something may happen to on the way go one by one, through {@link Pageout}. NOT thread safe.
 */
final class SwapOutGroup {
    private static final int MOST = Vmscan.SWAP_CLUSTER_MAX;

    /** What pages of a group need not have in common. */
    private static final int ANY = Flags.PLACE | Flags.REFERENCED | Flags.WORKINGSET | Flags.DIRTY;

    private static final int WANTED =
            Flags.withList(Flags.ofKind(Kind.ANON), Flags.UNLISTED) | Flags.RESIDENT | Flags.MAPPED;

    private final Vmscan vm;
    private final Folios folios;
    private final MemMap mem;
    private final Scan scan;
    private final Pageout pageout;
    private final int cpu;

    private final int[] runs = new int[MOST];
    private final int[] slots = new int[MOST];
    /** How many runs of the batch had been kept before each. */
    private final int[] keptBefore = new int[MOST];

    private int count;
    private @Nullable Region region;
    private int memcgId;
    private int node;

    SwapOutGroup(Vmscan vm, Scan scan, Pageout pageout, int cpu) {
        this.vm = vm;
        this.folios = vm.folios;
        this.mem = folios.mem;
        this.scan = scan;
        this.pageout = pageout;
        this.cpu = cpu;
    }

    /** Takes an isolated run of old swap-backed pages; its fate is sealed at the next {@link #flush}, if not at once. */
    void swapOut(int run) {
        if ((mem.flags(run) & ~ANY) != WANTED || mem.len(run) != 1) {
            flush();
            pageout.swapOut(run);
            return;
        }
        if (mem.region(run) != region || mem.memcg(run) != memcgId || mem.node(run) != node) {
            flush();
            region = mem.region(run);
            memcgId = mem.memcg(run);
            node = mem.node(run);
        }
        keptBefore[count] = vm.batch.backCount();
        runs[count++] = run;
    }

    /** Sends all on their way, in the order they came. */
    void flush() {
        Region from = region;
        int kept = vm.batch.backCount();
        for (int i = 0; i < count && from != null; ) {
            int n = together(from, i);
            if (n == 0) {
                vm.batch.keepAt(keptBefore[i] + vm.batch.backCount() - kept);
                pageout.swapOut(runs[i++]);
            }
            i += n;
        }
        vm.batch.keepAt(vm.batch.backCount());
        count = 0;
        region = null;
    }

    /** Swaps out as many as can go together, from the one at {@code first} on; 0 if something may happen to that one. */
    private int together(Region from, int first) {
        SwapDevice device = vm.swap.current(cpu);
        MemCgroup memcg = folios.memcgs.get(memcgId);
        int want = count - first;
        if (want == 1 || device == null || !plain(device, memcg, from.content, want)) {
            return 0;
        }
        int n = vm.swap.allocateHere(cpu, want, slots);
        if (n > 0) {
            memcg.swap.charge(n);
            folios.mappedToSwap(from, memcg, node, n);
            vm.effort.spend(vm.costs.get(Cost.UNMAP) * n);
            pageout.noteWrites(n);
            folios.event(memcg, MemoryStat.PSWPOUT, VmStat.PSWPOUT, n);
            device.backend.writeEach(slots, n, from.content, node);
            memcg.cgroup.countIo(device.path, true, n);
            pageout.spendWritten(device, from.content, n);
            leave(first, n, device, memcg);
        }
        return n;
    }

    /** Whether nothing but what is expected can happen to so many pages: there is room for them everywhere. */
    private boolean plain(SwapDevice device, MemCgroup memcg, Content content, int pages) {
        return !content.zero()
                && !vm.zswap.enabled()
                && !device.knowsOwners()
                && memcg.swapMargin(vm.swap.freePages()) > pages
                && memcg.swapUntilHigh() > pages
                && device.backend.roomFor(content, pages);
    }

    private void leave(int first, int n, SwapDevice device, MemCgroup memcg) {
        int age = vm.workingset.evict(scan.root(), node, n);
        int last = MemMap.NIL;
        for (int i = 0; i < n; i++) {
            int run = runs[first + i];
            int flags = mem.flags(run);
            scan.freedFrame(Flags.zone(flags));
            int shadow = Flags.SHADOW | ((flags & Flags.WORKINGSET) != 0 ? Flags.SHADOW_WORKINGSET : 0);
            int left = (WANTED | flags & Flags.PLACE) & ~(Flags.RESIDENT | Flags.MAPPED);
            mem.setFlags(run, Flags.withDevice(left, device.type) | Flags.SLOT | shadow);
            mem.setSlot(run, slots[i]);
            mem.setShadow(run, age + i, scan.root().id);
            last = join(last, run);
        }
        scan.freedCharge(memcg, n);
    }

    /**
     * Joins a page that has just left with those before it; returns the run it is part of now. Shadows of a run rise by one a
     * page, so the only pages it can follow are the last that left.
     */
    private int join(int last, int run) {
        if (last == MemMap.NIL) {
            return mem.joinNeighbours(run);
        }
        if (!mem.canJoin(last, run)) {
            return run;
        }
        mem.join(last, run);
        return last;
    }
}
