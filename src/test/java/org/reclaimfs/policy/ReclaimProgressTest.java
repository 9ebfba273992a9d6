package org.reclaimfs.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.reclaimfs.policy.Situation.round;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.policy.ReclaimProgress.Base;

/** Patch A2 with both readings of its percentage (spec/02 section 6, spec/12 A2; the sizes are those of spec/11 section 6). */
final class ReclaimProgressTest {
    @ParameterizedTest(name = "{0}, {1} %: {2} of {3} scanned, {4} anon on the lists: {5} reclaimable")
    @CsvSource({
        "LISTS, 1, 50, 60, 4960156, 0", // the machines of the trace: no round comes near
        "LISTS, 1, 50, 60, 5001, 0",
        "LISTS, 1, 50, 60, 5000, 5000", // 50 pages are 1 % up to here
        "LISTS, 1, 49, 60, 5000, 0",
        "LISTS, 2, 50, 60, 5000, 0",
        "LISTS, 100, 50, 50, 50, 50",
        "LISTS, 0, 0, 60, 4960156, 4960156", // 0 is stock
        "LISTS, 1, 0, 60, 50, 0", // nothing is less than any percentage
        "SCANNED, 1, 1, 100, 4960156, 4960156",
        "SCANNED, 1, 1, 101, 4960156, 0",
        "SCANNED, 1, 0, 0, 4960156, 0", // nothing of nothing, too
        "SCANNED, 0, 0, 0, 4960156, 4960156",
    })
    void anonCountsIfEnoughOfItWasReclaimed(Base base, int pct, long freed, long scanned, long anon, long reclaimable) {
        Situation at = new Situation().swap(1, true).lists(anon, 0);
        at.knobs.setReclaimProgressPct(pct);
        assertThat(at.reclaimable(new ReclaimProgress(base), round(freed, 0, scanned, 0, freed)))
                .isEqualTo(reclaimable);
    }

    @ParameterizedTest(name = "{0}: {1} anon and {2} file pages freed: {3} reclaimable")
    @CsvSource({
        "LISTS, 30, 0, 3000",
        "LISTS, 0, 2, 200",
        "LISTS, 30, 2, 3200",
        "LISTS, 30, 1, 3000",
        "SCANNED, 1, 0, 3000",
        "SCANNED, 0, 1, 200"
    })
    void eachTypeHasToEarnItsOwn(Base base, long anonFreed, long fileFreed, long reclaimable) {
        Situation at = new Situation().swap(1, false).lists(3000, 200);
        assertThat(at.reclaimable(new ReclaimProgress(base), round(anonFreed, fileFreed, 64, 64, 0)))
                .isEqualTo(reclaimable);
    }

    @Test
    void withoutSlotsAnonNeverCounts() {
        Situation at = new Situation().swap(0, false).lists(100, 0);
        assertThat(at.reclaimable(new ReclaimProgress(Base.LISTS), round(50, 0, 50, 0, 0)))
                .isZero();
    }
}
