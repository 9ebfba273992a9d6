package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.zram.ZramDevice;

/** The policies in a machine: the flag of patch A through swapon and swapoff, and patches switched in mid-stall (spec/12). */
final class PatchesTest {
    private static final long SECOND = 1_000_000_000L;

    // ---- patch A's flag ----

    @ParameterizedTest(name = "{0} zram, {1} disk: {2}")
    @CsvSource({"0, 0, false", "1, 0, true", "2, 0, true", "0, 1, false", "1, 1, false"})
    void allSwapIsRamBackedIfThereIsSomeAndNoDisk(int zrams, int disks, boolean flag) throws Exception {
        Lab lab = new Lab();
        for (int i = 0; i < zrams; i++) {
            lab.zram(64);
        }
        for (int i = 0; i < disks; i++) {
            lab.disk("vd" + i, 64, Disk.Profile.NVME);
        }
        assertThat(lab.machine.swap().allRamBacked()).isEqualTo(flag);
    }

    @Test
    void theFlagFollowsSwaponAndSwapoff() throws Exception {
        Lab lab = new Lab();
        ZramDevice zram = lab.zram(64);
        lab.disk("vda", 64, Disk.Profile.NVME);
        lab.run(lab.machine.devices().swapoff("/dev/vda"));
        assertThat(lab.machine.swap().allRamBacked()).as("only zram is left").isTrue();
        lab.machine.devices().swapon("/dev/vda", -1);
        assertThat(lab.machine.swap().allRamBacked()).isFalse();
        lab.run(lab.machine.devices().swapoff("/dev/vda"));
        lab.run(lab.machine.devices().swapoff("/dev/" + zram.name()));
        assertThat(lab.machine.swap().allRamBacked()).as("no swap at all").isFalse();
    }

    /** A disk that is being emptied takes no more pages; if that fails it does again. */
    @Test
    void aFailedSwapoffPutsTheDiskBack() throws Exception {
        Lab lab = new Lab();
        lab.zram(64);
        lab.disk("vda", 64, Disk.Profile.NVME);
        lab.task("t", "/", Kind.ANON, 10, Content.RANDOM);
        Activity swapoff = lab.machine.devices().swapoff("/dev/vda");
        assertThat(lab.machine.swap().allRamBacked()).isTrue();
        swapoff.signal();
        assertThat(lab.run(swapoff)).isEqualTo(Errno.EINTR);
        assertThat(lab.machine.swap().allRamBacked()).isFalse();
    }

    // ---- in mid-stall ----

    private static final class Retries implements AllocListener {
        final List<RetryZone> zones = new ArrayList<>();
        final List<Stall> stalls = new ArrayList<>();

        @Override
        public void retryZone(RetryZone decision) {
            zones.add(decision);
        }

        @Override
        public void stalled(Stall stall) {
            stalls.add(stall);
        }
    }

    /** Fills RAM with data that do not compress until the allocator loops, then a second more. */
    private static Retries stall(Lab lab) throws Exception {
        Retries retries = new Retries();
        lab.machine.listen(retries);
        Task hog = lab.machine.spawn("hog", "hog", "/", 0);
        lab.machine.start(lab.machine.alloc(hog, "data", Kind.ANON, Content.RANDOM, 1 << 20, 0));
        while (retries.zones.size() < 3) {
            lab.machine.advance(lab.machine.nowNs() + SECOND / 100, Integer.MAX_VALUE);
        }
        return retries;
    }

    @ParameterizedTest
    @EnumSource(
            value = Patch.class,
            names = {"RAM_BACKED_SWAP", "RECLAIM_PROGRESS", "NET_PROGRESS", "SCALED_ANON"})
    void switchedOnItEndsAStallThatLoops(Patch patch) throws Exception {
        Lab lab = new Lab();
        lab.zram(2048);
        Retries retries = stall(lab);
        assertThat(retries.zones).allMatch(AllocListener.RetryZone::again);
        assertThat(lab.machine.kills()).isEmpty();
        lab.machine.setPatch(patch, true);
        lab.machine.advance(lab.machine.nowNs() + SECOND / 10, Integer.MAX_VALUE);
        assertThat(lab.machine.kills()).hasSize(1);
        AllocListener.Stall last = retries.stalls.get(retries.stalls.size() - 1);
        boolean counts = patch == Patch.NET_PROGRESS;
        assertThat(last.exit()).isEqualTo(counts ? StallExit.COUNTER : StallExit.ESTIMATE);
        assertThat(last.highestLoops()).isEqualTo(counts ? 17 : 0);
        assertThat(last.sum().poolPages()).isGreaterThanOrEqualTo(last.sum().reclaimed());
    }

    /** Patches 1 to n off again: stock from the next round on. */
    @Test
    void switchedOffStockGoesOn() throws Exception {
        Lab lab = new Lab();
        lab.zram(2048);
        lab.disk("vda", 8, Disk.Profile.NVME);
        lab.machine.setPatch(Patch.RAM_BACKED_SWAP, true);
        Retries retries = stall(lab);
        assertThat(lab.machine.kills()).as("a disk takes part").isEmpty();
        lab.machine.setPatch(Patch.RAM_BACKED_SWAP, false);
        lab.machine.start(lab.machine.devices().swapoff("/dev/vda"));
        lab.machine.advance(lab.machine.nowNs() + SECOND / 20, Integer.MAX_VALUE);
        assertThat(lab.machine.swap().allRamBacked()).isTrue();
        int before = retries.zones.size();
        assertThat(lab.machine.kills()).isEmpty();
        lab.machine.setPatch(Patch.RAM_BACKED_SWAP, true);
        lab.machine.advance(lab.machine.nowNs() + SECOND / 5, Integer.MAX_VALUE);
        assertThat(lab.machine.kills()).as("the flag is read at each decision").hasSize(1);
        assertThat(retries.zones).hasSizeGreaterThan(before);
        assertThat(retries.zones).anyMatch(zone -> !zone.again());
    }
}
