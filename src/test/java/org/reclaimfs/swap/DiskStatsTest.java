package org.reclaimfs.swap;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When the block layer counts what, as read at a given time. */
final class DiskStatsTest {
    private static final long MS = 1_000_000;

    private final DiskStats stats = new DiskStats();

    @Test
    void requestsCountWhenTheyAreDoneAndMergesAtOnce() {
        stats.start(false, 8, 0, 3 * MS);
        stats.start(true, 1, MS, 2 * MS);
        IoCounts early = stats.at(MS);
        assertThat(early.readsInFlight()).isEqualTo(1);
        assertThat(early.writesInFlight()).isEqualTo(1);
        assertThat(early.readMerges()).isEqualTo(7);
        assertThat(early.reads() + early.readPages() + early.readNs()).isZero();
        IoCounts between = stats.at(2 * MS); // the later one is done first
        assertThat(between.writes()).isEqualTo(1);
        assertThat(between.writeNs()).isEqualTo(MS);
        assertThat(between.readsInFlight()).isEqualTo(1);
        IoCounts late = stats.at(3 * MS);
        assertThat(late.reads()).isEqualTo(1);
        assertThat(late.readPages()).isEqualTo(8);
        assertThat(late.readNs()).isEqualTo(3 * MS);
        assertThat(late.readsInFlight() + late.writesInFlight()).isZero();
    }

    @Test
    void pagesThatJoinARequestMakeItLonger() {
        stats.start(true, 1, 0, MS);
        stats.join(2, 5 * MS);
        assertThat(stats.at(4 * MS).writesInFlight()).isEqualTo(1);
        IoCounts done = stats.at(5 * MS);
        assertThat(done.writes()).isEqualTo(1);
        assertThat(done.writeMerges()).isEqualTo(2);
        assertThat(done.writtenPages()).isEqualTo(3);
        assertThat(done.writeNs()).isEqualTo(5 * MS);
    }

    @Test
    void moreRequestsThanAQueueHoldsAreAllCounted() {
        int requests = 3 * Disk.QUEUE_REQUESTS;
        for (int i = 0; i < requests; i++) {
            stats.start(false, 1, i, i + 1000 * MS);
        }
        assertThat(stats.at(MS).readsInFlight()).isEqualTo(requests);
        assertThat(stats.at(2000 * MS).reads()).isEqualTo(requests);
    }

    @ParameterizedTest(name = "{0}..{1} ms and {2}..{3} ms are {5} ms of work at {4} ms")
    @CsvSource({
        "0, 3, 3, 5, 10, 4", // one tick, at 4
        "1, 3, 5, 7, 10, 0", // none
        "1, 9, 2, 5, 10, 8", // the second within the first
        "1, 9, 2, 13, 20, 12", // they overlap
        "1, 9, 11, 13, 20, 12", // 4, 8 and 12
        "1, 9, 11, 13, 8, 8", // the second is still to come
        "1, 100, 2, 3, 6, 4", // under way
    })
    void timeWithARequestUnderWayCountsTicks(long from, long until, long from2, long until2, long now, long ms) {
        stats.start(false, 1, from * MS, until * MS);
        stats.start(true, 1, from2 * MS, until2 * MS);
        assertThat(stats.at(now * MS).busyNs()).isEqualTo(ms * MS);
    }

    @Test
    void aDeviceThatIsAskedWhileItWorksGoesOnLater() {
        BusyTicks busy = new BusyTicks();
        assertThat(busy.append(0, 3 * MS)).isZero();
        assertThat(busy.append(0, 3 * MS)).isEqualTo(1);
        assertThat(busy.busyNs(3 * MS)).isZero();
        assertThat(busy.busyNs(4 * MS)).isEqualTo(4 * MS);
        assertThat(busy.append(100 * MS, MS)).isZero(); // no tick falls between 100 and 101
        assertThat(busy.busyNs(200 * MS)).isEqualTo(4 * MS);
    }
}
