package org.reclaimfs.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.reclaimfs.policy.Situation.round;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Progress is pages gained (spec/12, further policies). */
final class NetProgressTest {
    private final NetProgress policy = new NetProgress();

    @ParameterizedTest(name = "{0} anon and {1} file pages released, pools grew by {2}: progress {3}")
    @CsvSource({
        "50, 0, 51, 0", // incompressible: a loss
        "50, 0, 50, 0",
        "50, 0, 27, 23", // half
        "50, 4, 50, 4",
        "50, 0, 0, 50", // a disk
        "0, 0, -3, 0", // what pools give back was not reclaimed
        "10, 0, -3, 10",
    })
    void poolPagesAreTakenOff(long anon, long file, long pool, long progress) {
        assertThat(new Situation().progress(policy, round(anon, file, 64, 64, pool)))
                .isEqualTo(progress);
    }

    @Test
    void theEstimateIsStock() {
        Situation at = new Situation().swap(1, true).lists(1000, 30);
        assertThat(at.reclaimable(policy, round(50, 0, 60, 0, 51))).isEqualTo(1030);
    }
}
