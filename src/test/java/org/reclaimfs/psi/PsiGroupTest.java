package org.reclaimfs.psi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Averages and triggers with the figures of spec/09 sections 5 and 9. */
final class PsiGroupTest {
    private static final long MS = 1_000_000;
    private static final int STALLED = PsiGroup.MEMSTALL | PsiGroup.MEMSTALL_RUNNING | PsiGroup.RUNNING;

    private static long avg10(PsiGroup psi, boolean full) {
        return psi.avgHundredths(PsiResource.MEMORY, full, 0);
    }

    @Test
    void aWholePeriodOfStallGivesEighteenPercent() {
        PsiGroup psi = new PsiGroup(0, null);
        psi.change(0, 0, 0, STALLED);
        psi.update(PsiGroup.PERIOD_NS);
        assertThat(avg10(psi, false)).isEqualTo(1811);
        assertThat(avg10(psi, true))
                .as("a stalled task that runs is a full stall")
                .isEqualTo(1811);
        assertThat(psi.totalUs(PsiResource.MEMORY, true)).isEqualTo(2_004_000);

        psi.change(0, PsiGroup.PERIOD_NS, STALLED, 0);
        psi.update(2 * PsiGroup.PERIOD_NS);
        assertThat(avg10(psi, false)).isEqualTo(1483);
    }

    /** 77 % of each period, as in a captured stall; from zero. */
    @Test
    void aSteadyStallApproachesItsShare() {
        PsiGroup psi = new PsiGroup(0, null);
        List<Long> steps = new ArrayList<>();
        for (int period = 0; period < 30; period++) {
            long start = period * PsiGroup.PERIOD_NS;
            psi.change(0, start, 0, STALLED);
            psi.change(0, start + PsiGroup.PERIOD_NS * 77 / 100 + MS, STALLED, 0);
            psi.update(start + PsiGroup.PERIOD_NS);
            steps.add(avg10(psi, false));
        }
        assertThat(steps.get(0)).isEqualTo(1394);
        assertThat(steps.get(29)).isBetween(7650L, 7700L);
        assertThat(steps).isSorted();
    }

    @Test
    void aBusyTaskBesidesAStalledOneMakesItPartial() {
        PsiGroup psi = new PsiGroup(0, null);
        psi.change(0, 0, 0, STALLED);
        psi.change(0, 0, 0, PsiGroup.RUNNING);
        psi.update(500 * MS);
        assertThat(psi.totalUs(PsiResource.MEMORY, false)).isEqualTo(500_000);
        assertThat(psi.totalUs(PsiResource.MEMORY, true)).isZero();
    }

    /** 60 s without a read: 28 periods were missed, then one empty sample (spec/09 section 9.4). */
    @Test
    void missedPeriodsDecayAtOnce() {
        PsiGroup psi = new PsiGroup(0, null);
        psi.change(0, 0, 0, STALLED);
        psi.update(PsiGroup.PERIOD_NS);
        psi.change(0, PsiGroup.PERIOD_NS, STALLED, 0);
        long now = PsiGroup.PERIOD_NS + 60_000 * MS;
        psi.update(now);

        PsiGroup everyPeriod = new PsiGroup(0, null);
        everyPeriod.change(0, 0, 0, STALLED);
        everyPeriod.update(PsiGroup.PERIOD_NS);
        everyPeriod.change(0, PsiGroup.PERIOD_NS, STALLED, 0);
        for (long t = 2 * PsiGroup.PERIOD_NS; t <= now; t += PsiGroup.PERIOD_NS) {
            everyPeriod.update(t);
        }
        assertThat(avg10(psi, false)).isBetween(0L, 10L);
        assertThat(psi.avgHundredths(PsiResource.MEMORY, false, 2))
                .isCloseTo(
                        everyPeriod.avgHundredths(PsiResource.MEMORY, false, 2),
                        org.assertj.core.api.Assertions.within(5L));
    }

    @Test
    void switchedOffNothingAddsUp() {
        PsiGroup psi = new PsiGroup(0, null);
        psi.change(0, 0, 0, STALLED);
        psi.setEnabled(false, 100 * MS);
        psi.setEnabled(true, 900 * MS);
        psi.update(1000 * MS);
        assertThat(psi.totalUs(PsiResource.MEMORY, false)).isEqualTo(200_000);
    }
}
