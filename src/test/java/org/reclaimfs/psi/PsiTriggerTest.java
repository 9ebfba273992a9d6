package org.reclaimfs.psi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Triggers as a driver meets them: it goes from one check to the next (spec/09 sections 7 and 9.5). */
final class PsiTriggerTest {
    private static final long MS = 1_000_000;
    private static final int STALLED = PsiGroup.MEMSTALL | PsiGroup.MEMSTALL_RUNNING | PsiGroup.RUNNING;

    private final PsiGroup system = new PsiGroup(0, null);
    private final PsiGroup psi = new PsiGroup(0, system);
    private final List<Long> eventsMs = new ArrayList<>();
    private int checks;

    /** Lets the monitor run at the times it asks for, up to and including {@code untilNs}. */
    private void runTo(long untilMs, PsiTrigger trigger) {
        PsiMonitor monitor = system.monitor();
        while (monitor.nextCheckNs() <= untilMs * MS) {
            long at = monitor.nextCheckNs();
            monitor.check(at);
            checks++;
            if (trigger.takeEvent()) {
                eventsMs.add(at / MS);
            }
        }
    }

    private void stall(long fromMs, long toMs, PsiTrigger trigger) {
        runTo(fromMs, trigger);
        psi.change(0, fromMs * MS, 0, STALLED);
        runTo(toMs, trigger);
        psi.change(0, toMs * MS, STALLED, 0);
    }

    /** One jiffy after the stall begins the windows start; from then on it is looked at every 100 ms. */
    @Test
    void aStallFiresOnceAndASecondOneOnlyAfterTheWindow() {
        PsiTrigger trigger = psi.addTrigger(PsiResource.MEMORY, false, 150_000, 1_000_000, true, 0);
        stall(50, 250, trigger);
        stall(500, 700, trigger);
        runTo(5000, trigger);
        assertThat(eventsMs).containsExactly(254L, 1254L);
    }

    @Test
    void tooLittleStallFiresNothing() {
        PsiTrigger trigger = psi.addTrigger(PsiResource.MEMORY, true, 150_000, 1_000_000, true, 0);
        for (int second = 0; second < 20; second++) {
            stall(1000 * second, 1000 * second + 60, trigger);
        }
        runTo(60_000, trigger);
        assertThat(eventsMs).isEmpty();
    }

    @Test
    void aSteadyStallFiresOncePerWindow() {
        PsiTrigger trigger = psi.addTrigger(PsiResource.MEMORY, false, 150_000, 1_000_000, true, 0);
        stall(0, 10_000, trigger);
        assertThat(eventsMs).hasSize(10);
        for (int i = 1; i < eventsMs.size(); i++) {
            assertThat(eventsMs.get(i) - eventsMs.get(i - 1)).isGreaterThanOrEqualTo(1000);
        }
    }

    @Test
    void nobodyLooksWhenNothingHappens() {
        PsiTrigger trigger = psi.addTrigger(PsiResource.MEMORY, false, 150_000, 1_000_000, true, 0);
        assertThat(system.monitor().nextCheckNs()).isEqualTo(PsiMonitor.NEVER);
        stall(1000, 1010, trigger);
        runTo(100_000, trigger);
        assertThat(checks).as("one window after the last change").isBetween(10, 14);
        assertThat(system.monitor().nextCheckNs()).isEqualTo(PsiMonitor.NEVER);
        psi.change(0, 100_000 * MS, 0, PsiGroup.IOWAIT);
        assertThat(system.monitor().nextCheckNs()).as("not watched").isEqualTo(PsiMonitor.NEVER);
    }

    /** Without privilege a trigger is looked at when averages are made, on their totals. */
    @Test
    void anUnprivilegedTriggerWaitsForTheAverages() {
        PsiTrigger trigger = psi.addTrigger(PsiResource.MEMORY, false, 150_000, 2_000_000, false, 0);
        stall(100, 400, trigger);
        runTo(10_000, trigger);
        assertThat(eventsMs).containsExactly(2104L);
    }

    @Test
    void theSystemsFullCpuTriggerIsTakenButNeverFires() {
        PsiTrigger trigger = system.addTrigger(PsiResource.CPU, true, 1, 1_000_000, true, 0);
        system.change(0, 0, 0, PsiGroup.RUNNING);
        runTo(5000, trigger);
        assertThat(eventsMs).isEmpty();
    }

    @Test
    void aClosedTriggerIsForgotten() {
        PsiTrigger trigger = psi.addTrigger(PsiResource.MEMORY, false, 150_000, 1_000_000, true, 0);
        psi.change(0, 0, 0, STALLED);
        trigger.close();
        assertThat(psi.hasTriggers()).isFalse();
        runTo(5000, trigger);
        assertThat(eventsMs).isEmpty();
        assertThat(system.monitor().nextCheckNs()).isEqualTo(PsiMonitor.NEVER);
    }
}
