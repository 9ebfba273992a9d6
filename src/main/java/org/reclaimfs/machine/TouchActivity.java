package org.reclaimfs.machine;

import java.util.SplittableRandom;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.MemMap;
import org.reclaimfs.mm.Region;

/** A task touches pages of a region by a pattern, a number of times or for a while. */
final class TouchActivity extends TaskActivity {
    /**
     * How to touch.
     *
     * @param pages how many of the region's first pages take part
     * @param touches how many touches; {@code Long.MAX_VALUE} until {@code endNs}
     */
    record Plan(TouchPattern pattern, long pages, long touches, long endNs, boolean write) {}

    /** How many touches are drawn at once, to look up the pages of all of them at once. */
    private static final int AHEAD = 32;

    private final Region region;
    private final Plan plan;
    private final Rate rate;
    private final Toucher toucher;
    private final SplittableRandom random;
    /** Pages drawn and not yet touched, from {@link #drawnAt} on. */
    private final long[] drawn = new long[AHEAD];

    private final int[] drawnRuns = new int[AHEAD];

    private int drawnAt = AHEAD;
    /** Means nothing: see {@link MemMap#prefetch}. */
    private int prefetched;

    private long turn;
    private long pending = -1;

    TouchActivity(
            Core core,
            Task task,
            OomPath oom,
            Kswapds kswapds,
            PageTables tables,
            Region region,
            Plan plan,
            Rate rate,
            SplittableRandom random) {
        super(core, task, oom, kswapds);
        this.region = region;
        this.plan = plan;
        this.rate = rate;
        this.random = random;
        this.toucher = new Toucher(core, task, faults, tables);
    }

    @Override
    long work(long nowNs) {
        long at = core.effort.nowNs();
        if (turn >= plan.touches() || at >= plan.endNs() || plan.pages() == 0) {
            return DONE;
        }
        long allowed = rate.allowed(at);
        if (allowed <= 0) {
            toucher.clearWait();
            return Math.min(rate.waitNs(at), plan.endNs() - at);
        }
        if (pending < 0) {
            if (touchQuietly(allowed)) {
                return 0;
            }
            pending = next();
        }
        int n = toucher.touch(region, pending, batch(allowed), plan.write(), nowNs);
        if (n == FaultPath.DEAD) {
            return DONE;
        }
        if (n > 0) {
            turn += n;
            rate.done(n);
            pending = -1;
        }
        return toucher.takeWaitNs();
    }

    /**
     * Touches that change nothing, as those of a set that fits into memory are, are one piece of work for as many as are
     * drawn: millions of them may come in a row, and between two pieces much is asked that they cannot have changed.
     *
     * @return whether there were any
     */
    private boolean touchQuietly(long allowed) {
        if (plan.pattern() instanceof TouchPattern.Sequential) {
            return false;
        }
        if (drawnAt == AHEAD) {
            drawAhead();
        }
        long most = Math.min(allowed, plan.touches() - turn);
        int done = 0;
        while (drawnAt < AHEAD
                && done < most
                && core.effort.spentNs() < SLICE_NS
                && core.effort.nowNs() < plan.endNs()
                && toucher.touchQuietly(region, drawn[drawnAt], plan.write())) {
            drawnAt++;
            done++;
        }
        if (done == 0) {
            return false;
        }
        toucher.clearWait();
        turn += done;
        rate.done(done);
        return true;
    }

    private long next() {
        if (plan.pattern() instanceof TouchPattern.Sequential) {
            return plan.pattern().next(turn, plan.pages(), random);
        }
        return drawn[drawnAt++];
    }

    private void drawAhead() {
        for (int i = 0; i < AHEAD; i++) {
            drawn[i] = plan.pattern().next(turn + i, plan.pages(), random);
        }
        for (int i = 0; i < AHEAD; i++) {
            drawnRuns[i] = core.mem.guess(region.table(drawn[i]), (int) (drawn[i] & MemMap.TABLE_PAGES - 1));
        }
        prefetched += core.mem.prefetch(drawnRuns, AHEAD);
        for (int i = 0; i < AHEAD; i++) {
            prefetched += toucher.prefetchSlot(drawnRuns[i], drawn[i]);
        }
        drawnAt = 0;
    }

    /** Sequential touches may be done for several neighbours at once; others come one by one. */
    private int batch(long allowed) {
        if (!(plan.pattern() instanceof TouchPattern.Sequential)) {
            return 1;
        }
        long inTable = MemMap.TABLE_PAGES - (pending & MemMap.TABLE_PAGES - 1);
        long left = Math.min(plan.pages() - pending, plan.touches() - turn);
        return (int) Math.min(Math.min(inTable, left), Math.min(allowed, 64));
    }

    @Override
    boolean waitsForIo() {
        return toucher.waitedForIo();
    }

    @Override
    boolean stallsWhileWaiting() {
        return toucher.waitedForIo() && toucher.waitedForWorkingset();
    }
}
