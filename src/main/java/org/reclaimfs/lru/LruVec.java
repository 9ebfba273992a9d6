package org.reclaimfs.lru;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.MemMap;

/**
 * The lists of one cgroup. Pages enter at the head and are scanned from the tail; inside a run the page with the lowest
 * index is the one nearest the tail. {@code prev} of a run is its neighbour towards the head. NOT thread safe.
 */
public final class LruVec {
    private static final int LISTS = 6;
    /** Runs of a list that the processor's caches do not hold anyway. */
    private static final int LONG = 1024;

    private final MemMap mem;
    private final int[] head = new int[LISTS];
    private final int[] tail = new int[LISTS];
    private final long[] sizePages = new long[LISTS];
    private final int[] runs = new int[LISTS];
    private final @Nullable Trail[] trails = new Trail[LISTS];

    /** Reclaim cost by type, for the anon/file balance (lru_note_cost). */
    public long anonCost;

    public long fileCost;
    /** Clock of evictions and activations, for refault distances. */
    public long nonresidentAge;
    /** Snapshot of workingset_activate_anon and _file at the last direct reclaim. */
    public final long[] activateSnapshot = new long[2];
    /** Swap-ins from a device since the zswap shrinker looked. */
    public long diskSwapins;
    /** Scanning that the zswap shrinker put off. */
    public long shrinkerDeferred;

    public LruVec(MemMap mem) {
        this.mem = mem;
        java.util.Arrays.fill(head, MemMap.NIL);
        java.util.Arrays.fill(tail, MemMap.NIL);
    }

    public long sizePages(int list) {
        return sizePages[list];
    }

    /** The oldest run of the list, or NIL. */
    public int tail(int list) {
        return tail[list];
    }

    /** The newest run of the list, or NIL. */
    public int head(int list) {
        return head[list];
    }

    /** Puts an unlisted run at the head of the list, joined with the run there if they fit. Returns where it went. */
    public int addHead(int list, int run) {
        mem.setFlags(run, Flags.withList(mem.flags(run), list));
        sizePages[list] += mem.len(run);
        int newest = head[list];
        if (newest != MemMap.NIL && mem.canJoin(newest, run)) {
            mem.join(newest, run);
            return newest;
        }
        mem.setNext(run, newest);
        mem.setPrev(run, MemMap.NIL);
        if (newest == MemMap.NIL) {
            tail[list] = run;
        } else {
            mem.setPrev(newest, run);
        }
        head[list] = run;
        noteHead(list, run);
        return run;
    }

    private void noteHead(int list, int run) {
        Trail trail = trails[list];
        if (trail == null && runs[list] >= LONG) {
            trail = new Trail();
            trails[list] = trail;
        }
        if (trail != null) {
            trail.add(run, runs[list]);
        }
        runs[list]++;
    }

    /**
     * Guesses which runs come to the tail next, without a look at them: for {@link MemMap#prefetch}, nothing else.
     *
     * @param into the guesses
     * @return how many
     */
    public int guessTail(int list, int[] into) {
        Trail trail = trails[list];
        return trail == null ? 0 : trail.next(tail[list], runs[list], into);
    }

    /** Puts an unlisted run at the tail: it is the next to be scanned, lowest page first. */
    public int addTail(int list, int run) {
        mem.setFlags(run, Flags.withList(mem.flags(run), list));
        sizePages[list] += mem.len(run);
        int oldest = tail[list];
        if (oldest != MemMap.NIL && mem.canJoin(run, oldest)) {
            mem.setPrev(run, mem.prev(oldest));
            mem.setNext(run, MemMap.NIL);
            if (mem.prev(oldest) == MemMap.NIL) {
                head[list] = run;
            } else {
                mem.setNext(mem.prev(oldest), run);
            }
            tail[list] = run;
            mem.join(run, oldest);
            return run;
        }
        mem.setPrev(run, oldest);
        mem.setNext(run, MemMap.NIL);
        if (oldest == MemMap.NIL) {
            head[list] = run;
        } else {
            mem.setNext(oldest, run);
        }
        tail[list] = run;
        runs[list]++;
        return run;
    }

    /** Takes a listed run off its list. */
    public void del(int run) {
        int list = Flags.list(mem.flags(run));
        int newer = mem.prev(run);
        int older = mem.next(run);
        if (newer == MemMap.NIL) {
            head[list] = older;
        } else {
            mem.setNext(newer, older);
        }
        if (older == MemMap.NIL) {
            tail[list] = newer;
        } else {
            mem.setPrev(older, newer);
        }
        sizePages[list] -= mem.len(run);
        runs[list]--;
        mem.setFlags(run, Flags.withList(mem.flags(run), Flags.UNLISTED));
    }

    /** Parts the first {@code pages} pages off, keeping list order; returns the run of those pages. */
    public int split(int run, int pages) {
        int list = Flags.list(mem.flags(run));
        int front = mem.split(run, pages);
        if (list == Flags.UNLISTED) {
            return front;
        }
        runs[list]++;
        int older = mem.next(run);
        mem.setPrev(front, run);
        mem.setNext(front, older);
        mem.setNext(run, front);
        if (older == MemMap.NIL) {
            tail[list] = front;
        } else {
            mem.setPrev(older, front);
        }
        return front;
    }

    /** Joins a listed run, whose flags have just changed in place, with its list neighbours if they fit now. */
    public int settle(int run) {
        int r = run;
        int older = mem.next(r);
        if (older != MemMap.NIL && mem.mayPrecede(older, r) && mem.canJoin(older, r)) {
            absorb(older, r);
            r = older;
        }
        int newer = mem.prev(r);
        if (newer != MemMap.NIL && mem.mayFollow(newer, r) && mem.canJoin(r, newer)) {
            absorb(r, newer);
        }
        return r;
    }

    /** Unlinks {@code newer}, the list neighbour of {@code older}, and adds its pages to that. */
    private void absorb(int older, int newer) {
        int list = Flags.list(mem.flags(older));
        runs[list]--;
        int beyond = mem.prev(newer);
        mem.setPrev(older, beyond);
        if (beyond == MemMap.NIL) {
            head[list] = older;
        } else {
            mem.setNext(beyond, older);
        }
        mem.join(older, newer);
    }

    /** Takes at most {@code pages} of the oldest pages off the list, as one unlisted run; NIL if it is empty. */
    public int popTail(int list, int pages) {
        int run = tail[list];
        if (run == MemMap.NIL) {
            return MemMap.NIL;
        }
        if (mem.len(run) > pages) {
            run = split(run, pages);
        }
        del(run);
        return run;
    }

    /**
     * Takes the oldest pages off the list, at most {@code pages}, as unlisted runs.
     *
     * @param into the runs, oldest first; it has room for a run a page
     * @return how many runs
     */
    public int popTail(int list, int pages, int[] into) {
        int left = pages;
        int count = 0;
        int run = tail[list];
        while (run != MemMap.NIL && left > 0) {
            int len = mem.len(run);
            if (len > left) {
                break;
            }
            left -= len;
            into[count++] = run;
            mem.setFlags(run, Flags.withList(mem.flags(run), Flags.UNLISTED));
            run = mem.prev(run);
        }
        tail[list] = run;
        runs[list] -= count;
        sizePages[list] -= pages - left;
        if (run == MemMap.NIL) {
            head[list] = MemMap.NIL;
            return count;
        }
        mem.setNext(run, MemMap.NIL);
        if (left > 0) {
            into[count++] = popTail(list, left);
        }
        return count;
    }

    /** Throws if links, flags and sizes disagree. */
    public void checkInvariants() {
        for (int list = 0; list < LISTS; list++) {
            long pages = 0;
            int listed = 0;
            int newer = MemMap.NIL;
            for (int r = head[list]; r != MemMap.NIL; r = mem.next(r)) {
                if (mem.prev(r) != newer || Flags.list(mem.flags(r)) != list) {
                    throw new IllegalStateException("list " + list + " is broken at run " + r);
                }
                pages += mem.len(r);
                listed++;
                newer = r;
            }
            if (tail[list] != newer || pages != sizePages[list] || listed != runs[list]) {
                throw new IllegalStateException("list " + list + ": " + pages + " pages in " + listed
                        + " runs, counted " + sizePages[list] + " in " + runs[list]);
            }
        }
    }
}
