package org.reclaimfs.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.reclaimfs.policy.Situation.round;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Patch A: the flag decides, and nothing but the estimate changes (spec/12 A). */
final class RamBackedSwapTest {
    private final RamBackedSwap policy = new RamBackedSwap();

    @ParameterizedTest(name = "all RAM-backed {0}, {1} free slots: {2} reclaimable of 1000 anon and 30 file pages")
    @CsvSource({"true, 500, 30", "false, 500, 1030", "false, 0, 30", "true, 0, 30"})
    void withNothingButRamBehindItAnonDoesNotCount(boolean flag, long slots, long reclaimable) {
        Situation at = new Situation().swap(slots, flag).lists(1000, 30);
        assertThat(at.reclaimable(policy, Round.NOTHING)).isEqualTo(reclaimable);
    }

    @Test
    void progressIsWhatItWas() {
        Situation at = new Situation().swap(1, true);
        assertThat(at.progress(policy, round(1, 0, 32, 0, 1))).isEqualTo(1);
    }
}
