package org.reclaimfs.mm;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * All pages of all regions, as runs of equal neighbours. NOT thread safe: the machine's lock.
 *
 * <p>Order inside a run: the page with the lowest index is the oldest on its list, and slots and shadows rise by one
 * a page. That is how sequential work leaves them; anything else parts into shorter runs, down to single pages, at 32
 * bytes a run and 4 bytes a page of index. Nothing is ever approximated.
 */
public final class MemMap extends Runs {
    public static final int TABLE_SHIFT = 9;
    /** Pages mapped by one page table: 2 MiB. */
    public static final int TABLE_PAGES = 1 << TABLE_SHIFT;

    private static final int SPARSE_MAX = 16;

    // One element a page table. The index of a table is its sorted runs, or a run for each of its pages.
    private int[][] index = new int[64][];
    private short[] runCount = new short[64];
    private @Nullable Region[] tableRegion = new Region[64];
    private int[] tableGeneration = new int[64];
    private int[] tableNo = new int[64];
    private int freeTables = NIL;
    private int tablesUsed;

    // ---- regions and tables ----

    public Region newRegion(String name, Kind kind, Content content) {
        return new Region(name, kind, content);
    }

    /** Adds pages at the end of the region; they hold nothing yet. Returns how many page tables that took. */
    public int grow(Region region, long pages) {
        long target = region.pages() + pages;
        int before = region.tableCount();
        int wanted = (int) (target + TABLE_PAGES - 1 >>> TABLE_SHIFT);
        for (int no = before; no < wanted; no++) {
            region.grow(no, newTable(region, no), Math.min(target, (long) (no + 1) << TABLE_SHIFT));
        }
        region.setPages(target);
        return wanted - before;
    }

    /** Forgets an empty region; its tables are reused under a new generation. */
    public void dropRegion(Region region) {
        for (int no = 0; no < region.tableCount(); no++) {
            int t = region.table((long) no << TABLE_SHIFT);
            if (runCount[t] != 0) {
                throw new IllegalStateException("region " + region.name + " still has pages");
            }
            index[t] = EMPTY;
            tableGeneration[t]++;
            tableRegion[t] = null;
            tableNo[t] = freeTables;
            freeTables = t;
        }
        region.setPages(0);
    }

    private static final int[] EMPTY = new int[0];

    private int newTable(Region region, int no) {
        int t = freeTables;
        if (t != NIL) {
            freeTables = tableNo[t];
        } else {
            t = tablesUsed++;
            if (t == index.length) {
                int size = t * 2;
                index = Arrays.copyOf(index, size);
                runCount = Arrays.copyOf(runCount, size);
                tableRegion = Arrays.copyOf(tableRegion, size);
                tableGeneration = Arrays.copyOf(tableGeneration, size);
                tableNo = Arrays.copyOf(tableNo, size);
            }
        }
        index[t] = EMPTY;
        runCount[t] = 0;
        tableRegion[t] = region;
        tableNo[t] = no;
        return t;
    }

    public Region region(int run) {
        Region region = tableRegion[table(run)];
        if (region == null) {
            throw new IllegalStateException("run " + run + " of a dropped region");
        }
        return region;
    }

    /** Index in the region of the run's first page. */
    public long firstPage(int run) {
        return ((long) tableNo[table(run)] << TABLE_SHIFT) + off(run);
    }

    public int generation(int t) {
        return tableGeneration[t];
    }

    // ---- finding ----

    /** The run that holds page {@code offset} of table {@code t}, or NIL. */
    public int find(int t, int offset) {
        int[] ix = index[t];
        if (ix.length == TABLE_PAGES) {
            return ix[offset];
        }
        for (int i = 0, n = runCount[t]; i < n; i++) {
            int r = ix[i];
            if (offset < off(r)) {
                return NIL;
            }
            if (offset < off(r) + len(r)) {
                return r;
            }
        }
        return NIL;
    }

    /** The first run at or after page {@code offset} of table {@code t}, or NIL. */
    public int findFrom(int t, int offset) {
        int[] ix = index[t];
        if (ix.length == TABLE_PAGES) {
            for (int i = offset; i < TABLE_PAGES; i++) {
                if (ix[i] != NIL) {
                    return ix[i];
                }
            }
            return NIL;
        }
        for (int i = 0, n = runCount[t]; i < n; i++) {
            if (offset < off(ix[i]) + len(ix[i])) {
                return ix[i];
            }
        }
        return NIL;
    }

    /**
     * Whether {@code a} may end where {@code b} begins, without a look at {@code a}. False is certain.
     *
     * <p>Runs of a list are anywhere in memory: to look at one costs more than all else that is done with it. The
     * index has been used just before and knows who the neighbour is.
     */
    public boolean mayPrecede(int a, int b) {
        int at = at(b);
        int[] piece = piece(b);
        int[] ix = index[piece[at + TABLE]];
        int offset = piece[at + SPAN] & OFFSET;
        return offset != 0 && (ix.length != TABLE_PAGES || ix[offset - 1] == a);
    }

    /** Whether {@code b} may begin where {@code a} ends, without a look at {@code b}. False is certain. */
    public boolean mayFollow(int b, int a) {
        int at = at(a);
        int[] piece = piece(a);
        int[] ix = index[piece[at + TABLE]];
        int end = (piece[at + SPAN] & OFFSET) + (piece[at + SPAN] >>> HIGH_SHIFT);
        return end != TABLE_PAGES && (ix.length != TABLE_PAGES || ix[end] == b);
    }

    /** The run that holds a page, if that can be told without a look at any run; or NIL. */
    public int guess(int t, int offset) {
        int[] ix = index[t];
        // A table of few runs is found in few places anyway.
        return ix.length == TABLE_PAGES ? ix[offset] : NIL;
    }

    /**
     * Reads what a look at runs will need, and returns some of it. The processor has many such reads under way at once, but
     * only if none needs the result of another: so whoever knows several runs ahead asks for all of them first. There is
     * no other use: the result means nothing.
     *
     * @param runs there may be some {@link #NIL} among them, and some that are no more
     */
    public int prefetch(int[] runs, int count) {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            // The first and the last of its fields: they may lie in two lines of the cache.
            sum += runs[i] == NIL ? 0 : table(runs[i]) + memcg(runs[i]);
        }
        return sum;
    }

    // ---- making, parting, joining ----

    public int newRun(int t, int offset, int pages, int runFlags, int memcgId) {
        int r = alloc();
        int[] piece = piece(r);
        int at = at(r);
        piece[at + TABLE] = t;
        piece[at + SPAN] = pages << HIGH_SHIFT | offset;
        piece[at + FLAGS] = runFlags;
        piece[at + PREV] = NIL;
        piece[at + NEXT] = NIL;
        piece[at + SLOT] = NIL;
        piece[at + SHADOW] = 0;
        piece[at + MEMCGS] = memcgId;
        insert(r, t, offset, pages);
        return r;
    }

    /** Parts the first {@code pages} pages off into a new, unlinked run, which is returned. */
    public int split(int run, int pages) {
        int r = alloc();
        int[] rest = piece(run);
        int of = at(run);
        int[] piece = piece(r);
        int at = at(r);
        int t = rest[of + TABLE];
        int offset = rest[of + SPAN] & OFFSET;
        piece[at + TABLE] = t;
        piece[at + SPAN] = pages << HIGH_SHIFT | rest[of + SPAN] & LOW;
        piece[at + FLAGS] = rest[of + FLAGS];
        piece[at + PREV] = NIL;
        piece[at + NEXT] = NIL;
        piece[at + SLOT] = rest[of + SLOT];
        piece[at + SHADOW] = rest[of + SHADOW];
        piece[at + MEMCGS] = rest[of + MEMCGS];
        rest[of + SPAN] += pages - (pages << HIGH_SHIFT);
        if ((rest[of + FLAGS] & Flags.SLOT) != 0) {
            rest[of + SLOT] += pages;
        }
        rest[of + SHADOW] += pages;
        insert(r, t, offset, pages);
        return r;
    }

    /** Whether {@code b} directly follows {@code a} in memory and differs from it in nothing. */
    public boolean canJoin(int a, int b) {
        int[] pieceA = piece(a);
        int[] pieceB = piece(b);
        int x = at(a);
        int y = at(b);
        int flags = pieceA[x + FLAGS];
        if (flags != pieceB[y + FLAGS] || pieceA[x + TABLE] != pieceB[y + TABLE]) {
            return false;
        }
        int span = pieceA[x + SPAN];
        int pages = span >>> HIGH_SHIFT;
        int memcgsDiffer = pieceA[x + MEMCGS] ^ pieceB[y + MEMCGS];
        return (span & LOW) + pages == (pieceB[y + SPAN] & LOW)
                && (memcgsDiffer & LOW) == 0
                && ((flags & Flags.SLOT) == 0 || pieceA[x + SLOT] + pages == pieceB[y + SLOT])
                && ((flags & Flags.SHADOW) == 0
                        || pieceA[x + SHADOW] + pages == pieceB[y + SHADOW] && memcgsDiffer == 0);
    }

    /** Adds the pages of {@code b} to {@code a} and forgets {@code b}. The caller unlinks b and asked canJoin. */
    public void join(int a, int b) {
        remove(b);
        int from = off(b);
        int pages = len(b);
        release(b);
        piece(a)[at(a) + SPAN] += pages << HIGH_SHIFT;
        int[] ix = index[table(a)];
        if (ix.length == TABLE_PAGES) {
            Arrays.fill(ix, from, from + pages, a);
        }
    }

    /** Joins an unlisted run with its equal neighbours in memory; returns the run it is part of now. */
    public int joinNeighbours(int run) {
        int t = table(run);
        int start = off(run);
        int end = start + len(run);
        int before = start == 0 ? NIL : find(t, start - 1);
        int after = end == TABLE_PAGES ? NIL : find(t, end);
        int r = run;
        if (before != NIL && canJoin(before, r)) {
            join(before, r);
            r = before;
        }
        if (after != NIL && canJoin(r, after)) {
            join(r, after);
        }
        return r;
    }

    /** Forgets an unlinked run: its pages hold nothing any more. */
    public void drop(int run) {
        remove(run);
        release(run);
    }

    // ---- the index of a table ----

    private void insert(int r, int t, int offset, int pages) {
        int[] ix = index[t];
        int n = runCount[t];
        runCount[t] = (short) (n + 1);
        if (ix.length != TABLE_PAGES && n == SPARSE_MAX) {
            ix = densify(t);
        }
        if (ix.length == TABLE_PAGES) {
            Arrays.fill(ix, offset, offset + pages, r);
            return;
        }
        if (n == ix.length) {
            ix = Arrays.copyOf(ix, n == 0 ? 1 : Math.min(SPARSE_MAX, n * 2));
            index[t] = ix;
        }
        int at = n;
        while (at > 0 && off(ix[at - 1]) > offset) {
            ix[at] = ix[at - 1];
            at--;
        }
        // A split-off front part goes before the rest, whose offset has already moved up.
        ix[at] = r;
    }

    private int[] densify(int t) {
        int[] sparse = index[t];
        int[] ix = new int[TABLE_PAGES];
        Arrays.fill(ix, NIL);
        for (int i = 0; i < SPARSE_MAX; i++) {
            int r = sparse[i];
            Arrays.fill(ix, off(r), off(r) + len(r), r);
        }
        index[t] = ix;
        return ix;
    }

    private void remove(int r) {
        int t = table(r);
        int[] ix = index[t];
        int n = runCount[t] - 1;
        runCount[t] = (short) n;
        if (ix.length == TABLE_PAGES) {
            Arrays.fill(ix, off(r), off(r) + len(r), NIL);
            if (n <= SPARSE_MAX / 2) {
                sparsify(t, n);
            }
            return;
        }
        int at = 0;
        while (ix[at] != r) {
            at++;
        }
        System.arraycopy(ix, at + 1, ix, at, n - at);
    }

    private void sparsify(int t, int n) {
        int[] dense = index[t];
        int[] ix = n == 0 ? EMPTY : new int[SPARSE_MAX];
        int k = 0;
        for (int i = 0; i < TABLE_PAGES && k < n; ) {
            int r = dense[i];
            if (r == NIL) {
                i++;
            } else {
                ix[k++] = r;
                i = off(r) + len(r);
            }
        }
        index[t] = ix;
    }

    /** Throws if a table's index and its runs disagree. */
    public void checkInvariants() {
        int live = 0;
        for (int r = 0; r < runLimit(); r++) {
            if (len(r) == 0) {
                continue;
            }
            live++;
            for (int i = 0; i < len(r); i++) {
                if (find(table(r), off(r) + i) != r) {
                    throw new IllegalStateException("page " + (off(r) + i) + " of table " + table(r) + " is not found");
                }
            }
        }
        if (live != runsLive()) {
            throw new IllegalStateException(runsLive() + " runs counted, " + live + " found");
        }
    }
}
