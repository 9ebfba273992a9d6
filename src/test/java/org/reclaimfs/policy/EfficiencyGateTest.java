package org.reclaimfs.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.reclaimfs.policy.Situation.round;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A round must be worth its scanning (spec/12, further policies); the rows are rounds of the captures. */
final class EfficiencyGateTest {
    @ParameterizedTest(name = "{0} %: {1} of {2} pages: progress {3}")
    @CsvSource({
        "10, 50, 60, 50", // c1: the treadmill passes
        "10, 35, 60000, 0", // c5: what restarted the count
        "10, 6, 60, 6",
        "10, 5, 60, 0",
        "0, 1, 60000, 1", // 0 is stock
        "100, 60, 60, 60",
        "10, 0, 0, 0",
    })
    void fewOutOfManyIsNone(int pct, long reclaimed, long scanned, long progress) {
        Situation at = new Situation();
        at.knobs.setReclaimEfficiencyPct(pct);
        assertThat(at.progress(new EfficiencyGate(), round(reclaimed, 0, scanned, 0, 0)))
                .isEqualTo(progress);
    }
}
