package org.reclaimfs.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Activity;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.machine.MachineConfig;

final class TimeGateTest {
    private static final long MS = 1_000_000;

    /** Wall time that passes only where the test's own thread parks; the driver's thread finds nothing to do. */
    private static final class FakeWall implements Wall {
        private final Thread mine = Thread.currentThread();
        private volatile long ns = 1000;
        private long parkedNs;

        @Override
        public long ns() {
            return ns;
        }

        @Override
        public void park(long parkNs) {
            if (Thread.currentThread() == mine) {
                ns += parkNs;
                parkedNs += parkNs;
            } else {
                Wall.REAL.park(Math.min(parkNs, 50 * MS));
            }
        }
    }

    /** Work of some slices of equal cost. */
    private static final class Slices implements Work {
        private final int count;
        private final long costNs;
        private final List<Long> at = new ArrayList<>();
        private boolean signalled;

        Slices(int count, long costNs) {
            this.count = count;
            this.costNs = costNs;
        }

        @Override
        public long slice(long nowNs) throws ErrnoException {
            if (signalled) {
                throw new ErrnoException(Errno.EINTR, "told");
            }
            if (at.size() == count) {
                return FINISHED;
            }
            at.add(nowNs);
            return costNs;
        }

        @Override
        public void signal() {
            signalled = true;
        }
    }

    private final FakeWall wall = new FakeWall();
    private final Machine machine = new Machine(MachineConfig.defaults());
    private final TimeGate gate = new TimeGate(machine, wall);

    @AfterEach
    void close() {
        gate.close();
    }

    private void locked(Runnable action) {
        gate.lock().lock();
        try {
            action.run();
        } finally {
            gate.lock().unlock();
        }
    }

    @Test
    void standingTimeMovesOnlyByALeap() throws ErrnoException {
        Slices work = new Slices(1000, MS);
        gate.drive(work, Signal.NEVER);
        assertThat(work.at).hasSize(1000).containsOnly(0L);
        assertThat(wall.parkedNs).isZero();
        locked(() -> assertThat(gate.enter()).isZero());
        gate.leapTo(5 * MS, () -> false);
        locked(() -> assertThat(gate.enter()).isEqualTo(5 * MS));
        locked(() -> assertThat(gate.clock().mode()).isEqualTo("manual"));
    }

    @Test
    void eventsRunWhenTimeLeapsOverThem() {
        List<Long> at = new ArrayList<>();
        locked(() -> machine.start(ticker(at, 10 * MS, 5)));
        gate.leapTo(25 * MS, () -> false);
        assertThat(at).containsExactly(0L, 10 * MS, 20 * MS);
        gate.leapTo(100 * MS, () -> false);
        assertThat(at).hasSize(5);
    }

    @Test
    void aLeapGivesWayToWhoWaitsAfterEachSlice() throws InterruptedException {
        List<Long> at = new ArrayList<>();
        AtomicInteger slicesBefore = new AtomicInteger();
        Thread writer = new Thread(() -> locked(() -> slicesBefore.set(at.size())));
        GateLock lock = (GateLock) gate.lock();
        locked(() -> machine.start(new Activity() {
            @Override
            public long step(long nowNs) {
                if (at.isEmpty()) {
                    writer.start();
                    while (!lock.wanted()) {
                        Thread.onSpinWait();
                    }
                }
                at.add(nowNs);
                return at.size() == 100 ? DONE : MS;
            }
        }));
        gate.leapTo(200 * MS, () -> false);
        writer.join();
        assertThat(at).hasSize(100);
        assertThat(slicesBefore).hasValue(1);
    }

    private static Activity ticker(List<Long> at, long everyNs, int count) {
        return new Activity() {
            @Override
            public long step(long nowNs) {
                at.add(nowNs);
                return at.size() == count ? DONE : everyNs;
            }
        };
    }

    @Test
    void wokenBackgroundWorkGetsItsTurnBetweenSlices() throws ErrnoException {
        List<Long> at = new ArrayList<>();
        Work work = new Work() {
            private int slices;

            @Override
            public long slice(long nowNs) {
                if (slices == 1) {
                    assertThat(at).containsExactly(0L);
                    return FINISHED;
                }
                machine.start(ticker(at, MS, 3));
                slices++;
                return 100;
            }
        };
        gate.drive(work, Signal.NEVER);
    }

    @Test
    void aWriterWaitsWhatItsWorkCosts() throws ErrnoException {
        gate.start(1);
        gate.drive(new Slices(100, MS), Signal.NEVER);
        assertThat(wall.parkedNs).isBetween(99 * MS, 101 * MS);
    }

    @Test
    void atTenfoldSpeedATenth() throws ErrnoException {
        gate.start(10);
        gate.drive(new Slices(100, MS), Signal.NEVER);
        assertThat(wall.parkedNs).isBetween(9 * MS, 11 * MS);
        locked(() -> assertThat(gate.enter()).isBetween(90 * MS, 110 * MS));
        locked(() -> assertThat(gate.clock().mode()).isEqualTo("scaled"));
    }

    @Test
    void aSignalEndsALongWaitWithinTenMilliseconds() {
        gate.start(1);
        Slices work = new Slices(1, 3_600_000 * MS);
        assertThatThrownBy(() -> gate.drive(work, () -> wall.parkedNs >= 20 * MS))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINTR));
        assertThat(wall.parkedNs).isLessThan(30 * MS);
    }

    @Test
    void whoDrivesTimeSetsItsPriorityFirst() throws InterruptedException {
        List<String> where = new ArrayList<>();
        CountDownLatch said = new CountDownLatch(1);
        gate.onDriver(() -> {
            where.add(Thread.currentThread().getName());
            said.countDown();
        });
        gate.start(1);
        assertThat(said.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(where).containsExactly("reclaimfs-clock");
    }

    @Test
    void pauseStopsTimeAndResumeGoesOnFromThere() {
        gate.start(2);
        wall.ns += 10 * MS;
        locked(() -> {
            gate.pause();
            assertThat(machine.nowNs()).isEqualTo(20 * MS);
            assertThat(gate.clock().mode()).isEqualTo("paused");
        });
        wall.ns += 1000 * MS;
        locked(() -> assertThat(gate.enter()).isEqualTo(20 * MS));
        gate.leapTo(30 * MS, () -> false);
        locked(gate::resume);
        wall.ns += MS;
        locked(() -> assertThat(gate.enter()).isEqualTo(32 * MS));
        locked(() -> gate.setSpeed(1));
        wall.ns += MS;
        locked(() -> assertThat(gate.enter()).isEqualTo(33 * MS));
        locked(() -> assertThat(gate.clock().mode()).isEqualTo("real"));
    }

    @Test
    void aRunningClockCanBeMovedOn() {
        gate.start(1);
        gate.leapTo(500 * MS, () -> false);
        wall.ns += MS;
        locked(() -> assertThat(gate.enter()).isEqualTo(501 * MS));
    }

    @Test
    void theDriverRunsEventsThatNobodyAsksFor() throws InterruptedException {
        CountDownLatch ran = new CountDownLatch(1);
        try (TimeGate real = new TimeGate(machine)) {
            real.start(100);
            real.lock().lock();
            machine.schedule(
                    new Activity() {
                        @Override
                        public long step(long nowNs) {
                            ran.countDown();
                            return DONE;
                        }
                    },
                    1000 * MS);
            real.lock().unlock();
            assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }
}
