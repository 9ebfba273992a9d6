package org.reclaimfs.oom;

/** What came of asking for a kill (out_of_memory's result, which does not tell the first two apart). */
public enum Outcome {
    /** Somebody was killed: try again. */
    KILLED,
    /** Nobody was: an earlier victim is still dying, there is room by now, or the request may not kill. Try again. */
    VICTIM_IN_FLIGHT,
    /** There is nobody to kill, or the machine has panicked: give up. */
    NOBODY
}
