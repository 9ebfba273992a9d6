package org.reclaimfs.zram;

import java.util.Arrays;
import org.reclaimfs.abi.Units;

/**
 * Slots chosen for a rework, as runs; those with large objects come first, and of one size the last chosen (struct
 * zram_pp_ctl). NOT thread safe.
 */
final class ChosenSlots {
    private static final int BUCKET_BYTES = 64;
    private static final int FIRST_ARRAY = 16;

    /** By size of object: slot and pages, then the state, of each run. */
    private final long[][] buckets = new long[Units.PAGE_SIZE / BUCKET_BYTES + 1][0];

    private final int[] lengths = new int[buckets.length];
    private int largest = buckets.length - 1;

    // The run on offer.
    private int first;
    private int pages;
    private long state;

    /** Chooses slots in this state, whose objects have {@code bytes}. */
    void add(int slot, int count, long inState, int bytes) {
        int bucket = bytes / BUCKET_BYTES;
        int length = lengths[bucket];
        if (length + 2 > buckets[bucket].length) {
            buckets[bucket] = Arrays.copyOf(buckets[bucket], Math.max(FIRST_ARRAY, 2 * length));
        }
        buckets[bucket][length] = (long) slot << Integer.SIZE | count;
        buckets[bucket][length + 1] = inState;
        lengths[bucket] = length + 2;
    }

    /** Whether any slot is left; then {@link #take} takes the next. */
    boolean any() {
        while (pages == 0) {
            while (largest >= 0 && lengths[largest] == 0) {
                largest--;
            }
            if (largest < 0) {
                return false;
            }
            int at = lengths[largest] - 2;
            lengths[largest] = at;
            long run = buckets[largest][at];
            state = buckets[largest][at + 1];
            first = (int) (run >>> Integer.SIZE);
            pages = (int) run;
        }
        return true;
    }

    private int takenPages;

    /**
     * Takes up to {@code most} neighbouring slots, the highest of their run.
     *
     * @return the first of them if they are as they were when chosen; −1 if somebody has used them since
     */
    int take(long most, SlotRuns slots) {
        int last = first + pages - 1;
        int low = Math.max(first, slots.runStart(last));
        takenPages = (int) Math.min(most, last - low + 1);
        pages -= takenPages;
        return slots.state(last) == state ? last - takenPages + 1 : -1;
    }

    /** How many slots the last {@link #take} took. */
    int takenPages() {
        return takenPages;
    }

    /** The state they were in. */
    long state() {
        return state;
    }
}
