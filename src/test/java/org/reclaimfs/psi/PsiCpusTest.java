package org.reclaimfs.psi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pressure over several CPUs: spec/09 sections 2, 4 and 9. */
final class PsiCpusTest {
    private static final long MS = 1_000_000;
    private static final long PERIOD = PsiGroup.PERIOD_NS;

    /** S sleeps stalled, R runs stalled, B runs busy, I sleeps for I/O, W waits stalled for a CPU, Q waits unstalled. */
    private static int states(char task) {
        return switch (task) {
            case 'S' -> PsiGroup.MEMSTALL;
            case 'R' ->
                PsiGroup.MEMSTALL
                        | PsiGroup.MEMSTALL_RUNNING
                        | PsiGroup.RUNNING
                        | PsiGroup.ONCPU
                        | PsiGroup.ONCPU_MEMSTALL;
            case 'B' -> PsiGroup.RUNNING | PsiGroup.ONCPU;
            case 'I' -> PsiGroup.IOWAIT;
            case 'T' -> PsiGroup.IOWAIT | PsiGroup.MEMSTALL;
            case 'W' -> PsiGroup.MEMSTALL | PsiGroup.MEMSTALL_RUNNING | PsiGroup.RUNNING;
            case 'Q' -> PsiGroup.RUNNING;
            default -> throw new IllegalArgumentException(String.valueOf(task));
        };
    }

    /** Percent of one period that the tasks of "CPU0 CPU1 …" cause. */
    @ParameterizedTest(name = "{0}: memory {1}/{2}, io {3}/{4}, cpu {5}/{6}")
    @CsvSource({
        "R,       100, 100,   0,   0,   0,   0", // the only task reclaims: section 9.1
        "R B,      50,  50,   0,   0,   0,   0", // section 9.2
        "R B B B,  25,  25,   0,   0,   0,   0",
        "R '',    100, 100,   0,   0,   0,   0", // an idle CPU weighs nothing
        "B,         0,   0,   0,   0,   0,   0",
        "S,       100, 100,   0,   0,   0,   0", // asleep above memory.high
        "SB,      100,   0,   0,   0,   0,   0", // the CPU does something useful meanwhile
        "S B,      50,  50,   0,   0,   0,   0",
        "RQ,      100, 100,   0,   0, 100,   0", // the busy one only waits: the CPU is lost to reclaim
        "BW,      100,   0,   0,   0, 100,   0",
        "BQ B,      0,   0,   0,   0,  50,   0",
        "Q,         0,   0,   0,   0, 100, 100", // runnable, but the CPU runs someone of another group
        "I,         0,   0, 100, 100,   0,   0",
        "IB,        0,   0, 100,   0,   0,   0",
        "T,       100, 100, 100, 100,   0,   0", // waits for a page of its workingset from a disk
        "T R,     100, 100,  50,  50,   0,   0"
    })
    void sharesOfAPeriod(
            String tasks, long memSome, long memFull, long ioSome, long ioFull, long cpuSome, long cpuFull) {
        PsiGroup psi = new PsiGroup(0, new PsiGroup(0, null));
        String[] perCpu = tasks.split(" ");
        for (int cpu = 0; cpu < perCpu.length; cpu++) {
            for (char task : perCpu[cpu].replace("'", "").toCharArray()) {
                psi.change(cpu, 0, 0, states(task));
            }
        }
        psi.update(PERIOD);
        long[] expected = {cpuSome, cpuFull, ioSome, ioFull, memSome, memFull};
        for (PsiResource resource : PsiResource.values()) {
            for (boolean full : new boolean[] {false, true}) {
                assertThat(psi.totalUs(resource, full))
                        .as("%s %s", resource, full ? "full" : "some")
                        .isEqualTo(expected[resource.ordinal() * 2 + (full ? 1 : 0)] * PERIOD / 100_000);
            }
        }
    }

    @Test
    void theSystemHasNoFullCpuPressure() {
        PsiGroup system = new PsiGroup(0, null);
        system.change(0, 0, 0, PsiGroup.RUNNING);
        system.update(PERIOD);
        assertThat(system.totalUs(PsiResource.CPU, false)).isEqualTo(PERIOD / 1000);
        assertThat(system.totalUs(PsiResource.CPU, true)).isZero();
    }

    /** A CPU that was busy for a tenth of the time has a tenth of the weight. */
    @Test
    void aCpuWeighsAsMuchAsItWasNotIdle() {
        PsiGroup psi = new PsiGroup(0, null);
        psi.change(0, 0, 0, states('R'));
        psi.change(1, 0, 0, states('B'));
        psi.change(1, 200 * MS, states('B'), 0);
        psi.update(1000 * MS);
        assertThat(psi.totalUs(PsiResource.MEMORY, true)).isEqualTo(1_000_000L * 250 / (250 + 50));
    }

    /** Nobody reads for a minute of steady stall: the averages are those of a reader at every period. */
    @Test
    void averagesNeedNoReaderWhileTasksAreActive() {
        PsiGroup read = new PsiGroup(0, null);
        PsiGroup unread = new PsiGroup(0, null);
        long end = 30 * PERIOD;
        for (long t = 0; t < end; t += 10 * MS) {
            read.update(t - t % PERIOD);
            for (PsiGroup psi : new PsiGroup[] {read, unread}) {
                psi.change(0, t, 0, states('R'));
                psi.change(0, t + 7 * MS, states('R'), 0);
            }
        }
        read.update(end);
        unread.update(end);
        for (int window = 0; window < 3; window++) {
            assertThat(unread.avgHundredths(PsiResource.MEMORY, false, window))
                    .isCloseTo(read.avgHundredths(PsiResource.MEMORY, false, window), within(60L));
        }
        assertThat(unread.avgHundredths(PsiResource.MEMORY, false, 0)).isBetween(6800L, 7000L);
    }

    /** One task asleep in a stall for a minute, without a change and without a reader. */
    @Test
    void aStateThatLastsIsAveragedPeriodByPeriod() {
        PsiGroup psi = new PsiGroup(0, null);
        psi.change(0, 0, 0, states('S'));
        psi.change(0, 30 * PERIOD, states('S'), 0);
        psi.update(30 * PERIOD);
        assertThat(psi.avgHundredths(PsiResource.MEMORY, true, 0)).isGreaterThan(9700);
        assertThat(psi.avgHundredths(PsiResource.MEMORY, true, 1)).isBetween(6000L, 6700L);
    }

    /** A slice runs ahead of the machine's time: an event before its end counts from its end. */
    @Test
    void timeOnACpuNeverRunsBackwards() {
        PsiGroup psi = new PsiGroup(0, null);
        psi.change(0, 10 * MS, 0, states('R'));
        psi.change(0, 510 * MS, states('R'), 0);
        psi.change(0, 300 * MS, 0, states('B'));
        psi.change(0, 910 * MS, states('B'), 0);
        psi.update(1000 * MS);
        assertThat(psi.totalUs(PsiResource.MEMORY, true)).isEqualTo(500_000);
    }
}
