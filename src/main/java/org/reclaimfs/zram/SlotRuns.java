package org.reclaimfs.zram;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The table of a zram device (struct zram_table_entry of each slot), as runs of neighbouring slots in the same {@link
 * Slot} state: what it costs follows the runs, at most 8 bytes a slot. Runs end at the borders of chunks of 512 slots,
 * so that a change moves little. NOT thread safe.
 *
 * <p>A chunk is sparse, and then keeps its runs in order, or dense: then it keeps the state of each slot, and nothing has
 * to be searched or moved. Thrash makes all chunks dense; data that grow once do not.
 */
final class SlotRuns {
    static final int CHUNK = 512;
    private static final int CHUNK_SHIFT = 9;
    private static final int FIRST_ARRAY = 2;
    /** Runs of a sparse chunk; a dense one is left only with far fewer, so that none goes to and fro. */
    private static final int SPARSE_MAX = 32;

    private static final int SPARSE_AGAIN = SPARSE_MAX / 4;
    /** With so few slots in use a chunk has few runs. */
    private static final int FEW = (SPARSE_AGAIN - 1) / 2;

    private static final int STATE_BITS = 55;
    private static final long STATE_MASK = (1L << STATE_BITS) - 1;

    /**
     * By chunk; null while the whole chunk is empty. Sparse: its runs by their first slot, each as that slot's place in the
     * chunk above the state. Dense, which its length tells: the states. INVARIANT: the first run begins at 0, and
     * neighbours differ.
     */
    private final long @Nullable [][] chunks;

    /** Of a sparse chunk its runs, of a dense one its slots that are not empty. */
    private final short[] counts;

    private final int slots;

    SlotRuns(int slots) {
        this.slots = slots;
        int needed = (slots + CHUNK - 1) >>> CHUNK_SHIFT;
        chunks = new long[needed][];
        counts = new short[needed];
    }

    int slots() {
        return slots;
    }

    private static boolean dense(long[] chunk) {
        return chunk.length == CHUNK;
    }

    private static int first(long run) {
        return (int) (run >>> STATE_BITS);
    }

    /** Index of the run that has the place {@code at} of its sparse chunk. */
    private static int indexOf(long[] runs, int count, int at) {
        int low = 0;
        int high = count - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (first(runs[middle]) <= at) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    long state(int slot) {
        int no = slot >>> CHUNK_SHIFT;
        long[] chunk = chunks[no];
        if (chunk == null) {
            return Slot.EMPTY;
        }
        int at = slot & CHUNK - 1;
        return dense(chunk) ? chunk[at] : chunk[indexOf(chunk, counts[no], at)] & STATE_MASK;
    }

    /** Reads the states of the first {@code count} of some slots; see {@link org.reclaimfs.mm.MemMap#prefetch}. */
    int prefetch(int[] these, int count) {
        long all = 0;
        for (int i = 0; i < count; i++) {
            long[] chunk = chunks[these[i] >>> CHUNK_SHIFT];
            all += chunk != null && dense(chunk) ? chunk[these[i] & CHUNK - 1] : 0;
        }
        return (int) all;
    }

    /** Whether one of the first {@code count} of some slots is not empty. */
    boolean anyUsed(int[] these, int count) {
        long all = Slot.EMPTY;
        for (int i = 0; i < count; i++) {
            all |= state(these[i]);
        }
        return all != Slot.EMPTY;
    }

    /** The first slot from {@code from} on whose state is another than {@code state}; −1 if there is none. */
    int nextNot(long state, int from) {
        for (int at = from; at < slots; at = runEnd(at)) {
            if (state(at) != state) {
                return at;
            }
        }
        return -1;
    }

    /** How many slots of [from, end) have a bit of {@link Slot}. */
    int count(long bit, int from, int end) {
        int count = 0;
        for (int at = from; at < end; ) {
            int next = runEnd(at, end);
            count += Slot.has(state(at), bit) ? next - at : 0;
            at = next;
        }
        return count;
    }

    /** The slot behind the run that {@code slot} is in. */
    int runEnd(int slot) {
        return runEnd(slot, slots);
    }

    /** The slot behind the run that {@code slot} is in, but at most {@code limit}, which is behind {@code slot}. */
    int runEnd(int slot, int limit) {
        if (limit == slot + 1) {
            return limit;
        }
        int no = slot >>> CHUNK_SHIFT;
        long[] chunk = chunks[no];
        int start = no << CHUNK_SHIFT;
        int end = CHUNK;
        if (chunk != null && dense(chunk)) {
            end = denseEnd(chunk, slot - start, Math.min(CHUNK, limit - start));
        } else if (chunk != null) {
            int next = indexOf(chunk, counts[no], slot - start) + 1;
            end = next == counts[no] ? CHUNK : first(chunk[next]);
        }
        return Math.min(limit, start + end);
    }

    private static int denseEnd(long[] states, int from, int limit) {
        int end = from + 1;
        while (end < limit && states[end] == states[from]) {
            end++;
        }
        return end;
    }

    /** The first slot of the run that {@code slot} is in. */
    int runStart(int slot) {
        int no = slot >>> CHUNK_SHIFT;
        long[] chunk = chunks[no];
        int start = no << CHUNK_SHIFT;
        if (chunk == null) {
            return start;
        }
        int at = slot - start;
        if (!dense(chunk)) {
            return start + first(chunk[indexOf(chunk, counts[no], at)]);
        }
        while (at > 0 && chunk[at - 1] == chunk[at]) {
            at--;
        }
        return start + at;
    }

    /** Puts the slots from {@code from} to before {@code to} into one state. */
    void set(int from, int to, long state) {
        for (int at = from; at < to; ) {
            int no = at >>> CHUNK_SHIFT;
            int start = no << CHUNK_SHIFT;
            int end = Math.min(to, start + CHUNK);
            long[] chunk = chunks[no];
            if (chunk != null && dense(chunk)) {
                setDense(no, chunk, at - start, end - start, state);
            } else {
                setSparse(no, at - start, end - start, state);
            }
            at = end;
        }
    }

    /** Puts one slot into a state. */
    void set(int slot, long state) {
        int no = slot >>> CHUNK_SHIFT;
        long[] chunk = chunks[no];
        if (chunk != null && dense(chunk)) {
            setDense(no, chunk, slot & CHUNK - 1, state);
        } else {
            set(slot, slot + 1, state);
        }
    }

    // ---- dense chunks ----

    private void setDense(int no, long[] states, int from, int to, long state) {
        int gone = used(states, from, to);
        Arrays.fill(states, from, to, state);
        int count = counts[no] + (state == Slot.EMPTY ? 0 : to - from) - gone;
        counts[no] = (short) count;
        if (count <= FEW || to == CHUNK || to - from >= SPARSE_MAX) {
            thin(no, states);
        }
    }

    /** One slot, as under thrash nearly always. */
    private void setDense(int no, long[] states, int at, long state) {
        int count = counts[no] + used(state) - used(states[at]);
        states[at] = state;
        counts[no] = (short) count;
        // There may be few runs when few slots are in use, and when somebody has come to the end: only then all are
        // looked at.
        if (count <= FEW || at == CHUNK - 1) {
            thin(no, states);
        }
    }

    private static int used(long state) {
        return state == Slot.EMPTY ? 0 : 1;
    }

    private static int used(long[] states, int from, int to) {
        int used = 0;
        for (int at = from; at < to; at++) {
            used += used(states[at]);
        }
        return used;
    }

    private static int runs(long[] states) {
        int runs = 1;
        for (int at = 1; at < CHUNK; at++) {
            runs += states[at] == states[at - 1] ? 0 : 1;
        }
        return runs;
    }

    /** Makes a dense chunk of few runs sparse. */
    private void thin(int no, long[] states) {
        int runs = runs(states);
        if (runs <= SPARSE_AGAIN) {
            counts[no] = (short) runs;
            sparsify(no, states);
        }
    }

    private void sparsify(int no, long[] states) {
        long[] runs = new long[SPARSE_MAX];
        int count = 0;
        for (int at = 0; at < CHUNK; at = denseEnd(states, at, CHUNK)) {
            runs[count++] = (long) at << STATE_BITS | states[at];
        }
        chunks[no] = count == 1 && states[0] == Slot.EMPTY ? null : runs;
    }

    private void densify(int no) {
        long[] runs = chunks[no];
        long[] states = new long[CHUNK];
        for (int i = 0, end = counts[no]; i < end; i++) {
            int next = i + 1 == end ? CHUNK : first(runs[i + 1]);
            Arrays.fill(states, first(runs[i]), next, runs[i] & STATE_MASK);
        }
        chunks[no] = states;
        counts[no] = (short) used(states, 0, CHUNK);
    }

    // ---- sparse chunks ----

    private void setSparse(int no, int from, int to, long state) {
        long[] runs = chunks[no];
        int count = counts[no];
        if (runs == null) {
            runs = new long[FIRST_ARRAY]; // one empty run from 0
            count = 1;
        }
        int firstHit = indexOf(runs, count, from);
        int lastHit = indexOf(runs, count, to - 1);
        long lastState = runs[lastHit] & STATE_MASK;
        int lastEnd = lastHit + 1 < count ? first(runs[lastHit + 1]) : CHUNK;
        int at = first(runs[firstHit]) < from ? firstHit + 1 : firstHit;
        int behind = lastHit + 1;
        boolean joinsBefore = at > 0 && (runs[at - 1] & STATE_MASK) == state;
        boolean rest = lastEnd > to && lastState != state;
        if (lastEnd == to && behind < count && (runs[behind] & STATE_MASK) == state) {
            behind++;
        }
        int added = (joinsBefore ? 0 : 1) + (rest ? 1 : 0);
        int newCount = at + added + count - behind;
        // Two more runs at most than before: a full array has room for them until the chunk is dense.
        long[] target = newCount <= runs.length ? runs : Arrays.copyOf(runs, Math.min(SPARSE_MAX + 2, 2 * newCount));
        System.arraycopy(runs, behind, target, at + added, count - behind);
        if (!joinsBefore) {
            target[at++] = (long) from << STATE_BITS | state;
        }
        if (rest) {
            target[at] = (long) to << STATE_BITS | lastState;
        }
        chunks[no] = newCount == 1 && (target[0] & STATE_MASK) == Slot.EMPTY ? null : target;
        counts[no] = (short) newCount;
        if (newCount > SPARSE_MAX) {
            densify(no);
        }
    }

    /** Throws if runs are out of order, or not counted. */
    void checkInvariants() {
        for (int no = 0; no < chunks.length; no++) {
            long[] chunk = chunks[no];
            if (chunk == null) {
                continue;
            }
            boolean good =
                    dense(chunk) ? counts[no] > FEW && counts[no] == used(chunk, 0, CHUNK) : inOrder(chunk, counts[no]);
            if (!good) {
                throw new IllegalStateException("chunk " + no + " has runs out of order, or is not counted");
            }
        }
    }

    private static boolean inOrder(long[] runs, int count) {
        boolean ordered = first(runs[0]) == 0;
        for (int i = 1; i < count; i++) {
            ordered &= first(runs[i - 1]) < first(runs[i]);
            ordered &= (runs[i - 1] & STATE_MASK) != (runs[i] & STATE_MASK);
        }
        return ordered;
    }
}
