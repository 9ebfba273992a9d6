package org.reclaimfs.devfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.klog.Klog;
import org.reclaimfs.machine.Activity;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.swap.SwapDevice;
import org.reclaimfs.swap.SwapDevices;
import org.reclaimfs.swap.SwapDiscard;
import org.reclaimfs.swap.SwapHeader;
import org.reclaimfs.zram.ZramDevice;

/** swapon and swapoff of devices that programs have written to, of files, and what they refuse. */
final class SwapAreaTest {
    private static final int MIB = 1 << 20;

    private final DeviceWorld world = new DeviceWorld();
    private final ZramDevice zram = world.machine.devices().zrams().iterator().next();

    @BeforeEach
    void size() {
        zram.setDisksize(16L * MIB / 4096);
    }

    /** As mkswap does it. */
    private void mkswap(String name, int lastPage, int... bad) throws ErrnoException {
        ByteBuffer page = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        page.putInt(1024, 1).putInt(1028, lastPage).putInt(1032, bad.length);
        for (int i = 0; i < bad.length; i++) {
            page.putInt(1536 + 4 * i, bad[i]);
        }
        page.put(4086, "SWAPSPACE2".getBytes(StandardCharsets.US_ASCII));
        write(name, 0, page.array());
    }

    private void write(String name, long offset, byte[] bytes) throws ErrnoException {
        OpenFile file = world.open(name);
        try {
            world.write(file, offset, bytes);
        } finally {
            world.fs.release(file);
        }
    }

    private String swapon(String path) {
        return DeviceWorld.result(() -> world.machine.devices().swapon(path, -1));
    }

    private String swapoff(String path) {
        return DeviceWorld.result(() -> {
            Activity work = world.machine.devices().swapoff(path);
            while (world.machine.step(work) != Activity.DONE) {
                world.machine.completeIo();
            }
        });
    }

    /** Tools look for a header on a device that a scenario uses as swap; one that programs wrote to has theirs. */
    @Test
    void anUntouchedSwapDeviceShowsTheHeaderThatMkswapWouldHaveLeft() throws Exception {
        assertThat(page("zram0")).containsOnly(0);
        swapon("/dev/zram0");
        SwapHeader header = SwapHeader.read(page("zram0"), 16L * MIB / 4096, false, line -> {});
        assertThat(header.pages()).isEqualTo(16L * MIB / 4096);
        assertThat(header.badPages()).isEmpty();
        assertThat(page("zram0")).isEqualTo(page("zram0"));
    }

    private byte[] page(String name) throws ErrnoException {
        OpenFile file = world.open(name);
        try {
            return world.read(file, 0, 4096);
        } finally {
            world.fs.release(file);
        }
    }

    private String lastLog() {
        Klog log = world.machine.klog();
        return log.get(log.nextSeq() - 1).text();
    }

    @Test
    void theHeaderSaysHowLargeTheAreaIs() throws ErrnoException {
        mkswap("zram0", 1023, 5, 6);
        SwapDevice device = world.machine.devices().swapon("/dev/zram0", 7);
        assertThat(device.usablePages()).isEqualTo(1023 - 2);
        assertThat(lastLog()).isEqualTo("Adding 4084k swap on /dev/zram0.  Priority:7 extents:1 across:4084k SS");
        assertThat(zram.stats().origDataBytes()).as("only the header").isEqualTo(4096);
        assertThat(zram.busy()).isTrue();
        assertThat(DeviceWorld.result(() -> write("zram0", 4096, new byte[1]))).isEqualTo("ETXTBSY");
        assertThat(swapon("/dev/zram0")).isEqualTo("EBUSY");
        assertThat(swapoff("/dev/zram0")).isEqualTo("OK");
        assertThat(zram.busy()).isFalse();
    }

    @Test
    void aDeviceWithOtherDataIsNoSwap() throws ErrnoException {
        for (String name : List.of("zram0", "vda", "ram0")) {
            write(name, 8192, new byte[] {1});
            assertThat(swapon("/dev/" + name)).as(name).isEqualTo("EINVAL");
            assertThat(lastLog()).isEqualTo("Unable to find swap-space signature");
            mkswap(name, 4096);
            assertThat(swapon("/dev/" + name)).as(name).isEqualTo("EINVAL");
            assertThat(lastLog()).isEqualTo("Swap area shorter than signature indicates");
            mkswap(name, 1023);
            assertThat(swapon("/dev/" + name)).as(name).isEqualTo("OK");
        }
        assertThat(zram.busy()).isTrue();
    }

    @Test
    void aDeviceNobodyWroteToNeedsNoMkswap() {
        assertThat(swapon("/dev/vda")).isEqualTo("OK");
        assertThat(swapon("/dev/zram0")).isEqualTo("OK");
        assertThat(zram.stats().comprDataBytes()).isEqualTo(73);
    }

    @Test
    void discardOnceEmptiesTheAreaBehindTheHeader() throws ErrnoException {
        byte[] noise = new byte[MIB];
        new java.util.SplittableRandom(1).nextBytes(noise);
        write("zram0", MIB, noise);
        mkswap("zram0", 4095);
        world.machine.devices().swapon("/dev/zram0", -1, SwapDiscard.ONCE);
        assertThat(zram.stats().origDataBytes()).isEqualTo(4096);
        assertThat(zram.stats().notifyFree()).isEqualTo(4095);
        assertThat(lastLog()).endsWith("SSDs");
    }

    @Test
    void swapoffTellsNothingFromNoSwap() {
        assertThat(swapoff("/dev/nope")).isEqualTo("ENOENT");
        assertThat(swapoff("/dev/vda")).isEqualTo("EINVAL");
    }

    @Test
    void swapoffAsksOvercommit() {
        assertThat(swapon("/dev/vda")).isEqualTo("OK");
        world.machine.sysctls().overcommit().setMode(2);
        world.machine.sysctls().overcommit().setPercent(0);
        assertThat(swapoff("/dev/vda")).isEqualTo("ENOMEM");
        assertThat(world.machine.swap().active()).hasSize(1);
        world.machine.sysctls().overcommit().setPercent(50);
        assertThat(swapoff("/dev/vda")).isEqualTo("OK");
    }

    @Test
    void typesRunOutBeforeThePathIsLookedAt() {
        for (int i = 0; i < SwapDevices.MAX_TYPES; i++) {
            world.machine.devices().addDisk(new Disk("vd" + (char) ('b' + i / 10) + i, MIB, Disk.Profile.NVME));
            assertThat(swapon("/dev/vd" + (char) ('b' + i / 10) + i)).isEqualTo("OK");
        }
        assertThat(swapon("/dev/vda")).isEqualTo("EPERM");
        assertThat(swapon("/dev/nope")).isEqualTo("EPERM");
    }

    @Test
    void filesShareTheirDisk() throws ErrnoException {
        world.machine.devices().addSwapFile("/mnt/fs/a file", 1024, "vda");
        world.machine.devices().addSwapFile("/mnt/fs/b", 1024, "vda");
        assertThat(DeviceWorld.result(() -> world.machine.devices().addSwapFile("/mnt/fs/b", 8, "vda")))
                .isEqualTo("EEXIST");
        assertThat(DeviceWorld.result(() -> world.machine.devices().addSwapFile("/mnt/fs/c", 2048, "vda")))
                .isEqualTo("ENOSPC");
        assertThat(DeviceWorld.result(() -> world.machine.devices().addSwapFile("/mnt/fs/c", 1, "vda")))
                .isEqualTo("EINVAL");
        assertThat(DeviceWorld.result(() -> world.machine.devices().addSwapFile("/mnt/fs/c", 8, "vdz")))
                .isEqualTo("ENODEV");
        SwapDevice device = world.machine.devices().swapon("/mnt/fs/a file", 3);
        assertThat(device.partition).isFalse();
        assertThat(device.usablePages()).isEqualTo(1023);
        assertThat(lastLog()).isEqualTo("Adding 4092k swap on /mnt/fs/a file.  Priority:3 extents:1 across:4092k SS");
        assertThat(swapon("/mnt/fs/a file")).isEqualTo("EBUSY");
        assertThat(swapon("/dev/vda")).as("a mounted disk").isEqualTo("EBUSY");
        assertThat(swapon("/dev/ram0")).isEqualTo("OK");
        assertThat(DeviceWorld.result(() -> world.machine.devices().addSwapFile("/ram/f", 8, "ram0")))
                .isEqualTo("EBUSY");
        assertThat(swapoff("/mnt/fs/a file")).isEqualTo("OK");
        assertThat(swapoff("/mnt/fs/a file")).isEqualTo("EINVAL");
    }
}
