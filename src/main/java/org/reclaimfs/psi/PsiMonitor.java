package org.reclaimfs.psi;

import java.util.ArrayList;
import java.util.List;

/** The groups of one machine that have triggers, and when one of them is to be looked at next. NOT thread safe. */
public final class PsiMonitor {
    /** {@link #nextCheckNs}: nothing is to be looked at. */
    public static final long NEVER = Long.MAX_VALUE;

    private final List<PsiGroup> watched = new ArrayList<>();
    private long nextCheckNs = NEVER;

    /** When {@link #check} is due. */
    public long nextCheckNs() {
        return nextCheckNs;
    }

    /** Evaluates the triggers that are due at {@code nowNs}. */
    public void check(long nowNs) {
        nextCheckNs = NEVER;
        for (PsiGroup group : watched) {
            group.checkTriggers(nowNs);
            due(group.nextCheckNs());
        }
    }

    /** A watched group wants to be looked at no later than this. */
    void due(long atNs) {
        nextCheckNs = Math.min(nextCheckNs, atNs);
    }

    void watch(PsiGroup group) {
        if (!watched.contains(group)) {
            watched.add(group);
        }
    }

    void forget(PsiGroup group) {
        watched.remove(group);
    }
}
