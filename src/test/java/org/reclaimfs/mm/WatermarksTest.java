package org.reclaimfs.mm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Watermarks from min_free_kbytes, as captured (spec/01 sections 3 and 4). */
final class WatermarksTest {
    /** Verified rows: managed pages within a few frames of the captured guests', and the marks that follow. */
    @ParameterizedTest(name = "{0} MiB, min_free_kbytes {1}: {2} {3} {4} {5}")
    @CsvSource({
        "512, 2811, 702, 877, 1052, 1227",
        "1024, 22528, 5632, 7040, 8448, 9856",
        "2048, 22528, 5632, 7040, 8448, 9856"
    })
    void marksOfOneZoneFollowFromMinFree(int mib, long minFreeKiB, long min, long low, long high, long promo) {
        Memory ram = new Memory((long) mib << 20, 0);
        ram.watermarks().setMinFreeKiB(minFreeKiB);
        Zone zone = ram.zone(Memory.DMA32);
        assertThat(zone.minWmark()).isEqualTo(min);
        assertThat(zone.lowWmark()).isEqualTo(low);
        assertThat(zone.highWmark()).isEqualTo(high);
        assertThat(zone.promoWmark()).isEqualTo(promo);
        assertThat(ram.node(0).zone(Memory.MOVABLE).minWmark()).isEqualTo(32);
        assertThat(ram.zone(Memory.NORMAL).highWmark()).isZero();
    }

    /** From 512 MiB of managed memory on, huge pages raise min_free_kbytes. */
    @ParameterizedTest(name = "{0} MiB: {1} kB")
    @CsvSource({"490, 2800, 2832", "1024, 22528, 22528", "2048, 22528, 22528", "16384, 45056, 45056"})
    void minFreeIsAutomatic(int mib, long from, long to) {
        assertThat(new Memory((long) mib << 20, 0).watermarks().minFreeKiB()).isBetween(from, to);
    }

    @Test
    void aSmallerMarkIsLeftAboveTheReserveOfLowerZones() {
        Memory ram = new Memory(16L << 30, 64 << 20);
        Zone low = ram.zone(Memory.DMA32);
        assertThat(low.lowmemReserve(Memory.NORMAL)).isEqualTo(ram.zone(Memory.NORMAL).managedPages / 256);
        assertThat(low.lowmemReserve(Memory.DMA32)).isZero();
    }

    @Test
    void whatIsTakenIsNotFree() {
        Memory ram = new Memory(256L << 20, 8 << 20);
        ram.drainPerCpu();
        long free = ram.freePages();
        ram.takeUser(Memory.DMA32, 0, 100);
        ram.addLru(Memory.DMA32, Flags.INACTIVE_ANON, 100);
        assertThat(ram.takeZspages(0, 11)).isTrue();
        ram.kernelUse(KernelUse.PAGE_TABLES, 3);
        assertThat(ram.freePages() + ram.zone(Memory.DMA32).perCpuPages()).isEqualTo(free - 114);
        ram.checkInvariants();
        assertThat(ram.takeZspages(0, free)).isFalse();
        assertThat(ram.freePages()).isEqualTo(free - 114);
    }
}
