package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.ReclaimReason;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.vmscan.Reclaim;

/** Pages on their way to a disk: nr_writeback, file_writeback, nr_zone_write_pending (spec/10 section 6). */
final class WritebackCountsTest {
    private static final int PAGES = 200;

    private final Lab lab = new Lab();
    private MemCgroup work;
    private Task task;

    @BeforeEach
    void pagesAreBeingWritten() throws Exception {
        work = lab.cgroup("/work");
        lab.disk("vda", 64, Disk.Profile.VIRTIO);
        task = lab.task("t", "/work", Kind.ANON, PAGES, Content.RANDOM);
        Core core = lab.machine.core();
        core.effort.begin(lab.machine.nowNs(), 0);
        new Reclaim(core.vm, core.rootMemcg(), work, PAGES, ReclaimReason.PROACTIVE, -1, 0).runToEnd();
        counted(PAGES);
    }

    private void counted(long pages) {
        assertThat(work.stat(MemoryStat.FILE_WRITEBACK)).isEqualTo(pages);
        assertThat(lab.machine.vmstat(VmStat.NR_WRITEBACK)).isEqualTo(pages);
        assertThat(lab.machine.vmstat(VmStat.NR_ZONE_WRITE_PENDING)).isEqualTo(pages);
        lab.machine.checkInvariants();
    }

    @Test
    void theyAreCountedUntilTheDeviceIsDone() {
        long written = lab.machine.vmstat(VmStat.NR_WRITTEN);
        lab.machine.completeIo();
        counted(0);
        assertThat(lab.machine.vmstat(VmStat.NR_WRITTEN) - written).isEqualTo(PAGES);
    }

    @Test
    void timeEndsThemOneRequestAfterTheOther() {
        long untilNs = lab.machine.nowNs();
        while (lab.machine.vmstat(VmStat.NR_WRITEBACK) == PAGES) {
            untilNs += 100_000;
            lab.machine.advance(untilNs, 1000);
        }
        long left = lab.machine.vmstat(VmStat.NR_WRITEBACK);
        assertThat(left).isPositive();
        counted(left);
        lab.machine.advance(untilNs + 1_000_000_000, 1000);
        counted(0);
    }

    @Test
    void thoseOfADeadTaskAreNot() {
        lab.machine.kill(task, "test");
        lab.machine.completeExits();
        counted(0);
        lab.machine.completeIo();
        counted(0);
    }
}
