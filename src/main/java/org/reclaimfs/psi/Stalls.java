package org.reclaimfs.psi;

import java.util.Arrays;

/**
 * How often, how long and through how many calls of reclaim allocations were held up: one stall reaches from the first
 * reclaim for a page to the grant of that page, or the end of the one who wanted it. Those under way count with what they
 * have lasted. Times in ns. NOT thread safe.
 */
public final class Stalls {
    private static final long[] NONE = {};

    private long count;
    private long rounds;
    private long endedNs;
    private long longestEndedNs;
    /** Since when each stall under way has lasted, in no order. */
    private long[] sinceNs = NONE;

    private int open;

    /** A stall begins. */
    public void begin(long nowNs) {
        if (open == sinceNs.length) {
            sinceNs = Arrays.copyOf(sinceNs, Math.max(1, 2 * open));
        }
        sinceNs[open++] = nowNs;
        count++;
    }

    /** A call of reclaim begins in one of them. */
    public void round() {
        rounds++;
    }

    /** The stall that began at {@code beganNs} is over. */
    public void end(long beganNs, long nowNs) {
        int at = open - 1;
        while (sinceNs[at] != beganNs) {
            at--;
        }
        sinceNs[at] = sinceNs[--open];
        endedNs += nowNs - beganNs;
        longestEndedNs = Math.max(longestEndedNs, nowNs - beganNs);
    }

    public long count() {
        return count;
    }

    /** Calls of reclaim in all of them. */
    public long rounds() {
        return rounds;
    }

    public long totalNs(long nowNs) {
        long sum = endedNs;
        for (int i = 0; i < open; i++) {
            sum += Math.max(0, nowNs - sinceNs[i]);
        }
        return sum;
    }

    public long longestNs(long nowNs) {
        long longest = longestEndedNs;
        for (int i = 0; i < open; i++) {
            longest = Math.max(longest, nowNs - sinceNs[i]);
        }
        return longest;
    }
}
