package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.psi.PsiGroup;
import org.reclaimfs.psi.PsiResource;

final class CpusTest {
    private static final long MS = 1_000_000;
    private static final long SECOND = 1000 * MS;

    private static Machine machine(int cpus) {
        MachineConfig d = MachineConfig.defaults();
        return new Machine(new MachineConfig(256L << 20, d.reservedBytes(), cpus, 1, d.patches(), d.costs()));
    }

    /** Slices that cost {@code spendNs} each, with {@code restNs} of sleep between them. */
    private static final class Worker extends Activity {
        private final Machine machine;
        private final long spendNs;
        private final long restNs;
        private long gotNs;
        private long lastNs;
        private int slices = Integer.MAX_VALUE;
        private final List<Integer> cpus = new ArrayList<>();

        Worker(Machine machine, long spendNs, long restNs) {
            super(() -> machine.cgroups().root());
            this.machine = machine;
            this.spendNs = spendNs;
            this.restNs = restNs;
        }

        @Override
        public long step(long nowNs) {
            if (slices-- == 0) {
                return DONE;
            }
            machine.core().effort.begin(nowNs);
            machine.core().effort.spend(spendNs);
            gotNs += spendNs;
            lastNs = nowNs;
            cpus.add(cpu());
            return spendNs + restNs;
        }
    }

    private static void run(Machine machine, long untilNs) {
        machine.advance(untilNs, Integer.MAX_VALUE);
    }

    private static long totalUs(Machine machine, PsiResource resource, boolean full) {
        PsiGroup psi = machine.cgroups().root().psi();
        psi.update(machine.nowNs());
        return psi.totalUs(resource, full);
    }

    /** As the shrink worker, queued again while it ran: the reason is found right after its last slice. */
    @Test
    void aWakeUpDuringTheLastSliceIsNotLost() {
        Machine machine = machine(2);
        int[] slices = {0};
        Activity worker = new Activity() {
            @Override
            public long step(long nowNs) {
                machine.core().effort.begin(nowNs);
                machine.core().effort.spend(MS);
                if (slices[0]++ == 0) {
                    machine.start(this);
                }
                return DONE;
            }
        };
        machine.start(worker);
        run(machine, SECOND);
        assertThat(slices[0]).isEqualTo(2);
    }

    @ParameterizedTest(name = "{0} busy ones on {1} CPUs")
    @CsvSource({"1,1", "1,4", "4,4", "2,1", "3,2", "5,2", "7,3", "130,128", "9,8"})
    void busyOnesShareTheCpusEqually(int workers, int cpus) {
        Machine machine = machine(cpus);
        List<Worker> all = new ArrayList<>();
        for (int i = 0; i < workers; i++) {
            Worker worker = new Worker(machine, Activity.SLICE_NS, 0);
            all.add(worker);
            machine.start(worker);
        }
        run(machine, SECOND);
        long share = SECOND * Math.min(workers, cpus) / workers;
        for (Worker worker : all) {
            assertThat(worker.gotNs).isCloseTo(share, within(2 * Activity.SLICE_NS));
        }
    }

    @Test
    void whoFindsItsCpuIdleStaysThere() {
        Machine machine = machine(4);
        Worker[] workers = {new Worker(machine, MS, MS), new Worker(machine, MS, 0), new Worker(machine, MS, 3 * MS)};
        for (Worker worker : workers) {
            machine.start(worker);
        }
        run(machine, 100 * MS);
        for (int i = 0; i < workers.length; i++) {
            assertThat(workers[i].cpus).containsOnly(i);
        }
    }

    /** A tenth of a millisecond of work, then sleep: it takes a CPU for no more than that. */
    @Test
    void aSleeperCostsNoCpu() {
        Machine machine = machine(1);
        Worker busy = new Worker(machine, MS / 2, 0);
        Worker sleeper = new Worker(machine, MS / 10, 9 * MS);
        machine.start(busy);
        machine.start(sleeper);
        run(machine, SECOND);
        assertThat(busy.gotNs + sleeper.gotNs).isCloseTo(SECOND, within(MS));
        assertThat(sleeper.gotNs / (MS / 10)).isBetween(100L, 110L);
        // It waits up to a slice after each of its sleeps; nobody else ever waits.
        assertThat(totalUs(machine, PsiResource.CPU, false)).isBetween(1_000L, 60_000L);
    }

    @Test
    void aSleeperAloneWakesOnTime() {
        Machine machine = machine(1);
        Worker sleeper = new Worker(machine, MS, 9 * MS);
        machine.start(sleeper);
        run(machine, SECOND);
        assertThat(sleeper.cpus).hasSize(101);
        assertThat(sleeper.lastNs).isEqualTo(SECOND);
        assertThat(totalUs(machine, PsiResource.CPU, false)).isZero();
    }

    @Test
    void whoMustWaitIsCpuPressure() {
        Machine machine = machine(1);
        machine.start(new Worker(machine, MS / 2, 0));
        machine.start(new Worker(machine, MS / 2, 0));
        run(machine, SECOND);
        assertThat(totalUs(machine, PsiResource.CPU, false)).isCloseTo(1_000_000L, within(1000L));
        assertThat(totalUs(machine, PsiResource.CPU, true)).isZero();
    }

    /** One stalled and one busy task on two CPUs: half of the machine is lost (spec/09 section 9.2). */
    @Test
    void oneStalledBesideOneBusyIsHalfThePressure() {
        Machine machine = machine(2);
        Worker stalled = new Worker(machine, MS / 2, 0);
        machine.start(stalled);
        machine.start(new Worker(machine, MS / 2, 0));
        stalled.pressure.stall(true, 0);
        run(machine, SECOND);
        assertThat(totalUs(machine, PsiResource.MEMORY, false)).isCloseTo(500_000L, within(1000L));
        assertThat(totalUs(machine, PsiResource.MEMORY, true)).isCloseTo(500_000L, within(1000L));
    }

    @Test
    void whoIsWokenInItsLastSliceRunsAgainAfterIt() {
        Machine machine = machine(1);
        Worker worker = new Worker(machine, MS, 0);
        Activity once = new Activity() {
            @Override
            public long step(long nowNs) {
                machine.step(worker);
                return DONE;
            }
        };
        machine.start(once);
        run(machine, 0);
        assertThat(worker.gotNs).isEqualTo(MS);
        machine.start(once);
        run(machine, MS - 1);
        assertThat(worker.gotNs).as("its CPU is busy").isEqualTo(MS);
        run(machine, MS);
        assertThat(worker.gotNs).isEqualTo(2 * MS);
    }

    /** With the clock at a standstill whoever is done leaves its CPU at once. */
    @Test
    void atAStandstillLastSlicesTakeNoTime() {
        Machine machine = machine(1);
        Worker worker = new Worker(machine, MS, 0);
        worker.slices = 1;
        Activity once = new Activity() {
            @Override
            public long step(long nowNs) {
                machine.step(worker);
                return DONE;
            }
        };
        Worker next = new Worker(machine, MS, 0);
        machine.start(once);
        machine.start(next);
        run(machine, 0);
        assertThat(next.gotNs).isZero();
        machine.completeSlices();
        run(machine, 0);
        assertThat(next.gotNs).isEqualTo(MS);
    }

    /** A step of a timeline carries the work it waits for: that has the CPU, and the pressure. */
    @Test
    void theCarriedCountsNotTheCarrier() {
        Machine machine = machine(1);
        Worker carried = new Worker(machine, MS / 2, 0);
        machine.start(new Activity() {
            @Override
            public long step(long nowNs) {
                return machine.step(carried);
            }
        });
        machine.start(new Worker(machine, MS / 2, 0));
        run(machine, SECOND);
        assertThat(carried.gotNs).isCloseTo(SECOND / 2, within(MS));
        assertThat(totalUs(machine, PsiResource.CPU, false)).isCloseTo(1_000_000L, within(1000L));
    }

    @Test
    void theSameStartsGiveTheSameCourse() {
        assertThat(course()).isEqualTo(course());
    }

    private static List<List<Integer>> course() {
        Machine machine = machine(3);
        List<List<Integer>> course = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Worker worker = new Worker(machine, MS / 2 + 1000 * i, i % 3 * 700_000);
            course.add(worker.cpus);
            machine.start(worker);
        }
        run(machine, SECOND / 10);
        return course;
    }
}
