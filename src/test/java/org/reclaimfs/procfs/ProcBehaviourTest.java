package org.reclaimfs.procfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.machine.Activity;
import org.reclaimfs.machine.TouchPattern;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.psi.PsiGroup;

/** What reads, writes and polls of /proc do. */
final class ProcBehaviourTest {
    private static final int EVENT = OpenFile.POLL_DEFAULT | OpenFile.POLLPRI;
    private static final int NEWS = EVENT | OpenFile.POLLERR;

    private final Guest guest = new Guest();

    @ParameterizedTest(name = "pressure trigger \"{0}\" gives {1}, and {2} without CAP_SYS_RESOURCE")
    @CsvSource({
        "'some 150000 1000000\n', OK, EINVAL",
        "'some 150000 2000000\n', OK, OK",
        "'full\t1 10000000 junk\n', OK, OK",
        "'some150000 4000000\n', OK, OK",
        "'some 1000000 10000000', OK, EINVAL", // the last digit is lost
        "'some 150000 10000001\n', EINVAL, EINVAL",
        "'some 150000 0\n', EINVAL, EINVAL",
        "'some 0 2000000\n', EINVAL, EINVAL",
        "'some 2000001 2000000\n', EINVAL, EINVAL",
        "'some 1500001000000\n', EINVAL, EINVAL",
        "' some 150000 2000000\n', EINVAL, EINVAL",
        "'SOME 150000 2000000\n', EINVAL, EINVAL",
        "'some 000000000000150000 200000000\n', OK, OK", // 32 bytes are taken: 2000000 is left
        "'\n', EINVAL, EINVAL"
    })
    void triggers(String text, String asRoot, String asUser) throws ErrnoException {
        assertThat(trigger(text, Caller.ROOT)).isEqualTo(asRoot);
        assertThat(trigger(text, new Caller.Plain(1000, 1000, 1))).isEqualTo(asUser);
    }

    private String trigger(String text, Caller caller) throws ErrnoException {
        OpenFile file = guest.fs.open("/proc/pressure/memory", OpenFile.O_RDWR, caller);
        try {
            guest.write(file, text);
            return "OK";
        } catch (ErrnoException e) {
            return e.errno().toString();
        } finally {
            guest.fs.release(file);
        }
    }

    @Test
    void aTriggerFiresOnceAndGoesWithItsDescriptor() throws ErrnoException {
        OpenFile file = guest.open("/proc/pressure/memory", OpenFile.O_RDWR);
        assertThat(guest.fs.poll(file)).isEqualTo(NEWS);
        guest.write(file, "some 100000 1000000\n");
        assertThatThrownBy(() -> guest.write(file, "some 100000 1000000\n")).hasMessageStartingWith("EBUSY");
        assertThat(guest.fs.poll(file)).isEqualTo(OpenFile.POLL_DEFAULT);

        PsiGroup group = guest.machine.cgroups().root().psi();
        group.change(0, 0, 0, PsiGroup.MEMSTALL);
        group.checkTriggers(500_000_000);
        assertThat(guest.fs.peek(file)).isEqualTo(EVENT);
        assertThat(guest.fs.poll(file)).isEqualTo(EVENT);
        assertThat(guest.fs.poll(file)).isEqualTo(OpenFile.POLL_DEFAULT);
        guest.fs.release(file);
        assertThat(group.hasTriggers()).isFalse();
    }

    @Test
    void pollOnSwapsTellsEachChangeOnce() throws ErrnoException {
        OpenFile file = guest.open("/proc/swaps", OpenFile.O_RDONLY);
        assertThat(guest.fs.poll(file)).isEqualTo(OpenFile.POLL_DEFAULT);
        guest.machine.devices().swapon("/dev/vda", 5);
        assertThat(guest.fs.poll(file)).isEqualTo(NEWS);
        assertThat(guest.fs.poll(file)).isEqualTo(OpenFile.POLL_DEFAULT);
        guest.swapoff("/dev/vda");
        guest.fs.read(file, 0, 4096, (bytes, from, length) -> {});
        assertThat(guest.fs.poll(file)).as("a read takes no note").isEqualTo(NEWS);
    }

    private Map<String, Long> keyed(String path) throws ErrnoException {
        Map<String, Long> values = new HashMap<>();
        guest.read(path).lines().forEach(line -> {
            String[] words = line.split(":? +");
            values.put(words[0], Long.parseLong(words[1]));
        });
        return values;
    }

    @Test
    void meminfoAddsUp() throws ErrnoException {
        guest.machine.devices().swapon("/dev/vda", 5);
        guest.hold("hog", Kind.ANON, 600);
        Map<String, Long> kib = keyed("/proc/meminfo");
        assertThat(kib.get("Active")).isEqualTo(kib.get("Active(anon)") + kib.get("Active(file)"));
        assertThat(kib.get("Inactive")).isEqualTo(kib.get("Inactive(anon)") + kib.get("Inactive(file)"));
        assertThat(kib.get("Slab")).isEqualTo(kib.get("SReclaimable") + kib.get("SUnreclaim"));
        assertThat(kib.get("SwapTotal")).isEqualTo((512L << 10) - 4);
        long used = kib.get("SwapTotal") - kib.get("SwapFree");
        assertThat(used).isPositive();
        assertThat(guest.read("/proc/swaps")).contains("\t" + used + "\t");
        assertThat(kib.get("MemFree") * 1024 / 4096)
                .isEqualTo(keyed("/proc/vmstat").get("nr_free_pages"));
        assertThat(guest.read("/proc/zoneinfo"))
                .contains("      nr_free_pages " + keyed("/proc/vmstat").get("nr_free_pages") + "\n");
    }

    @Test
    void commitLimitFollowsItsSysctls() throws ErrnoException {
        long total = keyed("/proc/meminfo").get("MemTotal");
        assertThat(keyed("/proc/meminfo").get("CommitLimit")).isBetween(total / 2 - 4, total / 2);
        guest.write("/proc/sys/vm/overcommit_kbytes", "4096\n");
        assertThat(keyed("/proc/meminfo").get("CommitLimit")).isEqualTo(4096);
        assertThat(guest.read("/proc/sys/vm/overcommit_ratio")).isEqualTo("0\n");
        guest.write("/proc/sys/vm/overcommit_ratio", "100\n");
        assertThat(guest.read("/proc/sys/vm/overcommit_kbytes")).isEqualTo("0\n");
        assertThat(keyed("/proc/meminfo").get("CommitLimit")).isEqualTo(total);
    }

    @ParameterizedTest(name = "{0} <- \"{1}\" gives {2} and then reads {3}")
    @CsvSource({
        "swappiness, '0x3c', 4, 60",
        "swappiness, '1 2', 2, 1",
        "swappiness, '1 \t\n', 4, 1",
        "swappiness, '00000000000000000000060', EINVAL, 60",
        "swappiness, '+1', EINVAL, 60",
        "swappiness, '-', EINVAL, 60",
        "swappiness, '0x', EINVAL, 60",
        "swappiness, '09', EINVAL, 60",
        "dirty_bytes, 8191, EINVAL, 0",
        "dirty_bytes, 8192, 4, 8192",
        "dirty_bytes, 17592186040320, 14, 17592186040320",
        "dirty_bytes, 17592186040321, ERANGE, 0",
        "dirty_background_bytes, 18446744073709551615, ERANGE, 0",
        "dirty_expire_centisecs, 2147483648, EINVAL, 3000",
        "hugetlb_shm_group, -2147483648, 11, -2147483648",
        "overcommit_kbytes, 18446744073709551615, 20, 18446744073709551615",
        "stat_interval, 8589934, 7, 8589934",
        "stat_interval, 8589935, EINVAL, 1",
        "nr_hugepages, 10, 2, 0",
        "numa_zonelist_order, default, 7, Node",
        "numa_zonelist_order, zone, EINVAL, Node",
        "lowmem_reserve_ratio, '1 2 3 4', 6, '1\t2\t3'",
        "lowmem_reserve_ratio, '9 x', 3, '9\t32\t0'",
        "mmap_rnd_bits, 33, EINVAL, 28"
    })
    void sysctls(String name, String text, String result, String after) throws ErrnoException {
        String path = "/proc/sys/vm/" + name;
        String actual;
        try {
            actual = Integer.toString(guest.write(path, text));
        } catch (ErrnoException e) {
            actual = e.errno().toString();
        }
        assertThat(actual).isEqualTo(result);
        assertThat(guest.read(path)).isEqualTo(after + "\n");
    }

    @Test
    void aSysctlIsReadAtOffsetZeroOnly() throws ErrnoException {
        OpenFile file = guest.open("/proc/sys/vm/swappiness", OpenFile.O_RDONLY);
        StringBuilder text = new StringBuilder();
        int first =
                guest.fs.read(file, 0, 1, (b, from, n) -> text.append(new String(b, from, n, StandardCharsets.UTF_8)));
        int second = guest.fs.read(file, 1, 1, (b, from, n) -> text.append("more"));
        assertThat(first + " " + second + " " + text).isEqualTo("1 0 6");
    }

    private record WithoutRawio(int uid, int gid, int pid) implements Caller {
        @Override
        public boolean inGroup(int group) {
            return group == gid;
        }

        @Override
        public boolean capable(int capability) {
            return capability != Caller.CAP_SYS_RAWIO;
        }
    }

    @Test
    void minAddrNeedsRawio() throws ErrnoException {
        OpenFile file = guest.fs.open("/proc/sys/vm/mmap_min_addr", OpenFile.O_WRONLY, new WithoutRawio(0, 0, 1));
        assertThatThrownBy(() -> guest.fs.write(file, new byte[] {'1'}, 0, Signal.NEVER))
                .hasMessageStartingWith("EPERM");
    }

    @Test
    void dirtyRatioAndBytesExcludeEachOther() throws ErrnoException {
        guest.write("/proc/sys/vm/dirty_bytes", "1048576");
        assertThat(guest.read("/proc/sys/vm/dirty_ratio")).isEqualTo("0\n");
        guest.write("/proc/sys/vm/dirty_ratio", "30");
        assertThat(guest.read("/proc/sys/vm/dirty_bytes")).isEqualTo("0\n");
        guest.write("/proc/sys/vm/dirty_background_bytes", "1");
        assertThat(guest.read("/proc/sys/vm/dirty_background_ratio")).isEqualTo("0\n");
    }

    @Test
    void dropCachesDropsAndCounts() throws ErrnoException {
        guest.hold("reader", Kind.FILE, 64);
        guest.machine.completeIo();
        assertThat(guest.tryWrite("/proc/sys/vm/drop_caches", "3\n")).isEqualTo("OK");
        guest.write("/proc/sys/vm/drop_caches", "2");
        guest.write("/proc/sys/vm/drop_caches", "4");
        Map<String, Long> counts = keyed("/proc/vmstat");
        assertThat(counts.get("drop_pagecache")).isEqualTo(1);
        assertThat(counts.get("drop_slab")).isEqualTo(2);
    }

    @Test
    void watermarksFollowTheirSysctls() throws ErrnoException {
        guest.write("/proc/sys/vm/min_free_kbytes", "8192\n");
        assertThat(guest.read("/proc/zoneinfo")).contains("        min      2048\n");
        guest.write("/proc/sys/vm/watermark_scale_factor", "100\n");
        long managed = guest.machine.memory().zone(0).managedPages;
        assertThat(guest.read("/proc/zoneinfo")).contains("        low      " + (2048 + managed / 100) + "\n");
    }

    @Test
    void vmstatComesInWholeLinesOfAtMostAPage() throws ErrnoException {
        OpenFile file = guest.open("/proc/vmstat", OpenFile.O_RDONLY);
        StringBuilder text = new StringBuilder();
        int count = guest.fs.read(
                file, 0, 1 << 16, (b, from, n) -> text.append(new String(b, from, n, StandardCharsets.UTF_8)));
        assertThat(count).isLessThan(4096);
        assertThat(text.toString()).endsWith("\n");
    }

    @Test
    void dirtyThresholdsAreTheCapturedShareOfWhatCouldBeDirty() throws ErrnoException {
        long dirtyable = guest.machine.memory().dirtyablePages();
        assertThat(keyed("/proc/vmstat"))
                .containsEntry("nr_dirty_threshold", 819 * dirtyable / 4096)
                .containsEntry("nr_dirty_background_threshold", 409 * dirtyable / 4096);
        guest.write("/proc/sys/vm/dirty_bytes", "40960000");
        guest.write("/proc/sys/vm/dirty_background_bytes", "4096000");
        assertThat(keyed("/proc/vmstat"))
                .containsEntry("nr_dirty_threshold", 10_000L)
                .containsEntry("nr_dirty_background_threshold", 1000L);
        guest.write("/proc/sys/vm/dirty_bytes", "8192");
        assertThat(keyed("/proc/vmstat")).containsEntry("nr_dirty_background_threshold", 1L);
    }

    @Test
    void dirtyFilesAreWrittenWhenTheyExpire() throws ErrnoException {
        guest.write("/proc/sys/vm/dirty_expire_centisecs", "600");
        guest.hold("writer", Kind.FILE, 4);
        Task task = guest.machine.task("writer");
        Activity touch = guest.machine.touch(
                task, guest.machine.region(task, "heap"), new TouchPattern.Sequential(), 1024, 0, 0, true);
        while (guest.machine.step(touch) != Activity.DONE) {}
        assertThat(keyed("/proc/vmstat").get("nr_dirty")).isEqualTo(1024);
        guest.machine.advance(9_900_000_000L, Integer.MAX_VALUE);
        assertThat(keyed("/proc/vmstat").get("nr_dirty")).isEqualTo(1024);
        guest.machine.advance(10_000_000_001L, Integer.MAX_VALUE);
        assertThat(keyed("/proc/vmstat").get("nr_dirty")).isZero();
    }

    @Test
    void modeTwoRefusesWhatPassesTheCommitLimit() throws ErrnoException {
        guest.write("/proc/sys/vm/overcommit_memory", "2");
        long limit = keyed("/proc/meminfo").get("CommitLimit") / 4;
        Task task = guest.machine.spawn("t", "t", "/", 0);
        assertThatThrownBy(() -> guest.machine.alloc(task, "heap", Kind.ANON, null, limit, 0))
                .hasMessageStartingWith("ENOMEM");
        guest.machine.alloc(task, "heap", Kind.ANON, null, limit - 1, 0);
        guest.write("/proc/sys/vm/overcommit_memory", "1");
        guest.machine.alloc(task, "heap", Kind.ANON, null, 10 * limit, 0);
    }

    /** Golden 2_disk_swapped: pgpgout is 4 KiB for each page of pswpout, and the header that mkswap wrote. */
    @Test
    void swappingIsPagingInKiB() throws ErrnoException {
        guest.machine.devices().swapon("/dev/vda", 5);
        guest.hold("hog", Kind.ANON, 600);
        Map<String, Long> counts = keyed("/proc/vmstat");
        assertThat(counts.get("pswpout")).isPositive();
        assertThat(counts.get("pgpgout")).isEqualTo(4 * counts.get("pswpout"));
    }

    @Test
    void perCpuListsTakeTheirShare() throws ErrnoException {
        guest.write("/proc/sys/vm/percpu_pagelist_high_fraction", "100");
        long share = guest.machine.memory().zone(0).managedPages / 100 / 2;
        assertThat(guest.read("/proc/zoneinfo"))
                .contains("              high:     " + share + "\n")
                .contains("              high_max: " + share + "\n");
        assertThat(guest.tryWrite("/proc/sys/vm/percpu_pagelist_high_fraction", "7"))
                .isEqualTo("EINVAL");
        guest.write("/proc/sys/vm/percpu_pagelist_high_fraction", "0");
        assertThat(guest.read("/proc/zoneinfo")).doesNotContain("high_max: " + share + "\n");
    }

    @Test
    void numaCountersStopAndBeginAtZero() throws ErrnoException {
        guest.hold("a", Kind.ANON, 8);
        assertThat(keyed("/proc/vmstat").get("numa_hit")).isGreaterThan(2048);
        guest.write("/proc/sys/vm/numa_stat", "0");
        guest.hold("b", Kind.ANON, 8);
        assertThat(keyed("/proc/vmstat").get("numa_hit")).isZero();
        guest.write("/proc/sys/vm/numa_stat", "1");
        guest.hold("c", Kind.ANON, 8);
        assertThat(keyed("/proc/vmstat").get("numa_hit")).isBetween(2048L, 4096L);
    }

    @Test
    void idlePerCpuListsShrinkOnceAnInterval() throws ErrnoException {
        long before = perCpuPages();
        guest.write("/proc/sys/vm/stat_interval", "100");
        guest.machine.advance(50_000_000_000L, Integer.MAX_VALUE);
        assertThat(perCpuPages()).isEqualTo(before);
        guest.write("/proc/sys/vm/stat_interval", "1");
        guest.machine.advance(100_000_000_000L, Integer.MAX_VALUE);
        assertThat(perCpuPages()).isLessThan(before);
    }

    private long perCpuPages() {
        return guest.machine.memory().zone(0).perCpuPages();
    }

    @Test
    void nodeReclaimLeavesTheSharesAlone() throws ErrnoException {
        guest.hold("reader", Kind.FILE, 64);
        guest.machine.completeIo();
        guest.write("/proc/sys/vm/drop_caches", "2");
        guest.write("/proc/sys/vm/min_unmapped_ratio", "100");
        guest.write("/proc/sys/vm/min_slab_ratio", "100");
        String node = "/sys/devices/system/node/node0/reclaim";
        assertThat(guest.tryWrite(node, "1M")).isEqualTo("EAGAIN");
        guest.write("/proc/sys/vm/min_unmapped_ratio", "1");
        assertThat(guest.tryWrite(node, "1M")).isEqualTo("OK");
    }

    @Test
    void dropCachesIsLoggedUntilItIsSilenced() throws ErrnoException {
        guest.write("/proc/sys/vm/drop_caches", "1");
        long lines = guest.machine.klog().nextSeq();
        assertThat(guest.machine.klog().get(lines - 1).text()).matches("sh \\(\\d+\\): drop_caches: 1");
        guest.write("/proc/sys/vm/drop_caches", "4");
        guest.write("/proc/sys/vm/drop_caches", "1");
        assertThat(guest.machine.klog().nextSeq()).isEqualTo(lines);
    }

    @Test
    void cpuTimeIsTheSameInAllItsFiles() throws ErrnoException {
        guest.hold("hog", Kind.ANON, 300);
        guest.machine.advance(30_000_000_000L, Integer.MAX_VALUE);
        String[] all =
                guest.read("/proc/stat").lines().findFirst().orElseThrow().split(" +");
        assertThat(Long.parseLong(all[1])).isPositive();
        assertThat(Long.parseLong(all[3])).isPositive();
        long ticks = 0;
        for (int i = 1; i < all.length; i++) {
            ticks += Long.parseLong(all[i]);
        }
        assertThat(ticks).isBetween(2 * 3000L - 4, 2 * 3000L);
        String[] uptime = guest.read("/proc/uptime").strip().split(" ");
        assertThat(uptime[0]).isEqualTo("30.00");
        assertThat(Double.parseDouble(uptime[1]) * 100).isCloseTo(Double.parseDouble(all[4]), within(1.0));
        assertThat(guest.read("/proc/stat")).contains("\nbtime 1600000000\n", "\nprocs_running 1\nprocs_blocked 0\n");
    }

    /** vfs_fsync_range: procfs and debugfs files have no fsync; kernfs files have one that does nothing. */
    @ParameterizedTest(name = "fsync of {0} gives {1}")
    @CsvSource({
        "/proc/meminfo, EINVAL",
        "/proc/sys/vm/swappiness, EINVAL",
        "/sys/kernel/debug/lru_gen, EINVAL",
        "/sys/block/zram0/disksize, OK"
    })
    void fsync(String path, String result) throws ErrnoException {
        OpenFile file = guest.open(path, OpenFile.O_RDWR);
        String got = "OK";
        try {
            file.fsync();
        } catch (ErrnoException e) {
            got = e.errno().toString();
        }
        assertThat(got).isEqualTo(result);
    }
}
