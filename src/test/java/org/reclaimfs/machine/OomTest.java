package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.klog.Klog;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemCgroup.Event;
import org.reclaimfs.memcg.MemoryStat;
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
final class OomTest {
    private static final long SECOND_NS = 1_000_000_000L;

    private Lab lab = new Lab();
    private Machine machine = lab.machine;
    private OomPath oom = new OomPath(machine.core(), machine.tasks());

    private void machineWith(Costs costs) {
        lab = new Lab(512, costs);
        machine = lab.machine;
        oom = new OomPath(machine.core(), machine.tasks());
    }

    private Task hog(String name, String cgroup, long pages, int adj) throws ErrnoException {
        Task task = machine.spawn(name, name, cgroup, adj);
        lab.run(machine.alloc(task, "data", Kind.ANON, Content.RANDOM, pages, 0));
        return task;
    }

    /** Runs the machine for that long. */
    private void pass(long ns) {
        machine.step(new AwaitExit(machine.core().cgroups.outsider("nobody"))); // what was started is queued now
        machine.advance(machine.nowNs() + ns, Integer.MAX_VALUE);
    }

    private List<String> log() {
        List<String> lines = new ArrayList<>();
        Klog log = machine.klog();
        for (long seq = log.firstSeq(); seq < log.nextSeq(); seq++) {
            Klog.Entry entry = log.get(seq);
            lines.add(entry == null ? "?" : entry.priority() + " " + entry.text());
        }
        return lines;
    }

    private Outcome anywhere(Task current) {
        return oom.killAnywhere(current, Gfp.PAGE_FAULT, machine.nowNs());
    }

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
        Activity swapoff = machine.swapoff("/dev/vda");
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
        assertThat(g.memory.usage()).isZero();
        machine.checkInvariants();
    }

    @Test
    void atAStandstillDeathTakesNoTime() throws ErrnoException {
        MemCgroup g = lab.cgroup("/g");
        Task a = hog("a", "/g", 20_000, 0);
        long now = machine.nowNs();
        assertThat(lab.run(machine.kill(a, "step"))).isNull();
        assertThat(a.gone()).isTrue();
        assertThat(g.memory.usage()).isZero();
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

    // ---- the report ----

    /** The shape of golden behaviour/b4 F. */
    @Test
    void aMemcgReport() throws ErrnoException {
        MemCgroup g = lab.cgroup("/work");
        g.memory.setMax(8192);
        g.swap.setMax(0);
        Task by = hog("by", "/work", 1034, 0);
        Task a = hog("alloc", "/work", 24_834, 0);
        List<String> log = log();
        int at = 0;
        while (!log.get(at).contains("invoked")) {
            at++;
        }
        assertThat(log.get(at++))
                .isEqualTo("4 alloc invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0");
        assertThat(log.get(at++)).matches("6 memory: usage 32768kB, limit 32768kB, failcnt \\d+");
        assertThat(log.get(at++))
                .isEqualTo("6 swap: usage 0kB, limit 0kB, failcnt " + g.swapEvents(MemCgroup.SwapEvent.MAX));
        assertThat(log.get(at++)).isEqualTo("6 Memory cgroup stats for /work:");
        assertThat(log.get(at)).startsWith("6 anon ");
        at += MemoryStat.values().length;
        assertThat(log.get(at++)).isEqualTo("4 Memory cgroup min protection 0kB -- low protection 0kB");
        assertThat(log.get(at++)).isEqualTo("6 Tasks state (memory values in pages):");
        assertThat(log.get(at++))
                .isEqualTo("6 [  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes"
                        + " swapents oom_score_adj name");
        assertThat(log.get(at++))
                .isEqualTo("6 [   1000]     0  1000     1034     1034     1034        0         0    57344        0"
                        + "             0 by");
        assertThat(log.get(at++)).startsWith("6 [   1001]     0  1001 ").endsWith("             0 alloc");
        assertThat(log.get(at++))
                .isEqualTo("6 oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,"
                        + "oom_memcg=/work,task_memcg=/work,task=alloc,pid=1001,uid=0");
        assertThat(log.get(at))
                .matches("3 Memory cgroup out of memory: Killed process 1001 \\(alloc\\) total-vm:\\d+kB, "
                        + "anon-rss:\\d+kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:\\d+kB oom_score_adj:0");
        assertThat(log).hasSize(at + 1);
        assertThat(by.dead()).isFalse();
        assertThat(a.gone()).isTrue();
    }

    /** The lines of golden behaviour/c1 (random_zram8G) with this machine's numbers. */
    @Test
    void aReportOfTheWholeMachine() throws ErrnoException {
        Task a = hog("alloc", "/", 1000, 1000);
        machine.memory().drainPerCpu();
        anywhere(a);
        List<String> log = log();
        int at = log.indexOf("4 Mem-Info:");
        assertThat(log.get(at - 1))
                .isEqualTo("4 alloc invoked oom-killer: gfp_mask=0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP),"
                        + " order=0, oom_score_adj=1000");
        assertThat(log.get(at + 1))
                .isEqualTo("4 active_anon:0 inactive_anon:1000 isolated_anon:0\n"
                        + " active_file:0 inactive_file:0 isolated_file:0\n"
                        + " unevictable:0 dirty:0 writeback:0\n"
                        + " slab_reclaimable:443 slab_unreclaimable:2262\n"
                        + " mapped:0 shmem:0 pagetables:13\n"
                        + " sec_pagetables:0 bounce:0\n"
                        + " kernel_misc_reclaimable:0\n"
                        + " free:" + machine.memory().freePages() + " free_pcp:0 free_cma:0");
        assertThat(log.get(at + 2))
                .isEqualTo("4 Node 0 active_anon:0kB inactive_anon:4000kB active_file:0kB inactive_file:0kB"
                        + " unevictable:0kB isolated(anon):0kB isolated(file):0kB mapped:0kB dirty:0kB writeback:0kB"
                        + " shmem:0kB shmem_thp:0kB shmem_pmdmapped:0kB anon_thp:0kB kernel_stack:1856kB"
                        + " pagetables:52kB sec_pagetables:0kB all_unreclaimable? no Balloon:0kB gpu_active:0kB"
                        + " gpu_reclaim:0kB");
        assertThat(log.get(at + 3))
                .matches("4 Node 0 DMA32 free:\\d+kB boost:0kB min:\\d+kB low:\\d+kB high:\\d+kB"
                        + " reserved_highatomic:0KB free_highatomic:0KB active_anon:0kB inactive_anon:4000kB"
                        + " active_file:0kB inactive_file:0kB unevictable:0kB writepending:0kB zspages:0kB"
                        + " present:524288kB managed:\\d+kB mlocked:0kB bounce:0kB free_pcp:0kB local_pcp:0kB"
                        + " free_cma:0kB");
        assertThat(log.get(at + 4)).isEqualTo("4 lowmem_reserve[]: 0 0 0");
        assertThat(log.get(at + 5)).matches("4 Node 0 DMA32:( \\d+\\*\\d+kB( \\(M\\))?){11} = \\d+kB");
        assertThat(log.subList(at + 6, at + 11))
                .containsExactly(
                        "4 Node 0 hugepages_total=0 hugepages_free=0 hugepages_surp=0 hugepages_size=2048kB",
                        "4 0 total pagecache pages",
                        "4 0 pages in swap cache",
                        "4 Free swap  = 0kB",
                        "4 Total swap = 0kB");
        assertThat(log.get(at + 11)).isEqualTo("4 131072 pages RAM");
        assertThat(log.get(log.size() - 2))
                .isEqualTo("6 oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,"
                        + "task_memcg=/,task=alloc,pid=1000,uid=0");
        assertThat(log.get(log.size() - 1))
                .isEqualTo("3 Out of memory: Killed process 1000 (alloc) total-vm:4000kB, anon-rss:4000kB,"
                        + " file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:52kB oom_score_adj:1000");
    }

    @Test
    void reportsAreRateLimitedKillLinesAreNot() throws ErrnoException {
        for (int i = 0; i < 12; i++) {
            anywhere(hog("t" + i, "/", 10, 0));
            machine.completeExits();
        }
        assertThat(log().stream().filter(l -> l.contains("invoked"))).hasSize(10);
        assertThat(log().stream().filter(l -> l.contains("Killed"))).hasSize(12);
    }

    @Test
    void swapLogsItsDevicesAndFailedWrites() throws ErrnoException {
        machine.klog().info(0, "mark");
        lab.disk("vda", 64, Disk.Profile.HDD);
        lab.zram(128);
        assertThat(log())
                .contains(
                        "6 Adding 65532k swap on /dev/vda.  Priority:-1 extents:1 across:65532k ",
                        "6 zram: Added device: zram0",
                        "6 Adding 131068k swap on /dev/zram0.  Priority:100 extents:1 across:131068k SS");
        MemCgroup g = lab.cgroup("/g");
        hog("a", "/g", 4000, 0);
        java.util.Objects.requireNonNull(machine.zram(0)).setMemLimitPages(1);
        machine.core().zswap.setEnabled(false);
        lab.reclaim(g, 4 << 20);
        List<String> errors =
                log().stream().filter(l -> l.contains("Write-error")).toList();
        assertThat(errors).hasSize(10).allMatch(l -> l.matches("1 Write-error on swap-device \\(253:0:\\d+\\)"));
        assertThat(errors.get(0)).isEqualTo("1 Write-error on swap-device (253:0:8)");
    }
}
