package org.reclaimfs.devfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.DirEntry;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.zram.ZramDevice;

/** The nodes of block devices: which there are, and their bytes at any offset. */
final class DeviceNodeTest {
    private static final int MIB = 1 << 20;

    private final DeviceWorld world = new DeviceWorld();
    private final ZramDevice zram = world.machine.devices().zrams().iterator().next();

    @ParameterizedTest(name = "{0} against an array, seed {1}")
    @CsvSource({"zram0, 1", "zram0, 2", "ram0, 3", "vda, 4"})
    void keepsBytesAtAnyOffset(String name, long seed) throws ErrnoException {
        zram.setDisksize(4 * MIB / 4096);
        SplittableRandom random = new SplittableRandom(seed);
        byte[] wanted = new byte[4 * MIB];
        OpenFile file = world.open(name);
        for (int op = 0; op < 300; op++) {
            int from = random.nextInt(wanted.length);
            int length = Math.min(wanted.length - from, 1 + random.nextInt(random.nextBoolean() ? 9000 : 200_000));
            switch (random.nextInt(4)) {
                case 0 -> {
                    world.fs.discard(file, from, length);
                    Arrays.fill(wanted, from, from + length, (byte) 0);
                }
                case 1 ->
                    assertThat(world.read(file, from, length))
                            .as("op %s: %s bytes at %s", op, length, from)
                            .isEqualTo(Arrays.copyOfRange(wanted, from, from + length));
                default -> {
                    byte[] bytes = new byte[length];
                    if (random.nextBoolean()) {
                        random.nextBytes(bytes);
                    } else {
                        Arrays.fill(bytes, (byte) random.nextInt(3));
                    }
                    assertThat(world.write(file, from, bytes)).isEqualTo(length);
                    System.arraycopy(bytes, 0, wanted, from, length);
                }
            }
        }
        assertThat(world.read(file, 0, wanted.length)).isEqualTo(wanted);
        world.machine.checkInvariants();
    }

    @Test
    void aNodeIsThereWhileTheDeviceHasASize() throws ErrnoException {
        assertThat(names()).containsExactly("kmsg", "ram0", "vda");
        zram.setDisksize(256);
        assertThat(names()).containsExactly("kmsg", "ram0", "vda", "zram0");
        assertThat(world.fs.getattr("/dev/zram0", Caller.ROOT).sizeBytes()).isEqualTo(MIB);
        assertThat(world.fs.getattr("/dev/zram0", Caller.ROOT).mode()).isEqualTo(0100660);
        zram.reset();
        assertThat(names()).doesNotContain("zram0");
        zram.setDisksize(256);
        world.machine.devices().removeZram(0);
        assertThat(names()).doesNotContain("zram0");
        world.machine.devices().addZram().setDisksize(512);
        assertThat(world.fs.getattr("/dev/zram0", Caller.ROOT).sizeBytes()).isEqualTo(2 * MIB);
    }

    @Test
    void aNodeThatComesLaterHasANumberOfItsOwn() throws ErrnoException {
        ZramDevice second = world.machine.devices().addZram();
        zram.setDisksize(256);
        second.setDisksize(256);
        List<DirEntry> entries = world.fs.opendir("/dev", Caller.ROOT).entries();
        assertThat(entries).extracting(DirEntry::name).contains("ram0", "zram0", "zram1");
        assertThat(entries).extracting(DirEntry::ino).doesNotHaveDuplicates();
        long ino = world.fs.getattr("/dev/zram0", Caller.ROOT).ino();
        zram.reset();
        zram.setDisksize(512);
        assertThat(world.fs.getattr("/dev/zram0", Caller.ROOT).ino()).isEqualTo(ino);
    }

    private Object[] names() throws ErrnoException {
        return world.fs.opendir("/dev", Caller.ROOT).entries().stream()
                .map(entry -> entry.name())
                .sorted()
                .toArray();
    }

    @Test
    void whoHasItOpenKeepsIt() throws ErrnoException {
        zram.setDisksize(256);
        OpenFile one = world.open("zram0");
        OpenFile two = world.open("zram0");
        world.fs.release(one);
        assertThat(zram.busy()).isTrue();
        assertThat(DeviceWorld.result(() -> world.machine.devices().removeZram(0)))
                .isEqualTo("EBUSY");
        world.fs.release(two);
        assertThat(zram.busy()).isFalse();
    }

    @ParameterizedTest(name = "{0} bytes before the end of {1}, {2} bytes: {3}")
    @CsvSource({
        "5000,  zram0, 9000, 5000",
        "4096,  zram0, 4096, 4096",
        "0,     zram0, 1,    ENOSPC",
        "-4096, zram0, 1,    ENOSPC",
        "100,   vda,   4096, 100",
        "0,     vda,   1,    ENOSPC",
        "100000, vda, 200000, 100000",
    })
    void theEndIsTheEnd(long before, String name, int length, String expected) throws ErrnoException {
        zram.setDisksize(4096);
        OpenFile file = world.open(name);
        long offset = (16L << 20) - before;
        int[] taken = {0};
        String result = DeviceWorld.result(() -> taken[0] = world.write(file, offset, new byte[length]));
        assertThat(result.equals("OK") ? "" + taken[0] : result).isEqualTo(expected);
        assertThat(world.read(file, offset, length)).hasSize((int) Math.max(0, Math.min(before, length)));
    }

    @Test
    void aDeviceThatTakesNothingSaysEio() throws ErrnoException {
        zram.setDisksize(256);
        zram.setMemLimitPages(1);
        OpenFile file = world.open("zram0");
        byte[] noise = new byte[16 << 10];
        new SplittableRandom(1).nextBytes(noise);
        assertThat(world.write(file, 0, noise))
                .as("the page that there is memory for")
                .isEqualTo(4096);
        assertThat(DeviceWorld.result(() -> world.write(file, 4096, noise))).isEqualTo("EIO");
        assertThat(zram.stats().failedWrites()).isEqualTo(2);
        world.machine.devices().disk("vda").setHealth(true, 1);
        OpenFile disk = world.open("vda");
        assertThat(DeviceWorld.result(() -> world.write(disk, 0, noise))).isEqualTo("EIO");
    }

    @Test
    void discardGivesTheRamOfARamDiskBack() throws ErrnoException {
        OpenFile file = world.open("ram0");
        byte[] noise = new byte[MIB];
        new SplittableRandom(1).nextBytes(noise);
        long free = world.machine.memory().freePages();
        world.write(file, 0, noise);
        assertThat(world.machine.memory().freePages()).isEqualTo(free - 256);
        world.fs.discard(file, 0, MIB);
        assertThat(world.machine.memory().freePages()).isEqualTo(free);
        assertThat(world.machine.devices().disk("ram0").poolPages()).isZero();
    }
}
