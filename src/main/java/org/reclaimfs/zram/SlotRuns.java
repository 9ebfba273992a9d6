package org.reclaimfs.zram;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The table of a zram device (struct zram_table_entry of each slot), as runs of neighbouring slots in the same {@link
 * Slot} state: what it costs follows the runs, at most 8 bytes a slot. Runs end at the borders of chunks of 512 slots,
 * so that a change moves little. NOT thread safe.
 */
final class SlotRuns {
    static final int CHUNK = 512;
    private static final int FIRST_ARRAY = 2;
    private static final int STATE_BITS = 55;
    private static final long STATE_MASK = (1L << STATE_BITS) - 1;

    /**
     * By chunk: its runs by their first slot, each as that slot's place in the chunk above the state; null while the whole
     * chunk is empty. INVARIANT: the first run begins at 0, and neighbours differ.
     */
    private final long @Nullable [][] chunks;

    private final short[] counts;
    private final int slots;

    SlotRuns(int slots) {
        this.slots = slots;
        int needed = (slots + CHUNK - 1) / CHUNK;
        chunks = new long[needed][];
        counts = new short[needed];
    }

    int slots() {
        return slots;
    }

    private static int first(long run) {
        return (int) (run >>> STATE_BITS);
    }

    /** Index of the run that has the place {@code at} of its chunk. */
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
        long[] runs = chunks[slot / CHUNK];
        return runs == null ? Slot.EMPTY : runs[indexOf(runs, counts[slot / CHUNK], slot % CHUNK)] & STATE_MASK;
    }

    /** The slot behind the run that {@code slot} is in. */
    int runEnd(int slot) {
        int chunk = slot / CHUNK;
        long[] runs = chunks[chunk];
        int next = runs == null ? 0 : indexOf(runs, counts[chunk], slot % CHUNK) + 1;
        int end = runs == null || next == counts[chunk] ? CHUNK : first(runs[next]);
        return Math.min(slots, chunk * CHUNK + end);
    }

    /** The first slot of the run that {@code slot} is in. */
    int runStart(int slot) {
        int chunk = slot / CHUNK;
        long[] runs = chunks[chunk];
        return chunk * CHUNK + (runs == null ? 0 : first(runs[indexOf(runs, counts[chunk], slot % CHUNK)]));
    }

    /** Puts the slots from {@code from} to before {@code to} into one state. */
    void set(int from, int to, long state) {
        for (int at = from; at < to; ) {
            int chunk = at / CHUNK;
            int end = Math.min(to, (chunk + 1) * CHUNK);
            setIn(chunk, at % CHUNK, end - chunk * CHUNK, state);
            at = end;
        }
    }

    private void setIn(int chunk, int from, int to, long state) {
        long[] runs = chunks[chunk];
        int count = counts[chunk];
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
        long[] target = newCount <= runs.length ? runs : Arrays.copyOf(runs, Math.min(CHUNK, 2 * newCount));
        System.arraycopy(runs, behind, target, at + added, count - behind);
        if (!joinsBefore) {
            target[at++] = (long) from << STATE_BITS | state;
        }
        if (rest) {
            target[at] = (long) to << STATE_BITS | lastState;
        }
        chunks[chunk] = newCount == 1 && (target[0] & STATE_MASK) == Slot.EMPTY ? null : target;
        counts[chunk] = (short) newCount;
    }

    void checkInvariants() {
        for (int chunk = 0; chunk < chunks.length; chunk++) {
            long[] runs = chunks[chunk];
            if (runs == null) {
                continue;
            }
            boolean ordered = first(runs[0]) == 0;
            for (int i = 1; i < counts[chunk]; i++) {
                ordered &= first(runs[i - 1]) < first(runs[i]);
                ordered &= (runs[i - 1] & STATE_MASK) != (runs[i] & STATE_MASK);
            }
            if (!ordered) {
                throw new IllegalStateException("chunk " + chunk + " has runs out of order");
            }
        }
    }
}
