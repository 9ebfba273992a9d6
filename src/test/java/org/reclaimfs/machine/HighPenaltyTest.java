package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.PageCounter;
import org.reclaimfs.memcg.ReclaimReason;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.vmscan.Reclaim;

/** Limits that cannot be met: the sleep above memory.high, and memory.max (golden b4; spec/04 sections 3, 4 and 15). */
final class HighPenaltyTest {
    private static final long JIFFY_MS = 4;

    private static long sleepMs(long usage, long high) {
        return JIFFY_MS * Math.min(500, HighDebt.delayTicks(HighDebt.overage(usage, high), 64, 250));
    }

    /** high 32 MiB, no swap: the captured worst faults were these sleeps and up to 35 ms of fruitless reclaim. */
    @ParameterizedTest(name = "{0} pages: {1} ms, captured {2}")
    @CsvSource({
        "9024, 660, 669.618",
        "9216, 1000, 1025.877",
        "9280, 1128, 1150.405",
        "9408, 1408, 1442.506",
        "9472, 1560, 1595.696",
        "9600, 1888, 1922.343",
        "9728, 2000, 2010.404"
    })
    void theSleepGrowsWithTheOverage(long usage, long ms, double captured) {
        assertThat(sleepMs(usage, 8192)).isEqualTo(ms);
        assertThat(captured - ms).isBetween(0.0, 36.0);
    }

    /** The table of spec/04 section 3, limit 100 MiB, HZ 250 here. */
    @ParameterizedTest(name = "{0} MiB: {1} ms")
    @CsvSource({"101, 6", "102, 25", "105, 159", "110, 639", "115, 1439", "118, 2000", "200, 2000"})
    void referenceValuesOfTheSleep(long mib, long expected) {
        assertThat(sleepMs(mib * 256, 100 * 256)).isBetween(expected - JIFFY_MS, expected);
    }

    /** Each batch of 64 pages above high costs 17 fruitless attempts, then a sleep. */
    @Test
    void withoutSwapEveryBatchAboveHighIsPunishedOnce() throws Exception {
        Lab lab = new Lab();
        MemCgroup work = lab.cgroup("/work");
        work.memory.setHigh(8192);
        Task hog = lab.task("hog", "/work", Kind.ANON, 8000, Content.RANDOM);
        long before = work.events(MemCgroup.Event.HIGH);
        assertThat(before).isZero();
        while (work.memory.usage() < 9000) {
            lab.run(lab.machine.alloc(hog, "data", Kind.ANON, null, 1, 0));
        }
        // Below 10 ms of penalty there is one attempt a batch and no sleep; above it seventeen.
        assertThat(work.events(MemCgroup.Event.HIGH)).isGreaterThanOrEqualTo(17L * ((9000 - 8192) / 64 - 3));
        assertThat(work.stat(MemoryStat.PGSTEAL)).isZero();
    }

    /** A debt of one page, as single charges near memory.max make it, is worked off like any other: by a whole batch. */
    @Test
    void theSmallestDebtReclaimsABatch() throws Exception {
        Lab lab = new Lab();
        MemCgroup work = lab.cgroup("/work");
        lab.zram(64);
        Task hog = lab.task("hog", "/work", Kind.ANON, 1000, Content.RANDOM);
        long usage = work.memory.usage();
        work.memory.setHigh(usage);
        work.memory.setMax(usage + 40);
        while (work.events(MemCgroup.Event.HIGH) == 0) {
            lab.run(lab.machine.alloc(hog, "data", Kind.ANON, null, 1, 0));
        }
        assertThat(work.events(MemCgroup.Event.HIGH)).isEqualTo(1);
        assertThat(work.stat(MemoryStat.PGSTEAL)).isBetween(32L, 63L);
    }

    /**
     * What reclaim charges for zswap while memory.swap.high is passed is a debt, page by page, though pages are swapped out by
     * the dozen. With max near, a page is charged for every other entry of half a page.
     */
    @ParameterizedTest(name = "{0} slots below swap.high")
    @ValueSource(longs = {1, 5, 9, 10, 11, 20, 1000})
    void aBatchPassesSwapHighPageByPage(long below) throws Exception {
        Lab lab = new Lab();
        MemCgroup work = lab.cgroup("/work");
        lab.disk("vda", 64, Disk.Profile.NVME);
        lab.machine.zswap().setEnabled(true);
        lab.task("hog", "/work", Kind.ANON, 2000, Content.ratio(2, "ratio:2"));
        Core core = lab.machine.core();
        core.effort.begin(0, 0);
        // A first call takes the accessed bits.
        new Reclaim(core.vm, core.rootMemcg(), work, 1, ReclaimReason.DIRECT, 200, 0).runToEnd();
        work.drainStocks();
        work.takeOverHighPages();
        long before = work.stat(MemoryStat.ZSWPOUT);
        work.swap.setHigh(work.swap.usage() + below);
        work.memory.setMax(work.memory.usage() + 5);
        new Reclaim(core.vm, core.rootMemcg(), work, 1, ReclaimReason.DIRECT, 200, 0).runToEnd();
        long stored = work.stat(MemoryStat.ZSWPOUT);
        assertThat(stored - before).isGreaterThan(20);
        long debt = 0;
        for (long entry = before + below + 1; entry <= stored; entry++) {
            debt += entry % 2;
        }
        assertThat(work.takeOverHighPages()).isEqualTo(debt);
        lab.machine.checkInvariants();
    }

    /**
     * While one thread of a task works its debt off, which takes reclaim and a sleep, another one charges pages: it has a
     * debt of its own. Waiting for the first, in the middle of a slice, it would wait for ever.
     */
    @Test
    void aThreadInDebtDoesNotHoldUpAnotherOneOfItsTask() throws Exception {
        Lab lab = new Lab();
        MemCgroup work = lab.cgroup("/work");
        lab.zram(128); // so that reclaim from it takes more than one slice
        Content dense = Content.ratio(2, "ratio:2");
        Task hog = lab.task("hog", "/work", Kind.ANON, 4000, dense);
        work.memory.setHigh(4000);
        lab.machine.start(lab.machine.alloc(hog, "one", Kind.ANON, dense, 3000, 0));
        lab.machine.start(lab.machine.alloc(hog, "two", Kind.ANON, dense, 3000, 0));
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            long untilNs = lab.machine.nowNs() + 60_000_000_000L;
            while (!lab.machine.advance(untilNs, 100)) {
                // as long as it takes
            }
        });
        assertThat(hog.rssPages(Kind.ANON) + hog.swapEntryPages()).isEqualTo(10_000);
        lab.machine.checkInvariants();
    }

    /** Sixteen fruitless reclaims, one oom event, one kill (golden b4; spec/04 section 15.2). */
    @Test
    void aMaxBelowUsageKillsWhenNothingCanBeReclaimed() throws Exception {
        Lab lab = new Lab();
        MemCgroup work = lab.cgroup("/work");
        lab.task("small", "/work", Kind.ANON, 500, Content.RANDOM);
        lab.task("large", "/work", Kind.ANON, 4000, Content.RANDOM);
        lab.run(lab.machine.setMax(work, 1000));
        assertThat(work.events(MemCgroup.Event.OOM)).isEqualTo(1);
        assertThat(work.events(MemCgroup.Event.OOM_KILL)).isEqualTo(1);
        assertThat(lab.machine.kills()).singleElement().extracting(Kill::task).isEqualTo("large");
        assertThat(work.memory.usage()).isLessThanOrEqualTo(1000);
    }

    /** The seventeenth fruitless attempt of a write to memory.reclaim is EAGAIN; what was freed stays freed. */
    @Test
    void reclaimOfMoreThanThereIsEndsInEagain() throws Exception {
        Lab lab = new Lab();
        lab.zram(64);
        MemCgroup work = lab.cgroup("/work");
        lab.task("hog", "/work", Kind.ANON, 1000, Content.RANDOM);
        assertThat(lab.reclaim(work, 64 << 20)).isEqualTo(Errno.EAGAIN);
        assertThat(work.stat(MemoryStat.PGSTEAL_PROACTIVE)).isEqualTo(1000);
        assertThat(work.stat(MemoryStat.PGSCAN_DIRECT)).isZero();
        assertThat(work.memory.max()).isEqualTo(PageCounter.MAX);
    }
}
