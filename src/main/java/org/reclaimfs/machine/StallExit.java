package org.reclaimfs.machine;

/** How an allocation left its loop (spec/02 section 10), or that it has not. */
public enum StallExit {
    /** Condition 1: a page was there. */
    PAGE("a page came free"),
    /** Condition 2: the 17th round in a row without progress. It went on after the kill that followed. */
    COUNTER("17 rounds in a row made no progress"),
    /** Condition 3: no zone would pass its mark if all that is reclaimable were free. It went on after the kill. */
    ESTIMATE("all that is reclaimable would not lift a zone above its mark"),
    /** Condition 4: the task got a fatal signal. */
    KILLED("the task was killed"),
    UNDER_WAY("it has not ended");

    private final String words;

    StallExit(String words) {
        this.words = words;
    }

    /** The end of a sentence that begins "ended because". */
    public String words() {
        return words;
    }
}
