package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class EventQueueTest {
    private static final class Named extends Activity {
        @Override
        public long step(long nowNs) {
            return DONE;
        }
    }

    private record Entry(long dueNs, int order, Activity activity) {}

    /** Against a list that is sorted anew each time; few different times, so that many are equal. */
    @Test
    void theEarliestComesFirstAndEqualTimesInTheirOrder() {
        for (long seed = 1; seed <= 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            EventQueue queue = new EventQueue();
            List<Entry> expected = new ArrayList<>();
            List<Activity> known = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                if (random.nextInt(5) < 3 || expected.isEmpty()) {
                    boolean again = !known.isEmpty() && random.nextInt(4) == 0;
                    Activity activity = again ? known.get(random.nextInt(known.size())) : new Named();
                    known.add(activity);
                    expected.removeIf(entry -> entry.activity() == activity);
                    long due = random.nextInt(50);
                    expected.add(new Entry(due, i, activity));
                    queue.add(due, activity);
                    continue;
                }
                expected.sort(Comparator.comparingLong(Entry::dueNs).thenComparingInt(Entry::order));
                Activity got = null;
                while (got == null) {
                    assertThat(queue.nextNs())
                            .isLessThanOrEqualTo(expected.get(0).dueNs());
                    got = queue.poll();
                }
                assertThat(got)
                        .as("seed %d, operation %d", seed, i)
                        .isSameAs(expected.remove(0).activity());
            }
        }
    }

    @Test
    void anEmptyQueueIsNeverDue() {
        EventQueue queue = new EventQueue();
        assertThat(queue.nextNs()).isEqualTo(Long.MAX_VALUE);
        assertThat(queue.poll()).isNull();
    }
}
