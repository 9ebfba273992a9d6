package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Seeded random operations against the naive reference: same counters, same lists, page by page. {@code
 * -Dreclaimfs.seeds=N} and {@code -Dreclaimfs.firstSeed=S} choose how many and which.
 */
final class DifferentialTest {
    private static final long SEEDS = Long.getLong("reclaimfs.seeds", 20);
    private static final long FIRST = Long.getLong("reclaimfs.firstSeed", 1);
    private static final int OPS = Integer.getInteger("reclaimfs.ops", 60);

    @ParameterizedTest(name = "{0}")
    @EnumSource(OpMix.class)
    void bothModelsAgreeAfterEveryOperation(OpMix mix) {
        // What fills a machine takes longer.
        long seeds = mix.mayRunShort() ? (SEEDS + 3) / 4 : SEEDS;
        for (long seed = FIRST; seed < FIRST + seeds; seed++) {
            RandomOps ops = new RandomOps(seed, mix);
            for (int i = 0; i < OPS && !ops.ended(); i++) {
                List<String> differences = ops.next();
                assertThat(differences)
                        .as("mix %s, seed %d, operation %d: %s", mix, seed, i, ops.history())
                        .isEmpty();
            }
        }
    }
}
