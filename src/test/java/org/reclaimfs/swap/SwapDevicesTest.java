package org.reclaimfs.swap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.reclaimfs.mm.Memory;

/** Which device gives the next slot (golden/behaviour b7; spec/06 sections 2, 3 and 10). */
final class SwapDevicesTest {
    private final SwapDevices swap = new SwapDevices(2, new SwapTables(new Memory(64 << 20, 0), true));

    private SwapDevice add(String name, int pages, int priority, Disk.Profile profile) {
        return swap.add("/dev/" + name, true, pages, priority, new Disk(name, pages * 4096L, profile));
    }

    /** Takes pages one by one; how many each device gave. */
    private Map<String, Integer> take(int cpu, int pages) {
        Map<String, Integer> taken = new LinkedHashMap<>();
        for (int i = 0; i < pages; i++) {
            assertThat(swap.allocate(cpu, 1)).isGreaterThan(0);
            assertThat(swap.foundPages()).isEqualTo(1);
            taken.merge(swap.foundDevice().path, 1, Integer::sum);
        }
        swap.checkInvariants();
        return taken;
    }

    /** 4142 pages over three rotational devices of the default priority: 1381, 1381, 1380. */
    @Test
    void rotationalDevicesTakeTurnsPageByPage() {
        for (String name : List.of("vda", "vdb", "vdc")) {
            add(name, 8192, SwapDevices.DEFAULT_PRIORITY, Disk.Profile.HDD);
        }
        assertThat(take(0, 4142))
                .containsExactly(Map.entry("/dev/vda", 1381), Map.entry("/dev/vdb", 1381), Map.entry("/dev/vdc", 1380));
    }

    /** A new cluster on the solid-state device is asked for in turn with the rotational ones. */
    @Test
    void eachFlashClusterCostsAPageOnEveryRotationalDevice() {
        add("vda", 8192, SwapDevices.DEFAULT_PRIORITY, Disk.Profile.HDD);
        add("vdb", 8192, SwapDevices.DEFAULT_PRIORITY, Disk.Profile.HDD);
        add("nvme", 8192, SwapDevices.DEFAULT_PRIORITY, Disk.Profile.NVME);
        // The first cluster has the header: 511 slots.
        assertThat(take(0, 3 * 512 - 1 + 3 * 2))
                .containsExactly(
                        Map.entry("/dev/vda", 3), Map.entry("/dev/vdb", 3), Map.entry("/dev/nvme", 3 * 512 - 1));
    }

    @Test
    void flashGivesEachCpuClustersOfItsOwn() {
        add("nvme", 4096, 0, Disk.Profile.NVME);
        List<Integer> slots = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            slots.add(swap.allocate(0, 1));
            slots.add(swap.allocate(1, 1));
        }
        assertThat(slots).containsExactly(1, 512, 2, 513, 3, 514);
    }

    @Test
    void aCpuKeepsItsClusterWhenAHigherPriorityArrives() {
        add("low", 4096, 0, Disk.Profile.NVME);
        take(0, 1);
        add("high", 4096, 10, Disk.Profile.NVME);
        assertThat(take(0, 511)).containsExactly(Map.entry("/dev/low", 510), Map.entry("/dev/high", 1));
        assertThat(take(1, 1)).containsExactly(Map.entry("/dev/high", 1));
    }

    @Test
    void theHighestPriorityFillsFirstAndComesBackWhenASlotIsFreed() {
        SwapDevice high = add("high", 101, 10, Disk.Profile.NVME);
        add("low", 4096, 0, Disk.Profile.HDD);
        assertThat(take(0, 150)).containsExactly(Map.entry("/dev/high", 100), Map.entry("/dev/low", 50));
        swap.free(high, 7, 1);
        assertThat(take(0, 2)).containsExactly(Map.entry("/dev/high", 1), Map.entry("/dev/low", 1));
    }

    @Test
    void aRunStopsAtAUsedSlotAndAtTheClustersEnd() {
        SwapDevice device = add("nvme", 1025, 0, Disk.Profile.NVME);
        assertThat(swap.allocate(0, 2000)).isEqualTo(1);
        assertThat(swap.foundPages()).isEqualTo(511);
        assertThat(swap.allocate(0, 100)).isEqualTo(512);
        assertThat(swap.foundPages()).isEqualTo(100);
        swap.free(device, 10, 3);
        swap.free(device, 20, 1);
        assertThat(swap.allocate(0, 2000)).as("the cluster goes on").isEqualTo(612);
        assertThat(swap.allocate(0, 2000)).as("then the one with holes").isEqualTo(10);
        assertThat(swap.foundPages()).isEqualTo(3);
    }

    @Test
    void holesThatWerePassedAreALastResort() {
        SwapDevice device = add("nvme", 1536, 0, Disk.Profile.NVME);
        assertThat(swap.allocate(0, 100)).isEqualTo(1);
        swap.free(device, 10, 3);
        assertThat(swap.allocate(0, 500)).as("on to the end of the cluster").isEqualTo(101);
        assertThat(swap.allocate(0, 512)).as("free clusters first").isEqualTo(512);
        swap.free(device, 600, 1);
        assertThat(swap.allocate(0, 1)).as("a full cluster that lost a slot").isEqualTo(600);
        assertThat(swap.allocate(0, 512)).isEqualTo(1024);
        assertThat(swap.allocate(0, 1)).as("nothing else is left").isEqualTo(10);
    }

    @Test
    void fullMeansMoreThanHalfIsUsed() {
        add("nvme", 101, 0, Disk.Profile.NVME);
        take(0, 50);
        assertThat(swap.full()).isFalse();
        take(0, 1);
        assertThat(swap.full()).isTrue();
        assertThat(swap.freePages()).isEqualTo(49);
    }
}
