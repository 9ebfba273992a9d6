package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.swap.SwapDevices;
import org.reclaimfs.zram.ZramDevice;

/** Which pages should_reclaim_retry hopes for, stock and with patch A (spec/02 sections 6 and 11, spec/12). */
final class RetryPolicyTest {
    private static final int ANON = 1000;
    private static final int FILE = 30;

    @ParameterizedTest(name = "zram {0}, disk {1}: stock {2}, patch A {3}")
    @CsvSource({
        "false, false, 30, 30", // no swap: only file pages
        "true, false, 1030, 30", // the stall: slots look like space
        "true, true, 1030, 1030", // one real disk is enough for hope
        "false, true, 1030, 1030"
    })
    void anonCountsOnlyIfItCanGoSomewhere(boolean zram, boolean disk, long stock, long patched) throws Exception {
        Lab lab = new Lab();
        if (zram) {
            lab.zram(64);
        }
        if (disk) {
            lab.disk("vda", 64, Disk.Profile.NVME);
        }
        Memory ram = new Memory(64 << 20, 0);
        ram.addLru(Memory.DMA32, Flags.INACTIVE_ANON, ANON);
        ram.addLru(Memory.DMA32, Flags.ACTIVE_FILE, FILE);
        SwapDevices swap = lab.machine.swap();
        assertThat(RetryPolicy.STOCK.reclaimablePages(ram.zone(Memory.DMA32), swap))
                .isEqualTo(stock);
        assertThat(RetryPolicy.RAM_BACKED.reclaimablePages(ram.zone(Memory.DMA32), swap))
                .isEqualTo(patched);
    }

    /** The flag follows the devices at once: swapoff of the disk leaves only RAM. */
    @ParameterizedTest(name = "disk removed: {0}")
    @CsvSource({"false", "true"})
    void swapoffOfTheDiskSwitchesTheFlag(boolean remove) throws Exception {
        Lab lab = new Lab();
        ZramDevice zram = lab.zram(64);
        lab.disk("vda", 64, Disk.Profile.NVME);
        if (remove) {
            lab.run(lab.machine.swapoff("/dev/vda"));
        }
        assertThat(zram.busy()).isTrue();
        assertThat(lab.machine.swap().allRamBacked()).isEqualTo(remove);
    }
}
