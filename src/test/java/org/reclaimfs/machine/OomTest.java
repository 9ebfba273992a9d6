package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemCgroup.Event;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Gfp;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.oom.OomKiller;
import org.reclaimfs.oom.Outcome;
import org.reclaimfs.swap.Disk;

/** Whom the OOM killer takes, how long that takes, and what it logs (spec/08 section 9). */
final class OomTest extends OomLab {
    private static final long SECOND_NS = 1_000_000_000L;

    // ---- selection ----

    @ParameterizedTest(name = "a {0} pages adj {1}, b {2} pages adj {3}: {4} dies")
    @CsvSource({
        "3000, 0, 2000, 0, a",
        "2000, 0, 3000, 0, b",
        "2000, 0, 2000, 0, b", // the later of equals
        "9000, 0, 100, 500, b", // half of 512 MiB is more than 9000 pages
        "9000, -1000, 100, 0, b",
        "9000, -500, 100, 0, b",
    })
    void theWorstDies(long aPages, int aAdj, long bPages, int bAdj, String dies) throws ErrnoException {
        Task a = hog("a", "/", aPages, aAdj);
        Task b = hog("b", "/", bPages, bAdj);
        assertThat(anywhere(a)).isEqualTo(Outcome.KILLED);
        assertThat(dies.equals("a") ? a.oomVictim() : b.oomVictim()).isTrue();
        assertThat(a.oomVictim() && b.oomVictim()).isFalse();
    }

    @Test
    void whileAVictimIsDyingNobodyElseIsKilled() throws ErrnoException {
        Task a = hog("a", "/", 3000, 0);
        Task b = hog("b", "/", 2000, 0);
        assertThat(anywhere(b)).isEqualTo(Outcome.KILLED);
        assertThat(anywhere(b)).isEqualTo(Outcome.VICTIM_IN_FLIGHT);
        assertThat(machine.vmstat(VmStat.OOM_KILL)).isEqualTo(1);
        pass(SECOND_NS);
        assertThat(a.gone()).isTrue();
        assertThat(anywhere(b)).isEqualTo(Outcome.KILLED);
        assertThat(b.oomVictim()).isTrue();
    }

    @Test
    void aReapedVictimIsNotWaitedFor() throws ErrnoException {
        Task a = hog("a", "/", 3000, 0);
        Task b = hog("b", "/", 2000, 0);
        anywhere(b);
        a.markOomSkip();
        assertThat(anywhere(b)).isEqualTo(Outcome.KILLED);
        assertThat(b.oomVictim()).isTrue();
    }

    @Test
    void insideAFileSystemNobodyIsKilled() throws ErrnoException {
        Task a = hog("a", "/", 3000, 0);
        assertThat(oom.killAnywhere(a, Gfp.NOFS, 0)).isEqualTo(Outcome.VICTIM_IN_FLIGHT);
        assertThat(a.dead()).isFalse();
    }

    @Test
    void nobodyLeftIsAPanicForTheMachine() throws ErrnoException {
        Task a = hog("a", "/", 10, -1000);
        assertThat(anywhere(a)).isEqualTo(Outcome.NOBODY);
        assertThat(log())
                .endsWith(
                        "4 Out of memory and no killable processes...",
                        "0 Kernel panic - not syncing: System is deadlocked on memory");
        long before = a.rssPages();
        lab.run(machine.alloc(a, "data", Kind.ANON, Content.RANDOM, 10, 0));
        assertThat(a.rssPages()).isEqualTo(before);
    }

    @ParameterizedTest(name = "panic_on_oom {0}, memcg {1}: panics {2}")
    @CsvSource({"0, false, false", "1, false, true", "1, true, false", "2, false, true", "2, true, true"})
    void panicOnOom(long setting, boolean memcg, boolean panics) throws ErrnoException {
        MemCgroup g = lab.cgroup("/g");
        Task a = hog("a", "/g", 100, 0);
        oom.settings.setPanicOnOom(setting);
        g.memory.setMax(10);
        Outcome outcome = memcg ? oom.killIn(g, a, 0) : anywhere(a);
        assertThat(outcome).isEqualTo(panics ? Outcome.NOBODY : Outcome.KILLED);
        assertThat(log().stream().anyMatch(line -> line.contains("panic_on_oom is enabled")))
                .isEqualTo(panics);
    }

    @Test
    void theAllocatingTaskIsKilledIfAsked() throws ErrnoException {
        hog("a", "/", 3000, 0);
        Task b = hog("b", "/", 10, 0);
        oom.settings.setKillAllocatingTask(1);
        oom.settings.setDumpTasks(0);
        assertThat(anywhere(b)).isEqualTo(Outcome.KILLED);
        assertThat(b.oomVictim()).isTrue();
        assertThat(log().get(log().size() - 1))
                .startsWith("3 Out of memory (oom_kill_allocating_task): Killed process " + b.pid + " (b) ");
        assertThat(log()).noneMatch(line -> line.contains("Tasks state"));
    }

    @Test
    void swapoffGoesFirstAndItsDeviceStays() throws ErrnoException {
        lab.disk("vda", 64, Disk.Profile.NVME);
        MemCgroup g = lab.cgroup("/g");
        Task a = hog("a", "/g", 4000, 0);
        lab.reclaim(g, 8 << 20);
        Activity swapoff = machine.devices().swapoff("/dev/vda");
        assertThat(machine.step(swapoff)).isNotEqualTo(Activity.DONE);
        assertThat(anywhere(a)).isEqualTo(Outcome.KILLED);
        assertThat(a.dead()).isFalse();
        assertThat(anywhere(a)).isEqualTo(Outcome.VICTIM_IN_FLIGHT);
        assertThat(lab.run(swapoff)).isEqualTo(Errno.EINTR);
        assertThat(machine.swap().byPath("/dev/vda")).isNotNull();
        assertThat(machine.swap().totalPages()).isPositive();
        assertThat(anywhere(a)).isEqualTo(Outcome.KILLED);
        assertThat(a.dead()).isTrue();
    }

    @ParameterizedTest(name = "rss {0} of {2} pages, adj {1}: oom_score {3}")
    @CsvSource({
        "0, 0, 100000, 666",
        "50000, 0, 100000, 1000",
        "100, 1000, 100000, 1333",
        "0, -500, 100000, 333",
        "0, -1000, 100000, 0"
    })
    void oomScore(long pages, int adj, long total, long score) throws ErrnoException {
        Task task = hog("a", "/", 0, adj);
        if (pages > 0) {
            task = hog("b", "/", pages, adj);
        }
        // Page tables count too, for less than a thousandth here.
        assertThat(OomKiller.score(task, total)).isBetween(score, score + 1);
    }

    // ---- memory cgroups ----

    @Test
    void aLimitKillsInItsSubtreeOnly() throws ErrnoException {
        MemCgroup p = lab.cgroup("/p");
        MemCgroup c = lab.cgroup("/p/c");
        Task outside = hog("outside", "/", 9000, 0);
        Task inside = hog("inside", "/p/c", 2000, 0);
        lab.run(machine.setMax(p, 1000));
        assertThat(outside.dead()).isFalse();
        assertThat(inside.gone()).isTrue();
        assertThat(p.localEvents(Event.OOM)).isEqualTo(1);
        assertThat(c.localEvents(Event.OOM)).isZero();
        assertThat(c.localEvents(Event.OOM_KILL)).isEqualTo(1);
        assertThat(p.events(Event.OOM_KILL)).isEqualTo(1);
        assertThat(p.memory.usage()).isLessThan(1000);
    }

    /** golden behaviour/b4 G: limit and oom.group on the parent, a bystander in c1, the hog in c2. */
    @Test
    void aGroupDiesWhole() throws ErrnoException {
        MemCgroup p = lab.cgroup("/work");
        MemCgroup c1 = lab.cgroup("/work/c1");
        MemCgroup c2 = lab.cgroup("/work/c2");
        p.setOomGroup(true);
        p.memory.setMax(8192);
        p.swap.setMax(0);
        Task bystander = hog("by", "/work/c1", 1000, 0);
        Task spared = hog("spared", "/work/c1", 10, -1000);
        Task hog = hog("alloc", "/work/c2", 24_000, 0);
        assertThat(bystander.gone() && hog.gone()).isTrue();
        assertThat(spared.dead()).isFalse();
        assertThat(p.events(Event.OOM)).isEqualTo(1);
        assertThat(p.events(Event.OOM_KILL)).isEqualTo(3);
        assertThat(p.events(Event.OOM_GROUP_KILL)).isEqualTo(1);
        assertThat(c1.events(Event.OOM_KILL)).isEqualTo(1);
        assertThat(c2.events(Event.OOM_KILL)).isEqualTo(2);
        assertThat(machine.vmstat(VmStat.OOM_KILL)).isEqualTo(3);
        assertThat(machine.kills()).extracting(Kill::by).containsExactly("memcg-oom", "oom-group");
        List<String> kills = log().stream()
                .filter(l -> l.contains("Killed") || l.contains("group set"))
                .toList();
        assertThat(kills).hasSize(4);
        assertThat(kills.get(0)).isEqualTo(kills.get(3)).contains("(alloc)");
        assertThat(kills.get(1)).isEqualTo("6 Tasks in /work are going to be killed due to memory.oom.group set");
        assertThat(kills.get(2)).contains("(by)");
    }

    // ---- dying ----

    @Test
    void dyingTakesTimeByWhatThereIsToFree() throws ErrnoException {
        MemCgroup g = lab.cgroup("/g");
        Task a = hog("a", "/g", 20_000, 0);
        machine.kill(a, "step");
        assertThat(a.dead()).isTrue();
        assertThat(g.cgroup.tasks()).containsExactly(a);
        pass(1_550_000); // 50 us until it gets there, and 20000 pages at 150 ns are 3 ms
        assertThat(a.gone()).isFalse();
        assertThat(g.memory.usage()).isBetween(5_000L, 15_000L);
        pass(1_600_000);
        assertThat(a.gone()).isTrue();
        assertThat(g.cgroup.tasks()).isEmpty();
        assertThat(g.memory.usage() - g.stockedPages()).isZero();
        machine.checkInvariants();
    }

    @Test
    void atAStandstillDeathTakesNoTime() throws ErrnoException {
        MemCgroup g = lab.cgroup("/g");
        Task a = hog("a", "/g", 20_000, 0);
        long now = machine.nowNs();
        assertThat(lab.run(machine.kill(a, "step"))).isNull();
        assertThat(a.gone()).isTrue();
        assertThat(g.memory.usage() - g.stockedPages()).isZero();
        assertThat(machine.nowNs()).isEqualTo(now);
    }

    /** An exit that is slower than 2 s meets the reaper, which takes private memory and leaves shared. */
    @Test
    void theReaperComesAfterTwoSeconds() throws ErrnoException {
        machineWith(Costs.of(Costs.Profile.SERVER).with("exit_page", 200_000)); // 6 s for the private part
        Task a = hog("a", "/", 30_000, 0);
        lab.run(machine.alloc(a, "shm", Kind.SHMEM, Content.RANDOM, 5000, 0));
        anywhere(a);
        pass(1_900_000_000L);
        assertThat(a.rssPages(Kind.ANON)).isBetween(20_000L, 21_500L);
        assertThat(log()).noneMatch(line -> line.contains("oom_reaper"));
        pass(4 * SECOND_NS);
        String reaped = "6 oom_reaper: reaped process " + a.pid + " (a), now anon-rss:0kB, file-rss:0kB, shmem-rss:";
        // The exit had just begun with the shared pages when the reaper met it.
        assertThat(log()).anyMatch(line -> line.matches("\\Q" + reaped + "\\E1\\d{4}kB"));
        pass(SECOND_NS);
        assertThat(a.gone()).isTrue();
        machine.checkInvariants();
    }

    @Test
    void aQuickExitNeedsNoReaper() throws ErrnoException {
        Task a = hog("a", "/", 3000, 0);
        anywhere(a);
        pass(10 * SECOND_NS);
        assertThat(a.gone()).isTrue();
        assertThat(log()).noneMatch(line -> line.contains("oom_reaper"));
    }

    @Test
    void aTaskThatIsExitingAnywayIsOnlyMarked() throws ErrnoException {
        Task a = hog("a", "/", 3000, 0);
        Task b = hog("b", "/", 10, 0);
        machine.exit(a);
        assertThat(anywhere(b)).isEqualTo(Outcome.VICTIM_IN_FLIGHT);
        assertThat(a.oomVictim()).isTrue();
        assertThat(machine.vmstat(VmStat.OOM_KILL)).isZero();
        assertThat(log()).noneMatch(line -> line.contains("Killed"));
    }

    @Test
    void processMrelease() throws ErrnoException {
        Task a = hog("a", "/", 3000, 0);
        refused(Errno.EINVAL, a, 1);
        refused(Errno.EINVAL, a, 0);
        machine.kill(a, "step");
        Activity work = machine.processMrelease(a, 0);
        while (machine.step(work) != Activity.DONE) {}
        assertThat(a.rssPages()).isZero();
        assertThat(a.gone()).isFalse();
        Activity interrupted = machine.processMrelease(a, 0);
        interrupted.signal();
        assertThat(machine.step(interrupted)).isEqualTo(Activity.DONE);
        assertThat(interrupted.error()).isEqualTo(Errno.EINTR);
        machine.completeExits();
        refused(Errno.ESRCH, a, 0);
    }

    private void refused(Errno errno, Task task, int flags) {
        assertThatThrownBy(() -> machine.processMrelease(task, flags))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }
}
