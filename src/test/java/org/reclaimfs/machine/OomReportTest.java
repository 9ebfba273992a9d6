package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.swap.Disk;

/** What the OOM killer and swap write to the kernel's log (spec/08 section 5). */
final class OomReportTest extends OomLab {
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
        java.util.Objects.requireNonNull(machine.devices().zram(0)).setMemLimitPages(1);
        machine.core().zswap.setEnabled(false);
        lab.reclaim(g, 4 << 20);
        List<String> errors =
                log().stream().filter(l -> l.contains("Write-error")).toList();
        assertThat(errors).hasSize(10).allMatch(l -> l.matches("1 Write-error on swap-device \\(253:0:\\d+\\)"));
        assertThat(errors.get(0)).isEqualTo("1 Write-error on swap-device (253:0:8)");
    }
}
