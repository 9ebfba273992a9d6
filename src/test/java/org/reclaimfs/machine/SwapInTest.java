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
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.swap.IoCounts;

/** What a fault on swapped out memory does to slots, dirty bits and neighbours (spec/06 sections 4, 6 and 7). */
final class SwapInTest {
    /** Slots 1 to 509 of a fresh device, all in one page table. */
    private static final int PAGES = 509;

    private final Lab lab = new Lab();

    private Task swappedOut(MemCgroup memcg, String path) throws ErrnoException {
        Task task = lab.task("t", path, Kind.ANON, PAGES, Content.RANDOM);
        swapOut(memcg);
        return task;
    }

    private void swapOut(MemCgroup memcg) throws ErrnoException {
        for (int i = 0; i < 20 && memcg.stat(MemoryStat.INACTIVE_ANON) + memcg.stat(MemoryStat.ACTIVE_ANON) > 0; i++) {
            lab.reclaim(memcg, Lab.MIB);
        }
        assertThat(memcg.stat(MemoryStat.INACTIVE_ANON)).isZero();
    }

    @Test
    void aDiskKeepsTheSlotsOfPagesThatAreRead() throws ErrnoException {
        lab.disk("vda", 64, Disk.Profile.NVME);
        MemCgroup memcg = lab.cgroup("/w");
        Task task = swappedOut(memcg, "/w");
        lab.touch(task, false);
        assertThat(memcg.swap.usage()).isEqualTo(PAGES);
        swapOut(memcg);
        assertThat(lab.machine.vmstat(VmStat.PSWPOUT))
                .as("the copies were good")
                .isEqualTo(PAGES);
    }

    @Test
    void aWriteAfterAReadNeedsNoFaultAndMakesTheCopyStale() throws ErrnoException {
        lab.disk("vda", 64, Disk.Profile.NVME);
        MemCgroup memcg = lab.cgroup("/w");
        Task task = swappedOut(memcg, "/w");
        lab.touch(task, false);
        long faults = memcg.stat(MemoryStat.PGFAULT);
        lab.touch(task, true);
        assertThat(memcg.stat(MemoryStat.PGFAULT)).isEqualTo(faults);
        assertThat(memcg.swap.usage()).isEqualTo(PAGES);
        swapOut(memcg);
        assertThat(lab.machine.vmstat(VmStat.PSWPOUT)).as("all written again").isEqualTo(2 * PAGES);
    }

    @Test
    void aWriteFaultGivesTheSlotBack() throws ErrnoException {
        lab.disk("vda", 64, Disk.Profile.NVME);
        MemCgroup memcg = lab.cgroup("/w");
        Task task = swappedOut(memcg, "/w");
        lab.touch(task, true);
        assertThat(memcg.swap.usage()).isZero();
    }

    @Test
    void zramGivesTheSlotBackOnAnyFault() throws ErrnoException {
        lab.zram(64);
        MemCgroup memcg = lab.cgroup("/w");
        Task task = swappedOut(memcg, "/w");
        lab.touch(task, false);
        assertThat(memcg.swap.usage()).isZero();
        assertThat(memcg.stat(MemoryStat.PGMAJFAULT)).isEqualTo(PAGES);
    }

    /**
     * By address the first window is centred and loses its front: 5 pages, then up to 2^page-cluster forward. By slot the
     * first block has the header instead of a page.
     */
    @ParameterizedTest(name = "{0}, page-cluster {1}: {2} major faults")
    @CsvSource({
        "NVME, 0, 509",
        "NVME, 1, 255",
        "NVME, 3, 64",
        "NVME, 5, 18",
        "NVME, 9, 18",
        "HDD, 0, 509",
        "HDD, 1, 256",
        "HDD, 3, 64",
        "HDD, 5, 18"
    })
    void readingInOrderFaultsOncePerWindow(Disk.Profile profile, int pageCluster, long majors) throws ErrnoException {
        lab.disk("vda", 64, profile);
        lab.machine.readahead().setPageCluster(pageCluster);
        MemCgroup memcg = lab.cgroup("/w");
        lab.touch(swappedOut(memcg, "/w"), false);
        assertThat(memcg.stat(MemoryStat.PGMAJFAULT)).isEqualTo(majors);
        assertThat(lab.machine.vmstat(VmStat.SWAP_RA)).isEqualTo(PAGES - majors);
        assertThat(lab.machine.vmstat(VmStat.SWAP_RA_HIT)).isEqualTo(PAGES - majors);
        assertThat(memcg.stat(MemoryStat.WORKINGSET_REFAULT_ANON)).isEqualTo(PAGES);
    }

    @Test
    void aBlockOfSlotsIsReadInOneRequest() throws ErrnoException {
        lab.disk("vda", 64, Disk.Profile.HDD);
        MemCgroup memcg = lab.cgroup("/w");
        Task task = swappedOut(memcg, "/w");
        IoCounts before = lab.machine.devices().disk("vda").counts(Long.MAX_VALUE);
        lab.touch(task, false);
        IoCounts after = lab.machine.devices().disk("vda").counts(Long.MAX_VALUE);
        assertThat(after.reads() - before.reads()).isEqualTo(64);
        assertThat(after.readPages() - before.readPages()).isEqualTo(PAGES);
        assertThat(after.readMerges()).isEqualTo(PAGES - 64);
    }

    @Test
    void aSecondSwapoffFindsNothing() throws ErrnoException {
        lab.disk("vda", 64, Disk.Profile.NVME);
        swappedOut(lab.cgroup("/w"), "/w");
        Activity first = lab.machine.devices().swapoff("/dev/vda");
        assertThatThrownBy(() -> lab.machine.devices().swapoff("/dev/vda"))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
        assertThat(lab.run(first)).isNull();
        assertThat(lab.machine.swap().active()).isEmpty();
        lab.machine.checkInvariants();
    }

    @Test
    void anInterruptedSwapoffLeavesTheDeviceInUse() throws ErrnoException {
        lab.disk("vda", 64, Disk.Profile.NVME);
        MemCgroup memcg = lab.cgroup("/w");
        swappedOut(memcg, "/w");
        Activity swapoff = lab.machine.devices().swapoff("/dev/vda");
        lab.machine.step(swapoff);
        swapoff.signal();
        assertThat(lab.run(swapoff)).isEqualTo(Errno.EINTR);
        assertThat(memcg.swap.usage()).isBetween(1L, PAGES - 1L);
        assertThat(lab.machine.swap().totalPages()).isEqualTo(64 * 256 - 1);
        lab.machine.checkInvariants();
        assertThat(lab.run(lab.machine.devices().swapoff("/dev/vda"))).isNull();
        assertThat(memcg.swap.usage()).isZero();
    }

    @Test
    void aRemovedCgroupsPagesAreOlderThanItsParents() throws ErrnoException {
        MemCgroup parent = lab.cgroup("/p");
        for (String name : List.of("a", "b", "rest")) {
            lab.cgroup("/p/" + name);
        }
        for (String name : List.of("a", "b")) {
            Task task = lab.machine.spawn(name, name, "/p/" + name, 0);
            lab.run(lab.machine.alloc(task, name, Kind.ANON, Content.RANDOM, 3, 0));
            lab.machine.cgroups().move(task, lab.machine.cgroups().find("/p/rest"));
            lab.machine.cgroups().rmdir(lab.machine.cgroups().find("/p/" + name), lab.machine.nowNs());
        }
        assertThat(Comparison.fastOrder(lab.machine, parent, 0, RefList.INACTIVE_ANON))
                .containsExactly("b[0]", "b[1]", "b[2]", "a[0]", "a[1]", "a[2]");
    }
}
