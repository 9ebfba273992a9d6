package org.reclaimfs.psi;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A group's triggers of privileged writers: looked at every tenth of the smallest window, from the first change to a
 * watched state until a window without one has passed (psi_rtpoll_work; spec/09 section 7). NOT thread safe.
 */
final class PsiPoll {
    private static final int UPDATES_PER_WINDOW = 10;

    private final List<PsiTrigger> triggers = new ArrayList<>();
    private int watchedStates;
    private long periodNs = Long.MAX_VALUE;
    /** When it runs next; {@link PsiMonitor#NEVER} while nothing happens. */
    private long dueNs = PsiMonitor.NEVER;

    private long checkNs;
    private long untilNs = -1;

    void add(PsiTrigger trigger) {
        triggers.add(trigger);
        settle();
    }

    void remove(PsiTrigger trigger) {
        if (triggers.remove(trigger)) {
            settle();
        }
    }

    private void settle() {
        watchedStates = 0;
        periodNs = Long.MAX_VALUE;
        for (PsiTrigger trigger : triggers) {
            watchedStates |= 1 << trigger.state();
            periodNs = Math.min(periodNs, trigger.windowNs() / UPDATES_PER_WINDOW);
        }
        if (triggers.isEmpty()) {
            dueNs = PsiMonitor.NEVER;
            untilNs = -1;
        }
    }

    boolean isEmpty() {
        return triggers.isEmpty();
    }

    long dueNs() {
        return dueNs;
    }

    /** A CPU is in these states now; whether that starts the looking. */
    boolean wake(int states, long nowNs) {
        if (dueNs != PsiMonitor.NEVER || (states & watchedStates) == 0) {
            return false;
        }
        dueNs = nowNs + PsiTotals.JIFFY_NS;
        return true;
    }

    /** Runs at the time it was due. */
    void run(PsiTotals totals, @Nullable PsiCpu[] cpus, boolean enabled) {
        long nowNs = dueNs;
        int seen = totals.collect(PsiTotals.TRIGGERS, cpus, nowNs, enabled);
        if ((seen & watchedStates) != 0) {
            if (nowNs > untilNs) {
                triggers.forEach(trigger -> trigger.restart(nowNs, totals));
                checkNs = nowNs + periodNs;
            }
            untilNs = nowNs + periodNs * UPDATES_PER_WINDOW;
        }
        if (nowNs > untilNs) {
            dueNs = PsiMonitor.NEVER;
            return;
        }
        if (nowNs >= checkNs) {
            triggers.forEach(trigger -> trigger.check(nowNs, totals));
            checkNs = nowNs + periodNs;
        }
        dueNs = checkNs;
    }
}
