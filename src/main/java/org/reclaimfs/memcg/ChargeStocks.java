package org.reclaimfs.memcg;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.mm.Effort;

/**
 * What memcgs have charged ahead: on each CPU up to 64 pages for each of a few memcgs, in usage but not yet in use (struct
 * memcg_stock_pcp, consume_stock, refill_stock, drain_all_stock, and what try_charge_memcg does without reclaim; 7.2,
 * spec/04 section 2). The CPU is that of the slice under way. Unit: pages. NOT thread safe.
 */
final class ChargeStocks {
    /** What is charged at once, and the most that is kept. */
    static final int BATCH = MemCgroup.CHARGE_BATCH;
    /** NR_MEMCG_STOCK: the memcgs that a CPU keeps a stock for. */
    static final int SLOTS = 7;

    private final Effort effort;
    private final @Nullable MemCgroup[][] owners;
    private final int[][] pages;
    private final SplittableRandom random;
    /** Pages charged since the last look while a level was over its high: what the charging task owes. */
    private long overHighPages;

    ChargeStocks(Effort effort, int cpus, long seed) {
        this.effort = effort;
        this.owners = new MemCgroup[cpus][SLOTS];
        this.pages = new int[cpus][SLOTS];
        this.random = new SplittableRandom(seed);
    }

    private int find(int cpu, @Nullable MemCgroup memcg) {
        MemCgroup[] here = owners[cpu];
        for (int i = 0; i < SLOTS; i++) {
            if (here[i] == memcg) {
                return i;
            }
        }
        return -1;
    }

    /** What the present CPU has in stock for a memcg. */
    long pages(MemCgroup memcg) {
        int cpu = effort.cpu();
        int slot = find(cpu, memcg);
        return slot < 0 ? 0 : pages[cpu][slot];
    }

    /** What all CPUs have in stock for the memcgs of a subtree. */
    long pagesBelow(MemCgroup root) {
        long sum = 0;
        for (int cpu = 0; cpu < owners.length; cpu++) {
            for (int i = 0; i < SLOTS; i++) {
                MemCgroup owner = owners[cpu][i];
                sum += owner != null && owner.isDescendantOf(root) ? pages[cpu][i] : 0;
            }
        }
        return sum;
    }

    /**
     * Charges {@code n} pages, each as a call of its own: from the stock, or with a new batch, or, where a limit leaves no
     * room for one, singly. Whoever asked for the margin before does not get beyond it; reclaim itself is let beyond, which
     * the level at its limit counts (PF_MEMALLOC: force).
     */
    void charge(MemCgroup memcg, int n) {
        int cpu = effort.cpu();
        int slot = find(cpu, memcg);
        int left = n;
        if (slot >= 0) {
            int used = Math.min(left, pages[cpu][slot]);
            pages[cpu][slot] -= used;
            left -= used;
        }
        while (left > 0) {
            if (memcg.memory.tryCharge(BATCH)) {
                noteHigh(memcg, BATCH);
                int used = Math.min(left, BATCH);
                left -= used;
                refill(memcg, BATCH - used);
            } else {
                chargeSingly(memcg);
                left--;
            }
        }
    }

    private void chargeSingly(MemCgroup memcg) {
        if (memcg.memory.tryCharge(1)) {
            noteHigh(memcg, 1);
            return;
        }
        MemCgroup over = memcg.overMax();
        if (over != null) {
            over.event(MemCgroup.Event.MAX);
        }
        memcg.memory.charge(1);
    }

    /** A charge that has had to reclaim takes the one page that it was for, and no batch. */
    void chargeAfterReclaim(MemCgroup memcg) {
        if (pages(memcg) == 0 && memcg.memory.tryCharge(1)) {
            noteHigh(memcg, 1);
            refill(memcg, 1);
        }
    }

    private void noteHigh(MemCgroup memcg, int charged) {
        for (MemCgroup m = memcg; m != null && !m.isRoot(); m = m.parent()) {
            if (m.memory.usage() > m.memory.high() || m.swap.usage() > m.swap.high()) {
                overHighPages += charged;
                return;
            }
        }
    }

    /** What was charged above memory.high or memory.swap.high since the last call. */
    long takeOverHighPages() {
        long taken = overHighPages;
        overHighPages = 0;
        return taken;
    }

    /** How many pages from now on the first one is that would be charged above a high; MAX if none. */
    long pagesUntilHigh(MemCgroup memcg) {
        long room = PageCounter.MAX;
        for (MemCgroup m = memcg; m != null && !m.isRoot(); m = m.parent()) {
            room = Math.min(room, m.memory.high() - m.memory.usage());
            room = m.swap.usage() > m.swap.high() ? -1 : room;
        }
        if (room >= PageCounter.MAX / 2) {
            return PageCounter.MAX;
        }
        long stock = pages(memcg);
        if (room < 0) {
            return stock + 1;
        }
        long batches = memcg.memory.margin() / BATCH;
        long below = room / BATCH;
        return stock + (below < batches ? below * BATCH : room) + 1;
    }

    /** Kernel pages are given back one by one, and to the stock; a stock that gets too large is given back whole. */
    void uncharge(MemCgroup memcg, int n) {
        for (int left = n; left > 0; ) {
            int upTo = Math.min(left, BATCH + 1 - (int) pages(memcg));
            refill(memcg, upTo);
            left -= upTo;
        }
    }

    private void refill(MemCgroup memcg, int n) {
        int cpu = effort.cpu();
        int slot = find(cpu, memcg);
        slot = slot < 0 ? newSlot(cpu, memcg) : slot;
        pages[cpu][slot] += n;
        if (pages[cpu][slot] > BATCH) {
            drain(cpu, slot);
        }
    }

    private int newSlot(int cpu, MemCgroup memcg) {
        int slot = find(cpu, null);
        if (slot < 0) {
            slot = random.nextInt(SLOTS);
            drain(cpu, slot);
        }
        owners[cpu][slot] = memcg;
        return slot;
    }

    private void drain(int cpu, int slot) {
        MemCgroup owner = owners[cpu][slot];
        if (owner != null) {
            owner.memory.charge(-pages[cpu][slot]);
            owners[cpu][slot] = null;
            pages[cpu][slot] = 0;
        }
    }

    /** Gives back what all CPUs have in stock for the memcgs of a subtree (drain_all_stock). */
    void drainBelow(MemCgroup root) {
        for (int cpu = 0; cpu < owners.length; cpu++) {
            for (int i = 0; i < SLOTS; i++) {
                MemCgroup owner = owners[cpu][i];
                if (owner != null && owner.isDescendantOf(root)) {
                    drain(cpu, i);
                }
            }
        }
    }
}
