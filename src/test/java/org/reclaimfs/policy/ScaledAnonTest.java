package org.reclaimfs.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Anon counts as much as storing it gains (spec/12, further policies). */
final class ScaledAnonTest {
    @ParameterizedTest(
            name = "all RAM-backed {0}: {1} pages stored in {2}: {3} reclaimable of 1000 anon and 30 file pages")
    @CsvSource({
        "true, 0, 0, 1030", // nothing is known yet
        "true, 100, 54, 490", // half-compressible: 46 % of each page is gained
        "true, 100, 100, 30",
        "true, 100, 102, 30", // a loss is not negative memory
        "true, 100, 25, 780",
        "false, 100, 100, 1030", // a disk frees whole pages
    })
    void byWhatThePoolsHaveMadeOfTheirPages(boolean ramBacked, long stored, long taken, long reclaimable) {
        Situation at = new Situation().swap(9, ramBacked).pools(stored, taken).lists(1000, 30);
        assertThat(at.reclaimable(new ScaledAnon(), Round.NOTHING)).isEqualTo(reclaimable);
    }
}
