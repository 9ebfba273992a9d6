package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.mm.VmStat;

/** What stands before a page of one task: the charge, the frame, and the reclaim for them (spec/02; spec/04 sections 2, 3, 5). */
abstract class RefAdmission {
    private static final int RETRIES = 16;

    final RefMachine machine;
    final RefTask task;
    final int cpu;

    /** The first fruitless round of a charge is free. */
    private boolean hadFreeRound;

    private boolean hasReclaimed;

    private int retries = RETRIES;
    private boolean passedOom;
    private int fruitless;
    /** The node of the frame that the last {@link #admit} promised. */
    int node;

    RefAdmission(RefMachine machine, RefTask task, int cpu) {
        this.machine = machine;
        this.task = task;
        this.cpu = cpu;
    }

    // ---- charging -----------------------------------------------------------------------------------------

    /**
     * Whether one page may be charged to {@code memcg}. If not, some reclaim was done: look again, as it may have changed
     * what is to be done.
     */
    final boolean admit(RefMemcg memcg) {
        machine.stocks.takeOverHigh();
        if (memcg.margin() > 0) {
            if (hasReclaimed && !memcg.isRoot()) {
                machine.stocks.chargeAfterReclaim(memcg);
            }
            chargeEnds();
            return findFrame();
        }
        // Who is killed goes round again until it may give up, and only then frees its memory.
        do {
            RefMemcg over = memcg.overMax();
            over.event(MemCgroup.Event.MAX);
            RefOom.endDying(machine);
            long got = reclaim(over, 32);
            hasReclaimed = true;
            if (over.usage >= over.max && !goesRoundAgain(over, got)) {
                chargeEnds();
                break;
            }
        } while (task.dead && memcg.margin() == 0);
        if (task.dead) {
            RefOom.endDying(machine);
            RefOom.exit(machine, task);
        }
        return false;
    }

    private void chargeEnds() {
        hasReclaimed = false;
        hadFreeRound = false;
        retries = RETRIES;
        passedOom = false;
    }

    private boolean goesRoundAgain(RefMemcg over, long got) {
        if (!hadFreeRound) {
            hadFreeRound = true;
            machine.stocks.drainBelow(over);
            return true;
        }
        if (got > 0 || retries-- > 0) {
            return true;
        }
        if (passedOom && task.dead) {
            return false;
        }
        over.event(MemCgroup.Event.OOM);
        passedOom = RefOom.kill(machine, over, task);
        retries = RETRIES;
        return passedOom;
    }

    // ---- the page allocator -------------------------------------------------------------------------------

    /** Whether a frame may be taken from {@link #node}; if not, a round of direct reclaim was done (spec/02). */
    private boolean findFrame() {
        int here = machine.ram.nodeOfCpu(cpu);
        node = machine.ram.aboveLow(here);
        if (node < 0) {
            machine.kswapds.forEach(RefKswapd::wake);
            node = machine.ram.aboveMin(here, 0);
        }
        // The page tables that the page may need come from the reserves, but they must be there.
        if (node >= 0 && machine.ram.anyFree(12)) {
            fruitless = 0;
            return true;
        }
        throttle(here);
        long got = reclaim(null, 32);
        boolean found = machine.ram.aboveMin(here, 0) >= 0;
        if (got > 0) {
            machine.kswapds.forEach(RefKswapd::progress);
            if (!found) {
                machine.ram.drain();
                found = machine.ram.aboveMin(here, 0) >= 0;
            }
        }
        if (!found && !worthAnotherRound(here, got)) {
            fruitless = 0;
            if (!machine.ram.anyAboveHigh(here)) {
                RefOom.kill(machine, null, null);
            }
        }
        return false;
    }

    /** Half of MIN is kswapd's: waits, though not for ever. */
    private void throttle(int here) {
        RefKswapd guard = machine.kswapds.get(here);
        boolean allowed = guard.allowDirectReclaim();
        machine.sliceEnded();
        if (allowed) {
            return;
        }
        machine.count(VmStat.PGSCAN_DIRECT_THROTTLE, 1);
        for (int polls = 0; ; polls++) {
            machine.kswapds.forEach(RefKswapd::wake);
            if (guard.allowDirectReclaim() || polls >= 2500) {
                return;
            }
            machine.sliceEnded();
        }
    }

    private boolean worthAnotherRound(int here, long got) {
        fruitless = got > 0 ? 0 : fruitless + 1;
        return fruitless <= 16
                && machine.ram.from(here).stream().anyMatch(n -> n.free + machine.reclaimable(n.id) > n.min + n.boost);
    }

    private long reclaim(@Nullable RefMemcg from, long pages) {
        machine.stocks.takeOverHigh();
        long got = new RefReclaim(machine, from, pages, RefReclaim.DIRECT, -1, cpu).run();
        noteOverHigh();
        return got;
    }

    final void noteOverHigh() {
        task.overHigh += machine.stocks.takeOverHigh();
    }

    /** memory.high: what was charged above it is a debt, worked off when the fault is over. */
    final void charged() {
        noteOverHigh();
        if (task.overHigh == 0) {
            return;
        }
        long due = task.overHigh;
        task.overHigh = 0;
        int left = 16;
        boolean first = true;
        while (true) {
            long got = 0;
            for (RefMemcg m = task.memcg; m != null && !m.isRoot(); m = m.parent) {
                if (m.usage > m.high) {
                    m.event(MemCgroup.Event.HIGH);
                    got += reclaim(m, first ? due : 32);
                }
            }
            first = false;
            if (penaltyJiffies(due) <= 2 || got == 0 && left-- <= 0) {
                return;
            }
        }
    }

    private long penaltyJiffies(long due) {
        double memory = 0;
        double swap = 0;
        for (RefMemcg m = task.memcg; m != null && !m.isRoot(); m = m.parent) {
            memory = Math.max(memory, jiffies(m.usage, m.high, due));
            swap = Math.max(swap, jiffies(m.swapUsage, m.swapHigh, due));
            if (m.swapUsage > m.swapHigh) {
                m.swapEvent(MemCgroup.SwapEvent.HIGH);
            }
        }
        return (long) Math.min(500, memory + swap);
    }

    private static double jiffies(long usage, long high, long due) {
        if (usage <= high) {
            return 0;
        }
        double over = ((usage - high) << 20) / Math.max(1, high);
        return Math.min(500, Math.floor(Math.floor(over * over * 250 / (1L << 34)) * due / 64));
    }
}
