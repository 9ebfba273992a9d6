package org.reclaimfs.mm;

/** The moment a slice of work runs at, and the virtual time it has cost so far. One for the whole machine. */
public final class Effort {
    private long nowNs;
    private long spentNs;
    private long userNs;
    private long blockedUntilNs;
    private boolean blockedForIo;
    private int cpu;
    private Runnable betweenPieces = () -> {};

    /** Starts a slice. */
    public void begin(long atNs) {
        nowNs = atNs;
        spentNs = 0;
        userNs = 0;
        blockedUntilNs = 0;
        blockedForIo = false;
    }

    /** Starts a slice on a CPU. */
    public void begin(long atNs, int onCpu) {
        begin(atNs);
        cpu = onCpu;
    }

    /** The CPU of the slice; 0 for one that has none of the machine's. */
    public int cpu() {
        return cpu;
    }

    /**
     * Whoever works must sleep until then, before more than the piece at hand is done.
     *
     * @param forIo whether a device is what it waits for
     */
    public void blockUntil(long atNs, boolean forIo) {
        blockedUntilNs = Math.max(blockedUntilNs, atNs);
        blockedForIo |= forIo && atNs > nowNs();
    }

    /** How long the slice's end is to be slept after, in ns. */
    public long blockedNs() {
        return Math.max(0, blockedUntilNs - nowNs());
    }

    public boolean blockedForIo() {
        return blockedForIo;
    }

    /** Whether a slice that may cost {@code sliceNs} goes on. If so, others may have a look at the machine first. */
    public boolean goesOn(long sliceNs) {
        if (spentNs < sliceNs && blockedNs() == 0) {
            betweenPieces.run();
            return true;
        }
        return false;
    }

    /** Sets what is done between two pieces of a slice's work, where all books balance (cond_resched). It changes nothing. */
    public void betweenPieces(Runnable look) {
        betweenPieces = look;
    }

    /** The kernel works. */
    public void spend(long ns) {
        spentNs += ns;
    }

    /** A task itself works, in user mode. */
    public void spendAsUser(long ns) {
        spentNs += ns;
        userNs += ns;
    }

    /** Virtual time inside the slice: its start plus what it has cost. */
    public long nowNs() {
        return nowNs + spentNs;
    }

    public long spentNs() {
        return spentNs;
    }

    /** The part of {@link #spentNs} that was spent in user mode. */
    public long userNs() {
        return userNs;
    }
}
