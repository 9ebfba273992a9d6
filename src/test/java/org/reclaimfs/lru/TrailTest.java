package org.reclaimfs.lru;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What the trail of a list guesses of its tail. Run ids are drawn, so that none says anything of its place. */
final class TrailTest {
    private static final int BATCH = 32;

    private final Trail trail = new Trail();
    private final ArrayDeque<Integer> list = new ArrayDeque<>();
    private final int[] guess = new int[BATCH];
    private final SplittableRandom random = new SplittableRandom(1);

    private void add(int runs) {
        for (int i = 0; i < runs; i++) {
            int run = random.nextInt(1 << 30);
            trail.add(run, list.size());
            list.addLast(run);
        }
    }

    private int guessed() {
        return trail.next(list.getFirst(), list.size(), guess);
    }

    private int[] oldest(int runs) {
        return list.stream().mapToInt(Integer::intValue).limit(runs).toArray();
    }

    private void remove(int runs) {
        for (int i = 0; i < runs; i++) {
            list.removeFirst();
        }
    }

    /** Asks until it is found again, as batch by batch does. */
    private int[] found() {
        for (int calls = 0; calls < 100; calls++) {
            if (guessed() > 0) {
                return guess;
            }
        }
        return new int[0];
    }

    @Test
    void aQueueIsKnownExactly() {
        add(5000);
        assertThat(found()).isEqualTo(oldest(BATCH));
        for (int batch = 0; batch < 1000; batch++) {
            int taken = 1 + random.nextInt(BATCH);
            remove(taken);
            add(taken);
            assertThat(guessed()).isEqualTo(BATCH);
            assertThat(guess).isEqualTo(oldest(BATCH));
        }
        assertThat(trail.capacity()).isLessThan(4 * 5000);
    }

    @Test
    void theLastRunsAreFewerThanABatch() {
        add(10);
        assertThat(guessed()).isEqualTo(10);
        remove(3);
        assertThat(guessed()).isEqualTo(7);
    }

    @Test
    void itFindsTheTailAgainWhenItWasLost() {
        add(100_000);
        remove(70_000);
        assertThat(found()).isEqualTo(oldest(BATCH));
    }

    /** Those that were taken out of the middle are still guessed at, until they are passed. */
    @Test
    void holesAreJumpedOver() {
        add(5000);
        found();
        Integer[] all = list.toArray(Integer[]::new);
        list.clear();
        for (int i = 0; i < all.length; i++) {
            if (i < 40 || i >= 400) {
                list.addLast(all[i]);
            }
        }
        remove(40);
        assertThat(guessed()).isEqualTo(BATCH);
        assertThat(guess).isEqualTo(oldest(BATCH));
    }

    @Test
    void aRunThatNeverCameIsNotFound() {
        add(1000);
        for (int calls = 0; calls < 20; calls++) {
            assertThat(trail.next(-1, list.size(), guess)).isZero();
        }
        assertThat(found()).isEqualTo(oldest(BATCH));
    }

    /** Runs that parts of others have become never came to the head; when all of them are gone, the others are known. */
    @Test
    void itFindsTheTailAgainAfterALongTimeInVain() {
        add(5000);
        for (int calls = 0; calls < 1000; calls++) {
            assertThat(trail.next(-1, list.size(), guess)).isZero();
        }
        int batches = 0;
        do {
            remove(BATCH);
            add(BATCH);
            batches++;
        } while (guessed() == 0 && batches < 200);
        assertThat(guess).isEqualTo(oldest(BATCH));
    }

    /** A list that nobody scans, such as that of locked pages. */
    @Test
    void itIsNotMuchLongerThanItsList() {
        for (int i = 0; i < 1_000_000; i++) {
            trail.add(i, 100);
        }
        assertThat(trail.capacity()).isLessThanOrEqualTo(512);
    }
}
