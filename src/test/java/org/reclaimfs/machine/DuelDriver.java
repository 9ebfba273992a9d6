package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.mm.VmStat;

/**
 * Who runs when in a {@link Duel}: slices of the fast model with nobody else's in between, the turns of kswapd, the ends of
 * writes, and what runs by itself when an operation is over.
 */
final class DuelDriver {
    /** Every slice of an activity does one step and ends, so that both models agree where devices may finish. */
    static final long STEP_NS = 1_000_000;
    /** A slice that enters the allocator's slow path is known by what it costs. */
    static final long SLOW_PATH_NS = STEP_NS + 1;
    /** A write to memory.high or max goes on while reclaim finds something: a signal ends it here. */
    static final int MAX_CALLS = 300;

    private static final long JIFFY_NS = 4_000_000;
    private static final int ENDLESS = 300_000;
    private static final int ENDLESS_RECLAIMS = 3_000;

    private final Machine fast;
    private final RefMachine ref;
    private final boolean seriesB;
    private final Set<Kswapd> awake = new HashSet<>();
    private final List<Activity> naps = new ArrayList<>();
    private boolean endless;
    private long clockNs;

    DuelDriver(Machine fast, RefMachine ref, boolean seriesB) {
        this.fast = fast;
        this.ref = ref;
        this.seriesB = seriesB;
        // The end of a memcg's lists costs nothing, so no slice ends there; but their writes have gone to the device.
        fast.core().effort.betweenPieces(this::devicesFinish);
    }

    private void devicesFinish() {
        if (!ref.lateIo) {
            fast.completeIo();
        }
    }

    /** Whether an operation of the fast model goes on for ever. */
    boolean endless() {
        return endless;
    }

    /** Runs an activity of the fast model to its end; nothing else runs meanwhile. */
    @Nullable
    Errno drive(Activity activity) {
        clockNs = Math.max(clockNs, fast.nowNs());
        long throttles = fast.vmstat(VmStat.PGSCAN_DIRECT_THROTTLE);
        boolean throttled = false;
        long cost = step(activity);
        for (int slices = 0; cost != Activity.DONE; slices++) {
            clockNs += cost;
            if (!ref.lateIo || activity instanceof Swapoff swapoff && swapoff.waitsForWrite()) {
                fast.completeIo();
            }
            if (activity instanceof LimitWrite write && write.calls() >= MAX_CALLS) {
                activity.signal();
            }
            // The reference frees what a victim has when it is killed.
            fast.completeExits();
            boolean slowPath = cost == SLOW_PATH_NS || cost == SLOW_PATH_NS + STEP_NS;
            throttled = throttled && cost == JIFFY_NS;
            if (slowPath) {
                throttled = fast.vmstat(VmStat.PGSCAN_DIRECT_THROTTLE) > throttles;
                throttles = fast.vmstat(VmStat.PGSCAN_DIRECT_THROTTLE);
            }
            if (slowPath || throttled) {
                turns();
            }
            if (slices > ENDLESS) {
                // The reference must come to no end either, which its caller sees.
                endless = true;
                ref.reclaimsLeft = ENDLESS_RECLAIMS;
                return null;
            }
            cost = step(activity);
        }
        devicesFinish();
        // Who dies has nothing left that a late write could rotate.
        fast.completeExits();
        fast.completeIo();
        turns();
        return activity.error();
    }

    private long step(Activity activity) {
        fast.core().effort.begin(clockNs, activity.cpu());
        long cost = activity.step(clockNs);
        if (cost == Activity.DONE) {
            clockNs = Math.max(clockNs, fast.core().effort.nowNs());
        }
        return cost;
    }

    /** Each kswapd that is awake gets to the end of a run; the next one, if it is due, has only begun. */
    private void turns() {
        for (int node = 0; node < fast.threads().kswapds.count(); node++) {
            Kswapd kswapd = fast.threads().kswapds.of(node);
            if (kswapd.takeWake()) {
                awake.add(kswapd);
            }
            if (!awake.contains(kswapd)) {
                continue;
            }
            long run = fast.vmstat(VmStat.PAGEOUTRUN);
            long cost = 0;
            while (cost != Activity.DONE && fast.vmstat(VmStat.PAGEOUTRUN) == run) {
                clockNs += cost;
                cost = step(kswapd);
                devicesFinish();
            }
            if (cost == Activity.DONE) {
                awake.remove(kswapd);
            } else {
                clockNs += cost;
            }
            Activity nap = kswapd.takeNap();
            if (nap != null) {
                naps.add(nap);
            }
        }
    }

    /** Undisturbed naps end, and who does not sleep on then has a turn. */
    private void endNaps() {
        List<Activity> ending = List.copyOf(naps);
        naps.clear();
        ending.forEach(nap -> nap.step(clockNs));
        turns();
        ref.kswapds.forEach(RefKswapd::napOver);
        ref.sliceEnded();
    }

    private static final Activity NOTHING = new Activity() {
        @Override
        public long step(long nowNs) {
            return DONE;
        }
    };

    /** Lets what runs by itself run in both, then compares. */
    List<String> settleAndCompare() {
        if (endless) {
            return List.of("the fast model came to no end, the reference did");
        }
        fast.completeIo();
        ref.completeIo();
        endNaps();
        // Late writes end with the operation, also those of kswapd's last turn.
        fast.completeIo();
        fast.advance(clockNs, Integer.MAX_VALUE);
        // Whoever else was woken meanwhile is queued now, and runs at last.
        fast.step(NOTHING);
        long until = Math.max(clockNs, fast.nowNs()) + 100_000_000_000L;
        while (!fast.advance(until, 1)) {
            fast.completeIo();
        }
        fast.completeIo();
        // Which CPU was free for the worker is the scheduler's affair.
        ref.settle(seriesB, fast.threads().worker.cpu());
        // What the next operation does at once, it does on the first CPU.
        fast.core().effort.begin(clockNs, 0);
        List<String> differences = new ArrayList<>(Comparison.differences(fast, ref));
        try {
            fast.checkInvariants();
        } catch (IllegalStateException e) {
            differences.add("invariant: " + e.getMessage());
        }
        return differences;
    }
}
