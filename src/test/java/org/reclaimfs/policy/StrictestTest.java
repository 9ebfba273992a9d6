package org.reclaimfs.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.reclaimfs.policy.Situation.round;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Policies only take hope away from stock, so those that are on together agree on the least. */
final class StrictestTest {
    private final Situation at = new Situation().swap(7, true).pools(100, 54).lists(1000, 30);
    private final Round round = round(50, 2, 60, 4, 51);
    private final List<RetryPolicy> all = List.of(
            new Stock(),
            new RamBackedSwap(),
            new ReclaimProgress(ReclaimProgress.Base.LISTS),
            new ReclaimProgress(ReclaimProgress.Base.SCANNED),
            new NetProgress(),
            new ScaledAnon(),
            new EfficiencyGate());

    @Test
    void noneIsStockAndOneIsItself() {
        assertThat(at.reclaimable(Strictest.of(List.of()), round)).isEqualTo(1030);
        assertThat(Strictest.of(List.of(all.get(1)))).isSameAs(all.get(1));
    }

    @Test
    void noPolicyHopesForMoreThanStock() {
        for (RetryPolicy policy : all) {
            assertThat(at.reclaimable(policy, round)).isLessThanOrEqualTo(1030);
            assertThat(at.progress(policy, round)).isLessThanOrEqualTo(52);
        }
    }

    @Test
    void togetherTheySayTheLeastInAnyOrder() {
        List<RetryPolicy> some = new ArrayList<>(List.of(all.get(4), all.get(5), all.get(0)));
        for (int i = 0; i < 3; i++) {
            RetryPolicy together = Strictest.of(some);
            assertThat(at.progress(together, round)).isEqualTo(1);
            assertThat(at.reclaimable(together, round)).isEqualTo(490);
            Collections.rotate(some, 1);
        }
    }
}
