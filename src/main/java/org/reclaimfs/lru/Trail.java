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
    private static final int MOST = 1 << 22;
    /** How far from where it should be a run is looked for. */
    private static final int BEFORE = 64;

    private static final int BEHIND = 512;

    /** A ring; its length is a power of two. */
    private int[] ids = {};

    /** Places of the next run to come, and of the oldest one known; they only rise, and wrap. */
    private int head;

    private int oldest;
    private int at;

    /** A run has come to the head. */
    void add(int run) {
        if (head - oldest == ids.length) {
            makeRoom();
        }
        ids[head++ & ids.length - 1] = run;
    }

    /** What lies before the place that was last asked about has most likely left the list. */
    private void makeRoom() {
        oldest = at - BEFORE - oldest > 0 ? at - BEFORE : oldest;
        if (head - oldest <= ids.length / 2 && ids.length > 0) {
            return;
        }
        if (ids.length == MOST) {
            oldest = head - MOST / 2;
            return;
        }
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
     * @param into the guesses, the next one first
     * @return how many
     */
    int next(int tail, int[] into) {
        int from = Math.max(at - BEFORE - oldest, 0) + oldest;
        int n = 0;
        for (int i = from; i != head && i - at < BEHIND; i++) {
            if (ids[i & ids.length - 1] == tail) {
                at = i;
                for (int j = i; j != head && n < into.length; j++) {
                    into[n++] = ids[j & ids.length - 1];
                }
                break;
            }
        }
        at += into.length;
        at = at - head > 0 ? head : at;
        return n;
    }
}
