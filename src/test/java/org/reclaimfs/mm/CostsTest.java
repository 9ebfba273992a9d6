package org.reclaimfs.mm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.reclaimfs.mm.Costs.Algorithm;
import org.reclaimfs.mm.Costs.Profile;

final class CostsTest {
    private static final Costs SERVER = Costs.of(Profile.SERVER);

    @ParameterizedTest(
            name = "in the {0} profile a page that gets no smaller is compressed sooner, and read back soonest")
    @EnumSource
    void timesByContent(Profile profile) {
        Costs costs = Costs.of(profile);
        for (Algorithm algorithm : Algorithm.values()) {
            long half = costs.compressNs(algorithm, Content.ratio(2, "ratio:2"));
            assertThat(costs.compressNs(algorithm, Content.RANDOM)).isLessThan(half);
            assertThat(costs.decompressNs(algorithm)).isLessThan(half);
        }
    }

    @Test
    void theGuestIsSlowerInEverything() {
        Costs guest = Costs.of(Profile.GOLDEN_GUEST);
        assertThat(Costs.keys()).allSatisfy(key -> assertThat(guest.get(key)).isGreaterThan(SERVER.get(key)));
    }

    @ParameterizedTest(name = "a batch with {0} reclaimers takes {1} times as long")
    @CsvSource({"0, 1", "1, 1", "2, 2", "8, 8", "9, 8", "1000, 8"})
    void contention(int reclaimers, int factor) {
        assertThat(SERVER.batchNs(reclaimers)).isEqualTo(factor * SERVER.get(Cost.BATCH));
    }

    @Test
    void oneCostChangesAlone() {
        Costs changed = SERVER.with("zstd_decompress", 7);
        assertThat(changed.decompressNs(Algorithm.ZSTD)).isEqualTo(7);
        assertThat(changed.with("zstd_decompress", SERVER.decompressNs(Algorithm.ZSTD)))
                .isEqualTo(SERVER)
                .hasSameHashCodeAs(SERVER);
        assertThat(changed).hasToString("server zstd_decompress=7").isNotEqualTo(SERVER);
        assertThatThrownBy(() -> SERVER.with("fault", -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SERVER.with("faults", 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
