package org.reclaimfs.sched;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.sched.RunQueues.Times;

final class RunQueuesTest {
    private static final long MS = 1_000_000;
    private static final long SAMPLE_NS = 5_004 * MS;

    private final RunQueues queues = new RunQueues();

    @Test
    void workIsDoneBeforeACpuIdles() {
        queues.advance(10 * MS);
        queues.owe(0, 3 * MS, 2 * MS);
        queues.advance(14 * MS);
        assertThat(queues.times(0)).isEqualTo(new Times(2 * MS, 2 * MS, 10 * MS, 0));
        queues.advance(20 * MS);
        assertThat(queues.times(0)).isEqualTo(new Times(3 * MS, 2 * MS, 15 * MS, 0));
        assertThat(queues.times(1)).isEqualTo(new Times(0, 0, 20 * MS, 0));
    }

    @Test
    void anIdleCpuWaitsForIoWhileSomeThreadOfItDoes() {
        int waits = RunQueues.BLOCKED | RunQueues.IOWAIT;
        queues.change(1, 0, RunQueues.RUNNABLE);
        queues.owe(1, MS, 0);
        queues.advance(MS);
        queues.change(1, RunQueues.RUNNABLE, waits);
        assertThat(queues.waiting()).isEqualTo(1);
        assertThat(queues.runnable()).isZero();
        queues.advance(5 * MS);
        queues.change(1, waits, 0);
        queues.advance(7 * MS);
        assertThat(queues.times(1)).isEqualTo(new Times(MS, 0, 2 * MS, 4 * MS));
        assertThat(queues.times(0)).isEqualTo(new Times(0, 0, 7 * MS, 0));
    }

    @Test
    void whoComesFromOutsideGetsTheCpuThatOwesLeast() {
        queues.owe(0, 0, 2 * MS);
        assertThat(queues.leastOwing(2)).isEqualTo(1);
        queues.owe(1, 0, 3 * MS);
        assertThat(queues.leastOwing(2)).isZero();
        queues.advance(3 * MS);
        assertThat(queues.leastOwing(2)).isZero();
    }

    /** Looking at it changes nothing, and nothing is lost: the same changes with and without a reader between. */
    @Test
    void timesAddUpWhoeverLooks() {
        for (long seed = 1; seed <= 20; seed++) {
            RunQueues watched = new RunQueues();
            RunQueues alone = new RunQueues();
            SplittableRandom random = new SplittableRandom(seed);
            long nowNs = 0;
            boolean[] waits = new boolean[3];
            for (int i = 0; i < 500; i++) {
                int cpu = random.nextInt(3);
                nowNs += random.nextLong(3 * MS);
                long user = random.nextLong(MS);
                long system = random.nextLong(MS);
                boolean flip = random.nextBoolean();
                for (RunQueues q : new RunQueues[] {watched, alone}) {
                    q.advance(nowNs);
                    q.owe(cpu, user, system);
                    if (flip) {
                        q.change(cpu, waits[cpu] ? RunQueues.IOWAIT : 0, waits[cpu] ? 0 : RunQueues.IOWAIT);
                    }
                }
                waits[cpu] ^= flip;
                for (int c = 0; c < 3; c++) {
                    Times t = watched.times(c);
                    assertThat(t.userNs() + t.systemNs() + t.idleNs() + t.iowaitNs())
                            .as("seed %d, CPU %d", seed, c)
                            .isEqualTo(nowNs);
                }
            }
            for (int c = 0; c < 3; c++) {
                assertThat(alone.times(c)).isEqualTo(watched.times(c));
            }
        }
    }

    /** An average of n threads is n * (1 - e^(-t/window)), but for the kernel's fixed point, which rounds up on the way. */
    @ParameterizedTest(name = "{0} threads for {1} samples")
    @CsvSource({"1, 0", "1, 1", "1, 12", "4, 12", "1, 60", "1, 180", "7, 180", "1, 2000"})
    void loadAverages(int threads, int samples) {
        for (int i = 0; i < threads; i++) {
            queues.change(0, 0, i % 2 == 0 ? RunQueues.RUNNABLE : RunQueues.BLOCKED);
        }
        queues.advance(samples * SAMPLE_NS);
        int[] seconds = {60, 300, 900};
        for (int window = 0; window < 3; window++) {
            double expected = threads * (1 - Math.exp(-5.0 * samples / seconds[window]));
            assertThat(queues.loadHundredths(window) / 100.0).isCloseTo(expected, within(0.02 + expected / 50));
        }
    }

    /** The first sample is taken when its time has come, with the threads of that moment. */
    @Test
    void aSampleEveryFiveSecondsAndATick() {
        queues.change(0, 0, RunQueues.RUNNABLE);
        queues.advance(SAMPLE_NS - 1);
        assertThat(queues.loadHundredths(0)).isZero();
        queues.advance(SAMPLE_NS);
        assertThat(queues.loadHundredths(0)).isEqualTo(8);
    }

    @Test
    void theLoadOfThePastFades() {
        queues.change(0, 0, RunQueues.RUNNABLE);
        queues.advance(100 * SAMPLE_NS);
        queues.change(0, RunQueues.RUNNABLE, 0);
        queues.advance(101 * SAMPLE_NS);
        assertThat(queues.loadHundredths(0)).isBetween(90L, 93L);
        queues.advance(2000 * SAMPLE_NS);
        assertThat(queues.loadHundredths(2)).isZero();
    }
}
