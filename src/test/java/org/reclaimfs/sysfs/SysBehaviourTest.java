package org.reclaimfs.sysfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.procfs.Guest;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.zram.ZramDevice;

/** What reads and writes of /sys do to the machine and to the tree. */
final class SysBehaviourTest {
    private static final String ZRAM = "/sys/block/zram0/";
    private static final String CONTROL = "/sys/class/zram-control/";

    private final Guest guest = new Guest();

    @Test
    void hotAddMakesADeviceAtEachReadFromTheStart() throws ErrnoException {
        OpenFile file = guest.open(CONTROL + "hot_add", OpenFile.O_RDONLY);
        StringBuilder text = new StringBuilder();
        assertThat(guest.fs.read(file, 0, 100, (b, from, n) -> text.append((char) b[from])))
                .isEqualTo(2);
        assertThat(guest.fs.read(file, 2, 100, (b, from, n) -> {})).isZero();
        assertThat(text.toString()).isEqualTo("1");
        assertThat(guest.machine.devices().zrams()).hasSize(2);
        assertThat(guest.read("/sys/block/zram1/dev")).isEqualTo("253:1\n");
        assertThat(guest.read("/sys/class/block/zram1/uevent")).endsWith("DEVNAME=zram1\nDEVTYPE=disk\nDISKSEQ=6\n");

        OpenFile open = guest.fs.open("/sys/devices/virtual/block/zram1/size", OpenFile.O_RDONLY, Caller.ROOT);
        guest.write(CONTROL + "hot_remove", "1\n");
        assertThatThrownBy(() -> guest.fs.read(open, 0, 10, (b, from, n) -> {})).hasMessageStartingWith("ENODEV");
        assertThat(guest.tryWrite("/sys/block/zram1/reset", "1")).isEqualTo("ENOENT");
        assertThat(guest.tryWrite("/sys/devices/virtual/block/zram1/reset", "1"))
                .isEqualTo("ENOENT");
        assertThat(guest.tryWrite(CONTROL + "hot_remove", "1")).isEqualTo("ENODEV");
        assertThat(guest.read(CONTROL + "hot_add")).isEqualTo("1\n");
        assertThat(guest.read("/sys/block/zram1/diskseq")).isEqualTo("7\n");
    }

    @Test
    void devicesAddedBesideTheFilesAppearWithRefresh() throws ErrnoException {
        guest.machine.devices().addZram();
        guest.machine.devices().addDisk(new Disk("vde", 1 << 20, Disk.Profile.NVME));
        guest.sys.refresh();
        assertThat(guest.read("/sys/block/zram1/size")).isEqualTo("0\n");
        assertThat(guest.read("/sys/block/vde/size")).isEqualTo("2048\n");
        assertThat(guest.read("/sys/block/vde/queue/rotational")).isEqualTo("0\n");
        guest.machine.devices().removeZram(1);
        guest.sys.refresh();
        assertThat(guest.tryWrite("/sys/block/zram1/reset", "1")).isEqualTo("ENOENT");
    }

    @Test
    void zramsLife() throws ErrnoException {
        guest.write(ZRAM + "comp_algorithm", "zstd\n");
        guest.write(ZRAM + "mem_limit", "1M");
        guest.write(ZRAM + "writeback_limit", "7");
        guest.write(ZRAM + "backing_dev", "/dev/vdb\n");
        guest.write(ZRAM + "disksize", "64M");
        assertThat(guest.read(ZRAM + "size")).isEqualTo("131072\n");
        ZramDevice zram = guest.machine.devices().zram(0);
        assertThat(zram).isNotNull();
        zram.write(0, new Content("half", 2000, false, false), 10, 0);
        assertThat(guest.read(ZRAM + "mm_stat"))
                .isEqualTo("   40960    20000    " + zram.stats().memUsedTotalBytes() + "  1048576    "
                        + zram.stats().memUsedMaxBytes() + "        0        0        0        0\n");
        assertThat(guest.read(ZRAM + "stat"))
                .startsWith("       0        0        0        0       10        0       80 ");
        guest.write(ZRAM + "mem_used_max", "0");
        guest.machine.devices().swapon("/dev/zram0", 100);
        assertThat(guest.tryWrite(ZRAM + "reset", "1")).isEqualTo("EBUSY");
        guest.swapoff("/dev/zram0");
        assertThat(guest.tryWrite(ZRAM + "reset", "1\n")).isEqualTo("OK");
        assertThat(guest.read(ZRAM + "comp_algorithm")).startsWith("[lzo-rle] ");
        assertThat(guest.read(ZRAM + "backing_dev")).isEqualTo("none\n");
        assertThat(guest.read(ZRAM + "writeback_limit")).isEqualTo("7\n");
        assertThat(guest.read(ZRAM + "mm_stat")).isEqualTo("       0" + "        0".repeat(8) + "\n");
    }

    @Test
    void aBackingDeviceHasOneUser() throws ErrnoException {
        guest.read(CONTROL + "hot_add");
        guest.write(ZRAM + "backing_dev", "/dev/vdb");
        assertThat(guest.tryWrite("/sys/block/zram1/backing_dev", "/dev/vdb")).isEqualTo("EBUSY");
        guest.write(ZRAM + "backing_dev", "/dev/vda");
        assertThat(guest.tryWrite("/sys/block/zram1/backing_dev", "/dev/vdb")).isEqualTo("OK");
        guest.write(CONTROL + "hot_remove", "1");
        assertThat(guest.tryWrite(ZRAM + "backing_dev", "/dev/vdb")).isEqualTo("OK");
    }

    @ParameterizedTest(name = "backing_dev \"{0}\" gives {1}")
    @CsvSource({"/dev/null, ENOTBLK", "/dev/kmsg, ENOTBLK", "/dev/kmsg/x, ENOTDIR", "/dev, EISDIR", "/dev/vde, ENOENT"})
    void aBackingDeviceIsABlockDevice(String path, String result) {
        assertThat(guest.tryWrite(ZRAM + "backing_dev", path)).isEqualTo(result);
    }

    @ParameterizedTest(name = "{0} <- \"{1}\" gives {2}, then {3}")
    @CsvSource({
        "lru_gen/min_ttl_ms, 0x10, OK, 16",
        "lru_gen/min_ttl_ms, 010, OK, 8",
        "lru_gen/min_ttl_ms, 4294967296, EINVAL, 0",
        "lru_gen/enabled, 0x5, OK, 0x0005",
        "transparent_hugepage/shrink_underused, n, OK, 0",
        "transparent_hugepage/shrink_underused, 2, EINVAL, 1",
        "transparent_hugepage/use_zero_page, 1, OK, 1",
        "transparent_hugepage/use_zero_page, 2, EINVAL, 0",
        "transparent_hugepage/use_zero_page, y, EINVAL, 0",
        "transparent_hugepage/use_zero_page, 18446744073709551615, EINVAL, 0",
        "transparent_hugepage/use_zero_page, 18446744073709551616, ERANGE, 0",
        "transparent_hugepage/khugepaged/defrag, 99999999999999999999, ERANGE, 0",
        "transparent_hugepage/khugepaged/pages_to_scan, 0, EINVAL, 4096",
        "transparent_hugepage/khugepaged/pages_to_scan, 4294967295, OK, 4294967295",
        "transparent_hugepage/khugepaged/pages_to_scan, 4294967296, EINVAL, 4096",
        "transparent_hugepage/khugepaged/max_ptes_none, 512, EINVAL, 511",
        "transparent_hugepage/khugepaged/max_ptes_none, 99999999999999999999, EINVAL, 511",
        "transparent_hugepage/khugepaged/scan_sleep_millisecs, 0, OK, 0"
    })
    void kernelMmHasAGrammarForEachFile(String file, String text, String result, String then) throws ErrnoException {
        String path = "/sys/kernel/mm/" + file;
        assertThat(guest.tryWrite(path, text)).isEqualTo(result);
        assertThat(guest.read(path)).isEqualTo(then + "\n");
    }

    @ParameterizedTest(name = "a node's reclaim \"{0}\" gives {1}")
    @CsvSource({
        "0, OK",
        "4095, OK",
        "0 swappiness=60, OK",
        "'0  swappiness=60 swappiness=max ', OK",
        "0swappiness=60, OK",
        "'0\tswappiness=60', OK",
        "'0 swappiness=60\tswappiness=61', EAGAIN",
        "0 swappiness=201, EAGAIN",
        "0 swappiness=201 swappiness=60, EAGAIN",
        "0 source=zswap, EAGAIN",
        "0x, EAGAIN",
        "swappiness=60, EAGAIN",
        "' ', EAGAIN"
    })
    void aNodesReclaimHasTheGrammarOfMemoryReclaim(String text, String result) {
        assertThat(guest.tryWrite("/sys/devices/system/node/node0/reclaim", text))
                .isEqualTo(result);
    }

    @ParameterizedTest(name = "{1} nodes: {0} is {2}")
    @CsvSource({
        "possible, 1, 0-1",
        "present, 1, 0-1",
        "online, 2, 0-1",
        "offline, 2, ''",
        "isolated, 1, ''",
        "kernel_max, 1, 8191",
        "cpu1/topology/physical_package_id, 1, 0",
        "cpu1/topology/core_id, 1, 1",
        "cpu1/topology/core_siblings_list, 1, 0-1",
        "cpu1/topology/thread_siblings, 1, 2",
        "cpu1/topology/physical_package_id, 2, 1",
        "cpu1/topology/core_id, 2, 0",
        "cpu1/topology/package_cpus, 2, 2",
        "cpu1/topology/package_cpus_list, 2, 1",
        "cpu1/node1/cpulist, 2, 1"
    })
    void cpusAreThoseOfTheMachine(String file, int nodes, String text) throws ErrnoException {
        assertThat(new Guest(nodes).read("/sys/devices/system/cpu/" + file)).isEqualTo(text + "\n");
    }

    @ParameterizedTest(name = "recompress \"{0}\" gives {1}")
    @CsvSource({
        "type=idle, OK",
        "max_pages=0, OK",
        "type=huge, OK", // none is huge
        "threshold=3624, OK",
        "threshold=3625, EINVAL",
        "threshold=4294967296, ERANGE",
        "algo=zstd, OK",
        "algo=zstd priority=2, EINVAL",
        "algo=lz4, EINVAL",
        "priority=3, EINVAL",
        "algo=\"zstd\", OK",
        "'\"algo=zstd\"', OK",
        "'foo=\"a b\" max_pages=0', OK"
    })
    void recompress(String command, String result) throws ErrnoException {
        guest.write(ZRAM + "recomp_algorithm", "algo=zstd");
        guest.write(ZRAM + "disksize", "64M");
        ZramDevice zram = guest.machine.devices().zram(0);
        assertThat(zram).isNotNull();
        zram.write(0, new Content("half", 2000, false, false), 10, 0);
        assertThat(guest.tryWrite(ZRAM + "recompress", command)).isEqualTo(result);
    }

    @Test
    void zswapIsSetUpByTheFirstWriteToEnabled() throws ErrnoException {
        String parameters = "/sys/module/zswap/parameters/";
        guest.write(parameters + "compressor", " nonsense \n");
        assertThat(guest.read(parameters + "compressor")).isEqualTo("nonsense\n");
        assertThat(guest.tryWrite("/sys/kernel/debug/zswap/stored_pages", "0")).isEqualTo("ENOENT");
        assertThat(guest.tryWrite(parameters + "enabled", "what")).isEqualTo("EINVAL");
        assertThat(guest.read("/sys/kernel/debug/zswap/stored_pages")).isEqualTo("0\n");
        assertThat(guest.read(parameters + "compressor")).isEqualTo("lzo\n");
        assertThat(guest.read(parameters + "enabled")).isEqualTo("N\n");
        guest.write(parameters + "enabled", "on");
        guest.write(parameters + "max_pool_percent", "50");
        guest.write(parameters + "shrinker_enabled", "Y");
        assertThat(guest.machine.zswap().maxPoolPercent()).isEqualTo(50);
        assertThat(guest.machine.zswap().shrinkerEnabled()).isTrue();
        assertThat(guest.tryWrite(parameters + "compressor", "nosuch")).isEqualTo("ENOENT");
    }

    @Test
    void zswapCountersFollowTheMachine() throws ErrnoException {
        guest.write("/sys/module/zswap/parameters/enabled", "1");
        guest.machine.devices().swapon("/dev/vda", 5);
        guest.hold("hog", Kind.ANON, 64);
        guest.swapOut(16 << 20);
        String debug = "/sys/kernel/debug/zswap/";
        assertThat(guest.read(debug + "stored_pages"))
                .isEqualTo(guest.machine.zswap().storedPages() + "\n")
                .isNotEqualTo("0\n");
        assertThat(guest.read(debug + "stored_incompressible_pages")).isEqualTo(guest.read(debug + "stored_pages"));
        assertThat(guest.read(debug + "pool_total_size"))
                .isEqualTo(guest.machine.zswap().totalPages() * 4096 + "\n");
    }

    @Test
    void sysfsMakesAndRemovesNothingForUsers() {
        assertThatThrownBy(() -> guest.fs.mkdir("/sys/kernel/mm/new", 0755, Caller.ROOT))
                .hasMessageStartingWith("EPERM");
        assertThatThrownBy(() -> guest.fs.rmdir("/sys/kernel/mm/swap", Caller.ROOT))
                .hasMessageStartingWith("EPERM");
    }

    @Test
    void aKeptQueueSettingIsChecked() throws ErrnoException {
        assertThat(guest.tryWrite("/sys/block/vda/queue/read_ahead_kb", "-1")).isEqualTo("EINVAL");
        guest.write("/sys/block/vda/queue/read_ahead_kb", "64\n");
        assertThat(guest.read("/sys/block/vda/queue/read_ahead_kb")).isEqualTo("64\n");
        assertThat(guest.read("/sys/block/vdb/queue/read_ahead_kb")).isEqualTo("8192\n");
        guest.write("/sys/block/vda/queue/scheduler", "mq-deadline\n");
        assertThat(guest.read("/sys/block/vda/queue/scheduler")).isEqualTo("none [mq-deadline] kyber \n");
        assertThat(guest.fs.write(
                        guest.open("/sys/devices/virtual/block/zram0/queue/iostats", 1),
                        new byte[] {'5'},
                        0,
                        Signal.NEVER))
                .isEqualTo(1);
        assertThat(guest.read("/sys/block/zram0/queue/iostats")).isEqualTo("1\n");
    }

    @ParameterizedTest(name = "CPUs {0} to {1} of {2}: {3}")
    @CsvSource({
        "0, 2, 2, '3'",
        "0, 0, 2, '0'",
        "0, 4, 8, '0f'",
        "4, 8, 8, 'f0'",
        "0, 5, 5, '1f'",
        "0, 32, 32, 'ffffffff'",
        "32, 33, 33, '1,00000000'",
        "0, 32, 64, '00000000,ffffffff'",
        "150, 200, 200, 'ff,ffffffff,ffc00000,00000000,00000000,00000000,00000000'",
        "0, 50, 200, '00,00000000,00000000,00000000,00000000,0003ffff,ffffffff'"
    })
    void masksHaveTheWidthOfTheMachine(int first, int end, int cpus, String mask) {
        assertThat(NodeFiles.mask(first, end, cpus)).isEqualTo(mask);
    }
}
