package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.sched.CpuUsage;
import org.reclaimfs.sched.RunQueues.Times;
import org.reclaimfs.swap.Disk;

/** Where the time of the CPUs goes, and whose it was. */
final class CpuTimeTest {
    private static final long MS = 1_000_000;
    private static final long SECOND = 1000 * MS;

    private final Lab lab = new Lab();
    private final Machine machine = lab.machine;

    private Times sum() {
        return machine.runQueues().times(0).plus(machine.runQueues().times(1));
    }

    private CpuUsage usage(String path) {
        Cgroup cgroup = machine.cgroups().find(path);
        assertThat(cgroup).as(path).isNotNull();
        return cgroup.cpu();
    }

    private Task start(String name, String cgroup, long pages) throws Exception {
        Task task = machine.spawn(name, name, cgroup, 0);
        machine.start(machine.alloc(task, "data", Kind.ANON, Content.RANDOM, pages, 0));
        return task;
    }

    @Test
    void fillingIsUserTimeFaultingIsSystemTime() throws Exception {
        start("t", "/", 10_000);
        machine.advance(SECOND, Integer.MAX_VALUE);
        Times times = sum();
        assertThat(times.userNs()).isEqualTo(10_000 * machine.costs().get(Cost.FILL));
        assertThat(times.systemNs()).isEqualTo(10_000 * machine.costs().get(Cost.FAULT));
        assertThat(times.idleNs()).isEqualTo(2 * SECOND - times.userNs() - times.systemNs());
        assertThat(usage("/").userNs()).isEqualTo(times.userNs());
        assertThat(machine.runQueues().switches()).isEqualTo(2);
    }

    @Test
    void aStepThatSomebodyWaitsForCountsToo() throws Exception {
        lab.cgroup("/a");
        lab.task("t", "/a", Kind.ANON, 1000, Content.RANDOM);
        assertThat(usage("/a").userNs()).isEqualTo(1000 * machine.costs().get(Cost.FILL));
        assertThat(sum()).isEqualTo(new Times(0, 0, 0, 0));
        machine.advance(SECOND, Integer.MAX_VALUE);
        assertThat(sum().userNs()).isEqualTo(usage("/a").userNs());
        assertThat(sum().systemNs()).isEqualTo(usage("/a").systemNs());
    }

    @Test
    void whatReclaimCostsIsTheReclaimersSystemTime() throws Exception {
        lab.disk("vda", 512, Disk.Profile.NVME);
        lab.cgroup("/a").memory.setMax(4096);
        start("t", "/a", 20_000);
        machine.advance(20 * SECOND, Integer.MAX_VALUE);
        long faultsNs = 20_000 * machine.costs().get(Cost.FAULT);
        assertThat(usage("/a").userNs()).isEqualTo(20_000 * machine.costs().get(Cost.FILL));
        assertThat(usage("/a").systemNs())
                .isGreaterThan(faultsNs + 10_000 * machine.costs().get(Cost.UNMAP));
        assertThat(usage("/").systemNs()).isGreaterThanOrEqualTo(usage("/a").systemNs());
    }

    @Test
    void kswapdIsSystemTimeOfTheRoot() throws Exception {
        lab.disk("vda", 1024, Disk.Profile.NVME);
        lab.cgroup("/a");
        start("t", "/a", 160_000);
        machine.advance(20 * SECOND, Integer.MAX_VALUE);
        assertThat(usage("/").systemNs()).isGreaterThan(usage("/a").systemNs());
        assertThat(usage("/").userNs()).isEqualTo(usage("/a").userNs());
    }

    @Test
    void waitingForADiskIsIowaitAndLoad() throws Exception {
        lab.disk("vda", 1024, Disk.Profile.HDD);
        lab.cgroup("/a").memory.setMax(8192);
        Task task = lab.task("t", "/a", Kind.ANON, 16_384, Content.RANDOM);
        machine.start(machine.touch(
                task, machine.region(task, "data"), new TouchPattern.Uniform(), 16_384, 20 * SECOND, 0, false));
        long waits = 0;
        for (int i = 1; i <= 200; i++) {
            machine.advance(i * 100 * MS, Integer.MAX_VALUE);
            waits += machine.runQueues().waiting();
        }
        assertThat(waits).isGreaterThan(150);
        assertThat(sum().iowaitNs()).isBetween(15 * SECOND, 20 * SECOND);
        assertThat(machine.runQueues().loadHundredths(0)).isBetween(20L, 30L);
    }

    /** A sleep above memory.high is one that no signal ends but a fatal one: it is load, and no I/O. */
    @Test
    void aSleepAboveHighIsLoadButNoIowait() throws Exception {
        lab.cgroup("/a").memory.setHigh(1024);
        start("t", "/a", 100_000);
        machine.advance(30 * SECOND, Integer.MAX_VALUE);
        assertThat(sum().iowaitNs()).isZero();
        assertThat(machine.runQueues().waiting()).isZero();
        assertThat(machine.runQueues().loadHundredths(0)).isBetween(30L, 50L);
        assertThat(sum().idleNs()).isGreaterThan(50 * SECOND);
    }

    @Test
    void aTaskThatRestsByARateIsNoLoad() throws Exception {
        Task task = machine.spawn("t", "t", "/", 0);
        machine.start(machine.alloc(task, "data", Kind.ANON, Content.RANDOM, 100_000, 4096 * 100));
        machine.advance(30 * SECOND + 5 * MS, Integer.MAX_VALUE);
        assertThat(machine.runQueues().loadHundredths(0)).isZero();
        assertThat(machine.runQueues().runnable()).isZero();
    }

    @Test
    void timeStaysAboveWhenAGroupGoes() throws Exception {
        lab.cgroup("/a");
        Task task = lab.task("t", "/a", Kind.ANON, 1000, Content.RANDOM);
        long before = usage("/").userNs();
        lab.run(machine.exit(task));
        machine.cgroups().rmdir(machine.cgroups().find("/a"), machine.nowNs());
        assertThat(usage("/").userNs()).isEqualTo(before);
    }

    /** user + system + idle + iowait = elapsed on each CPU; nothing falls; groups are no more than the whole. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void theBooksOfTheCpusBalance(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        lab.disk("vda", 1024, seed == 2 ? Disk.Profile.HDD : Disk.Profile.NVME);
        lab.cgroup("/a");
        lab.cgroup("/b").memory.setMax(20_000);
        for (int i = 0; i < 4; i++) {
            start("t" + i, i % 2 == 0 ? "/a" : "/b", 40_000);
        }
        lab.cgroup("/c").memory.setMax(1000);
        Task reader = lab.task("reader", "/c", Kind.ANON, 4000, Content.RANDOM);
        machine.start(machine.touch(
                reader, machine.region(reader, "data"), new TouchPattern.Uniform(), 4000, SECOND, 0, false));
        Times[] before = {new Times(0, 0, 0, 0), new Times(0, 0, 0, 0)};
        for (int i = 0; i < 200; i++) {
            if (random.nextInt(4) == 0) {
                lab.reclaim(machine.cgroups().find("/a").effectiveMemcg(), 1 << 20);
            }
            machine.advance(machine.nowNs() + random.nextLong(20 * MS), Integer.MAX_VALUE);
            for (int cpu = 0; cpu < 2; cpu++) {
                Times now = machine.runQueues().times(cpu);
                assertThat(now.userNs() + now.systemNs() + now.idleNs() + now.iowaitNs())
                        .isEqualTo(machine.nowNs());
                assertThat(now.userNs()).isGreaterThanOrEqualTo(before[cpu].userNs());
                assertThat(now.systemNs()).isGreaterThanOrEqualTo(before[cpu].systemNs());
                assertThat(now.idleNs()).isGreaterThanOrEqualTo(before[cpu].idleNs());
                assertThat(now.iowaitNs()).isGreaterThanOrEqualTo(before[cpu].iowaitNs());
                before[cpu] = now;
            }
            CpuUsage all = usage("/");
            assertThat(usage("/a").userNs() + usage("/b").userNs() + usage("/c").userNs())
                    .isEqualTo(all.userNs());
            assertThat(usage("/a").systemNs()
                            + usage("/b").systemNs()
                            + usage("/c").systemNs())
                    .isLessThanOrEqualTo(all.systemNs());
            assertThat(sum().userNs()).isLessThanOrEqualTo(all.userNs());
            assertThat(sum().systemNs()).isLessThanOrEqualTo(all.systemNs());
        }
        assertThat(sum().userNs()).isPositive();
        assertThat(sum().iowaitNs()).isPositive();
    }
}
