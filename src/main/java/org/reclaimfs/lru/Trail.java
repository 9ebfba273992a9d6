package org.reclaimfs.lru;

import java.util.Arrays;

/**
 * In which order runs came to the head of a list: a guess at which are next at its tail. A list can only be walked a step at a
 * time, and each is a look at a place that is in none of the processor's caches; a guess can be looked at all at once.
 * It is a guess, since runs that were taken out or joined are not taken out here: nothing but speed depends on it. NOT
 * thread safe.
 */
final class Trail {
    private static final int FIRST = 64;
    /** How far from the last known place the tail is looked for: some go back to the tail, more are taken off it. */
    private static final int BEFORE = 64;

    private static final int BEHIND = 512;
    /** Looks that are left out after some in vain, at most: a list whose tail never came by here is not searched all the time. */
    private static final int MOST_LEFT_OUT = 64;

    /** A ring; its length is a power of two. */
    private int[] ids = {};

    /** Places of the next run to come, of the oldest one known and of the one last seen at the tail; they only rise, and wrap. */
    private int head;

    private int oldest;
    private int at;
    private int misses;
    private int leaveOut;

    /**
     * A run has come to the head.
     *
     * @param listed runs on the list before it
     */
    void add(int run, int listed) {
        if (head - oldest == ids.length) {
            makeRoom(listed);
        }
        ids[head++ & ids.length - 1] = run;
    }

    /** What lies before the place of the tail has left the list, and if there are more than the list has, the oldest have. */
    private void makeRoom(int listed) {
        if (at - oldest > ids.length / 2) {
            oldest = at - BEFORE / 2;
        } else if (ids.length / 2 > listed + FIRST) {
            oldest += ids.length / 2;
            at = at - oldest < 0 ? oldest : at;
        } else {
            lengthen();
        }
    }

    private void lengthen() {
        int[] longer = Arrays.copyOf(ids, Math.max(FIRST, ids.length * 2));
        for (int i = oldest; i != head; i++) {
            longer[i & longer.length - 1] = ids[i & ids.length - 1];
        }
        ids = longer;
    }

    /**
     * Guesses which runs are the next to come to the tail.
     *
     * @param tail the run there now
     * @param listed runs on the list
     * @param into the guesses, the next one first
     * @return how many
     */
    int next(int tail, int listed, int[] into) {
        if (leaveOut > 0) {
            leaveOut--;
            return 0;
        }
        if (!findNearby(tail)) {
            // Right if every run of the list has come to its head, and stayed.
            at = head - Math.min(listed, head - oldest);
            if (!findNearby(tail)) {
                misses++;
                leaveOut = Math.min(misses, MOST_LEFT_OUT);
                return 0;
            }
        }
        misses = 0;
        int n = Math.min(head - at, into.length);
        for (int j = 0; j < n; j++) {
            into[j] = ids[at + j & ids.length - 1];
        }
        return n;
    }

    private boolean findNearby(int run) {
        int before = Math.min(BEFORE, at - oldest);
        return find(run, at, Math.min(BEHIND, head - at)) || find(run, at - before, before);
    }

    private boolean find(int run, int from, int places) {
        for (int i = 0; i < places; i++) {
            if (ids[from + i & ids.length - 1] == run) {
                at = from + i;
                return true;
            }
        }
        return false;
    }

    /** Places it has at present; for tests. */
    int capacity() {
        return ids.length;
    }
}
