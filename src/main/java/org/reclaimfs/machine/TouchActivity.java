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

    private final Region region;
    private final Plan plan;
    private final Rate rate;
    private final Toucher toucher;
    private final TouchGroup group;
    private final DrawnPages drawn;
    private long turn;

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
        this.drawn = new DrawnPages(core, region, plan.pattern(), plan.pages(), random);
        this.toucher = new Toucher(core, task, faults, tables);
        this.group = new TouchGroup(core, task, faults);
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
        if (touchTogether(allowed, nowNs)) {
            return 0;
        }
        long page = drawn.peek();
        int n = toucher.touch(region, page, batch(page, allowed), plan.write(), nowNs);
        if (n == FaultPath.DEAD) {
            return DONE;
        }
        done(n);
        drawn.skip(n);
        return toucher.takeWaitNs();
    }

    private void done(int touches) {
        turn += touches;
        rate.done(touches);
    }

    /**
     * Touches of the usual kinds are one piece of work for as many as are drawn: millions of them may come in a row, and
     * between two pieces much is asked that they cannot have changed.
     *
     * @return whether there were any, or the task must do something else first
     */
    private boolean touchTogether(long allowed, long nowNs) {
        if (drawn.inOrder() && !group.mayComeIn(region, drawn.peek())) {
            return false; // many pages of a run are touched at once
        }
        toucher.clearWait();
        long most = Math.min(allowed, plan.touches() - turn);
        int n = group.touch(region, drawn, most, plan.write(), plan.endNs(), nowNs);
        done(n);
        return n > 0 || faults.waiting() || task.dead();
    }

    /** Sequential touches may be done for several neighbours at once; others come one by one. */
    private int batch(long page, long allowed) {
        if (!drawn.inOrder()) {
            return 1;
        }
        long inTable = MemMap.TABLE_PAGES - (page & MemMap.TABLE_PAGES - 1);
        long left = Math.min(plan.pages() - page, plan.touches() - turn);
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
