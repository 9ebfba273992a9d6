package org.reclaimfs.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.reclaimfs.policy.Situation.round;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Linux 7.2: the first row is the example in patch A's mail, 180 GiB that "can be swapped" into 100 MB (spec/12 A). */
final class StockTest {
    @ParameterizedTest(name = "{0} free slots, {1} anon, {2} file pages: {3} reclaimable")
    @CsvSource({
        "47185920, 47185920, 0, 47185920",
        "1, 1000, 30, 1030", // one slot is as good as a million
        "0, 1000, 30, 30",
        "5, 0, 0, 0",
    })
    void anonCountsWhileAnySlotIsFree(long slots, long anon, long file, long reclaimable) {
        Situation at = new Situation().swap(slots, true).lists(anon, file);
        assertThat(at.reclaimable(new Stock(), Round.NOTHING)).isEqualTo(reclaimable);
    }

    @Test
    void whatTheDataCostIsNotAsked() {
        assertThat(new Situation().progress(new Stock(), round(32, 0, 60, 0, 33)))
                .isEqualTo(32);
    }
}
