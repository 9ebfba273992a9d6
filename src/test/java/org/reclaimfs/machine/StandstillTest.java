package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.ReclaimReason;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.vmscan.Reclaim;
import org.reclaimfs.vmscan.Vmscan;

/** With the clock at a standstill devices take no time. */
final class StandstillTest {
    private final Lab lab = new Lab();

    private void swap(String name, Disk.Profile profile, int priority) throws ErrnoException {
        lab.machine.devices().addDisk(new Disk(name, Lab.MIB, profile));
        lab.machine.devices().swapon("/dev/" + name, priority);
    }

    @Test
    void writesEndInTheOrderTheyBeganEvenIfTheFirstDeviceIsTheSlower() throws ErrnoException {
        swap("slow", Disk.Profile.HDD, 1);
        swap("fast", Disk.Profile.NVME, 0);
        MemCgroup memcg = lab.cgroup("/w");
        int pages = 400; // more than the slow device has slots
        lab.task("t", "/w", Kind.ANON, pages, Content.RANDOM);
        Core core = lab.machine.core();
        core.effort.begin(lab.machine.nowNs());
        new Reclaim(core.vm, core.rootMemcg(), memcg, pages, ReclaimReason.PROACTIVE, Vmscan.SWAPPINESS_ANON_ONLY, 0)
                .runToEnd();
        assertThat(memcg.swap.usage()).as("all have slots").isEqualTo(pages);
        assertThat(core.io.pendingPages(0)).as("and are being written").isEqualTo(pages);
        lab.machine.completeIo();
        assertThat(core.io.pendingPages(0)).isZero();
        List<String> inOrder =
                IntStream.range(0, pages).mapToObj(i -> "data[" + i + "]").toList();
        assertThat(Comparison.fastOrder(lab.machine, memcg, 0, RefList.INACTIVE_ANON))
                .isEqualTo(inOrder);
    }
}
