package org.reclaimfs.swap;

import java.util.Arrays;

/** Clusters in the order they came, any of which can be taken out (the kernel's list_head). NOT thread safe. */
final class ClusterList {
    static final int NONE = -1;

    /** The cluster after each that is on the list, and before it; {@link #OFF} in {@code next} says it is on none. */
    private final int[] next;

    private static final int OFF = -2;

    private final int[] prev;
    private int first = NONE;
    private int last = NONE;

    ClusterList(int clusters) {
        next = new int[clusters];
        prev = new int[clusters];
        Arrays.fill(next, OFF);
    }

    boolean isEmpty() {
        return first == NONE;
    }

    /** Appends a cluster, if it is not on the list. */
    void add(int cluster) {
        if (next[cluster] != OFF) {
            return;
        }
        next[cluster] = NONE;
        prev[cluster] = last;
        if (last == NONE) {
            first = cluster;
        } else {
            next[last] = cluster;
        }
        last = cluster;
    }

    /** Takes a cluster out, if it is on the list. */
    void remove(int cluster) {
        int after = next[cluster];
        if (after == OFF) {
            return;
        }
        int before = prev[cluster];
        if (before == NONE) {
            first = after;
        } else {
            next[before] = after;
        }
        if (after == NONE) {
            last = before;
        } else {
            prev[after] = before;
        }
        next[cluster] = OFF;
    }

    /** Takes the first cluster out; {@link #NONE} if the list is empty. */
    int poll() {
        int cluster = first;
        if (cluster != NONE) {
            remove(cluster);
        }
        return cluster;
    }
}
