package org.reclaimfs.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ThinningTest {
    @Test
    void writesTheFirstThenEverySecondThenEveryFourth() {
        Thinning thinning = new Thinning(3, 2);
        List<Integer> written = new ArrayList<>();
        List<Long> gaps = new ArrayList<>();
        for (int i = 1; i <= 32; i++) {
            long gap = thinning.next();
            if (gap >= 0) {
                written.add(i);
                gaps.add(gap);
            }
        }
        assertThat(written).containsExactly(1, 2, 3, 5, 7, 11, 15, 23, 31);
        assertThat(gaps).containsExactly(0L, 0L, 0L, 1L, 1L, 3L, 3L, 7L, 7L);
        assertThat(thinning.seen()).isEqualTo(32);
        assertThat(thinning.written()).isEqualTo(9);
    }

    @Test
    void manyEventsAreFewLines() {
        Thinning thinning = new Thinning(5_000, 1_000);
        for (int i = 0; i < 50_000_000; i++) {
            thinning.next();
        }
        assertThat(thinning.written()).isBetween(15_000L, 25_000L);
    }
}
