package org.reclaimfs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.scenario.Session;

/** Golden behaviour b7, sections A, A2 and B: /proc/swaps to the byte, with disks, zram and a swap file. */
final class GoldenSwapsTest {
    private static final String SCENARIO =
            """
            machine: {costs: golden-guest, memory: 526196K, cpus: 2}
            disks: [{name: vda, size: 512M}, {name: vdb, size: 256M}, {name: vdc, size: 64M}]
            zram: [{name: zram0, disksize: 64M}]
            """;
    private static final String HEAD = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";

    private final Session session = StillSession.of(SCENARIO);

    @BeforeEach
    void aSwapFile() throws ErrnoException {
        steps("swapfile /mnt/fs/f 32756K disk=vdc");
    }

    @AfterEach
    void close() {
        session.machine().checkInvariants();
        session.close();
    }

    private void steps(String... lines) throws ErrnoException {
        StillSession.steps(session, lines);
    }

    private void expect(String... lines) throws ErrnoException {
        String shown = lines.length == 0 ? "" : String.join("\n", lines) + "\n";
        assertThat(session.kernfs().readText("/proc/swaps")).isEqualTo(HEAD + shown);
    }

    @Test
    void defaultPrioritiesAreEqualAndTypesAreUsedAgain() throws ErrnoException {
        steps("swapon /dev/vda", "swapon /dev/vdb", "swapon /mnt/fs/f");
        expect(
                "/dev/vda                                partition\t524284\t\t0\t\t-1",
                "/dev/vdb                                partition\t262140\t\t0\t\t-1",
                "/mnt/fs/f                               file\t\t32752\t\t0\t\t-1");
        steps("swapoff /dev/vda", "swapoff /dev/vdb", "swapoff /mnt/fs/f");
        expect();
        steps("swapon /mnt/fs/f", "swapon /dev/vdb");
        expect(
                "/mnt/fs/f                               file\t\t32752\t\t0\t\t-1",
                "/dev/vdb                                partition\t262140\t\t0\t\t-1");
        steps("swapoff /mnt/fs/f", "swapon /dev/vda");
        expect(
                "/dev/vda                                partition\t524284\t\t0\t\t-1",
                "/dev/vdb                                partition\t262140\t\t0\t\t-1");
    }

    @Test
    void theListIsByTypeWhateverThePriorities() throws ErrnoException {
        steps("swapon /dev/vda priority=10", "swapon /mnt/fs/f priority=100", "swapon /dev/zram0 priority=50");
        expect(
                "/dev/vda                                partition\t524284\t\t0\t\t10",
                "/mnt/fs/f                               file\t\t32752\t\t0\t\t100",
                "/dev/zram0                              partition\t65532\t\t0\t\t50");
    }
}
