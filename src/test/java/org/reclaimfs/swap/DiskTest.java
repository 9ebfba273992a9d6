package org.reclaimfs.swap;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class DiskTest {
    private final Disk disk = new Disk("vda", 1 << 30, Disk.Profile.VIRTIO);

    @Test
    void aFullQueueTakesTheNextRequestWhenTheOldestIsDone() {
        long oldest = disk.submitNs(true, 1, 1, 0);
        for (int i = 1; i < Disk.QUEUE_REQUESTS; i++) {
            assertThat(disk.queueFreeNs()).isZero();
            disk.submitNs(true, 1 + 2 * i, 1, 0);
        }
        assertThat(disk.queueFreeNs()).isEqualTo(oldest);
    }

    @Test
    void writesOfNeighbouringSlotsAreOneRequestUpTo128KiB() {
        long oldest = disk.submitNs(true, 1, 1, 0);
        for (int i = 1; i < 32 * (Disk.QUEUE_REQUESTS - 1); i++) {
            assertThat(disk.queueFreeNs()).isZero();
            disk.submitNs(true, 1 + i, 1, 0);
        }
        disk.submitNs(true, 32 * Disk.QUEUE_REQUESTS, 1, 0);
        assertThat(disk.queueFreeNs()).isGreaterThan(oldest);
    }
}
