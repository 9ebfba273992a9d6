package org.reclaimfs.psi;

/**
 * How often, how long and through how many calls of reclaim allocations were held up: one stall reaches from the first
 * reclaim for a page to the grant of that page, or the end of the one who wanted it. Times in ns. NOT thread safe.
 */
public final class Stalls {
    private long count;
    private long totalNs;
    private long longestNs;
    private long rounds;

    /** A stall is over. */
    public void add(long spanNs, long itsRounds) {
        count++;
        totalNs += spanNs;
        longestNs = Math.max(longestNs, spanNs);
        rounds += itsRounds;
    }

    public long count() {
        return count;
    }

    public long totalNs() {
        return totalNs;
    }

    public long longestNs() {
        return longestNs;
    }

    /** Calls of reclaim in all of them. */
    public long rounds() {
        return rounds;
    }
}
