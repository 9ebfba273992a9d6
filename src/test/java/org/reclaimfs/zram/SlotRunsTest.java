package org.reclaimfs.zram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.swap.HeapBytes;

final class SlotRunsTest {
    private static final int SLOTS = 3 * SlotRuns.CHUNK + 100;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void isAnArrayOfStates(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        SlotRuns runs = new SlotRuns(SLOTS);
        long[] naive = new long[SLOTS];
        for (int i = 0; i < 4000; i++) {
            int from = random.nextInt(SLOTS);
            // For a while only few slots at once, so that chunks have many runs; then again few.
            int most = i / 500 % 2 == 0 || random.nextInt(10) > 0 ? 8 : SLOTS;
            int to = Math.min(SLOTS, from + 1 + random.nextInt(most));
            // Few states, so that neighbours often join.
            int content = random.nextInt(3);
            long idle = content == 2 ? Slot.IDLE : 0;
            long state = random.nextInt(4) == 0 ? Slot.EMPTY : Slot.of(1 + content, idle, random.nextInt(2));
            runs.set(from, to, state);
            Arrays.fill(naive, from, to, state);
            if (i % 50 == 0) {
                same(runs, naive);
            }
        }
        same(runs, naive);
    }

    private static void same(SlotRuns runs, long[] naive) {
        runs.checkInvariants();
        int stored = -1;
        for (int slot = SLOTS - 1; slot >= 0; slot--) {
            stored = naive[slot] == Slot.EMPTY ? stored : slot;
            assertThat(runs.nextNot(Slot.EMPTY, slot)).as("stored from " + slot).isEqualTo(stored);
        }
        int third = SLOTS / 3;
        long idle = Arrays.stream(naive, third, SLOTS)
                .filter(state -> Slot.has(state, Slot.IDLE))
                .count();
        assertThat(runs.count(Slot.IDLE, third, SLOTS)).isEqualTo((int) idle);
        for (int slot = 0; slot < SLOTS; slot++) {
            assertThat(runs.state(slot)).as("slot " + slot).isEqualTo(naive[slot]);
            int chunk = slot / SlotRuns.CHUNK * SlotRuns.CHUNK;
            int start = slot;
            while (start > chunk && naive[start - 1] == naive[slot]) {
                start--;
            }
            int end = slot + 1;
            while (end < Math.min(SLOTS, chunk + SlotRuns.CHUNK) && naive[end] == naive[slot]) {
                end++;
            }
            assertThat(runs.runStart(slot)).as("start at " + slot).isEqualTo(start);
            assertThat(runs.runEnd(slot)).as("end at " + slot).isEqualTo(end);
            int limit = Math.min(SLOTS, slot + 5);
            assertThat(runs.runEnd(slot, limit))
                    .as("end at " + slot + ", limited")
                    .isEqualTo(Math.min(end, limit));
        }
    }

    @Test
    void aChunkOfSinglesAndEmptyAgain() {
        SlotRuns runs = new SlotRuns(SLOTS);
        long[] naive = new long[SLOTS];
        for (int slot = 0; slot < SLOTS; slot += 2) {
            long state = Slot.of(1, 0, slot);
            runs.set(slot, slot + 1, state);
            naive[slot] = state;
        }
        same(runs, naive);
        for (int slot = SLOTS - 1; slot >= 0; slot--) {
            runs.set(slot, slot + 1, Slot.EMPTY);
            naive[slot] = Slot.EMPTY;
            if (slot % 97 == 0) {
                same(runs, naive);
            }
        }
        same(runs, naive);
    }

    @Test
    void aStateKeepsItsParts() {
        long state = Slot.withPriority(Slot.of(Slot.MAX_CONTENT, Slot.HUGE | Slot.IDLE, 0xffff_fffeL), 3);
        assertThat(Slot.content(state)).isEqualTo(Slot.MAX_CONTENT);
        assertThat(Slot.priority(state)).isEqualTo(3);
        assertThat(Slot.seconds(state)).isEqualTo(0xffff_fffeL);
        assertThat(Slot.has(state, Slot.HUGE)).isTrue();
        assertThat(Slot.has(state, Slot.INCOMPRESSIBLE)).isFalse();
        SlotRuns runs = new SlotRuns(2);
        runs.set(1, 2, state);
        assertThat(runs.state(1)).isEqualTo(state);
        assertThat(runs.state(0)).isEqualTo(Slot.EMPTY);
    }

    @Test
    void whatIsChosenComesBySizeAndLastFirst() {
        SlotRuns runs = new SlotRuns(1000);
        long small = Slot.of(1, 0, 5);
        long large = Slot.of(2, 0, 5);
        runs.set(0, 10, small);
        runs.set(10, 20, large);
        runs.set(20, 30, small);
        ChosenSlots chosen = new ChosenSlots();
        chosen.add(0, 10, small, 100);
        chosen.add(10, 10, large, 3000);
        chosen.add(20, 10, small, 100);
        runs.set(25, 26, Slot.withSeconds(small, 6)); // used meanwhile
        StringBuilder order = new StringBuilder();
        while (chosen.any()) {
            int slot = chosen.take(6, runs);
            order.append(slot).append('+').append(chosen.takenPages()).append(' ');
        }
        assertThat(order.toString()).isEqualTo("14+6 10+4 26+4 -1+1 20+5 4+6 0+4 ");
    }

    @Test
    void aBrokenTableIsFound() {
        ZramStore store = new ZramStore(
                8,
                new Memory(64L << 20, 0, 1, 1, 1),
                new Costs.Algorithm[] {Costs.Algorithm.LZ4},
                null,
                false,
                new HeapBytes());
        assertThat(store.write(0, 8, Content.RANDOM, 0, 1)).isEqualTo(8);
        store.checkInvariants();
        store.slots.set(0, 1, Slot.EMPTY);
        assertThatThrownBy(store::checkInvariants).hasMessageContaining("7 slots in use, 8 pages stored");
    }
}
