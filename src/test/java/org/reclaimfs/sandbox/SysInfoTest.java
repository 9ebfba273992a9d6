package org.reclaimfs.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.ErrnoException;

final class SysInfoTest {
    private static final String MEMINFO =
            """
            MemTotal:         999424 kB
            MemFree:          820596 kB
            Buffers:            1204 kB
            Shmem:               388 kB
            SwapTotal:       2097148 kB
            SwapFree:        2097144 kB
            HugePages_Total:       0
            """;

    @Test
    void theFilesFiguresAtTheOffsetsOfTheStructure() throws ErrnoException {
        Map<String, String> files = Map.of(
                "/proc/meminfo",
                MEMINFO,
                "/proc/uptime",
                "12.25 20.00\n",
                "/proc/loadavg",
                "0.50 1.00 2.25 1/77 1001\n");
        ByteBuffer info = ByteBuffer.wrap(SysInfo.of(files::get)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(info.capacity()).isEqualTo(112);
        assertThat(info.getLong(0)).as("uptime, rounded up").isEqualTo(13);
        assertThat(new long[] {info.getLong(8), info.getLong(16), info.getLong(24)})
                .as("loads")
                .containsExactly(32768, 65536, 147456);
        assertThat(info.getLong(32)).as("totalram").isEqualTo(999424L << 10);
        assertThat(info.getLong(40)).as("freeram").isEqualTo(820596L << 10);
        assertThat(info.getLong(48)).as("sharedram").isEqualTo(388L << 10);
        assertThat(info.getLong(56)).as("bufferram").isEqualTo(1204L << 10);
        assertThat(info.getLong(64)).as("totalswap").isEqualTo(2097148L << 10);
        assertThat(info.getLong(72)).as("freeswap").isEqualTo(2097144L << 10);
        assertThat(info.getShort(80)).as("procs").isEqualTo((short) 77);
        assertThat(info.getLong(88)).as("totalhigh").isZero();
        assertThat(info.getInt(104)).as("mem_unit").isEqualTo(1);
    }
}
