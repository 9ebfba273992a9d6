package org.reclaimfs.sysfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.DirEntry;
import org.reclaimfs.kernfs.Link;
import org.reclaimfs.kernfs.Stat;
import org.reclaimfs.mm.KernelUse;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.procfs.Capture;
import org.reclaimfs.procfs.Guest;
import org.reclaimfs.swap.Disk;

/** Names, modes and texts of /sys against captures of a real kernel. */
final class SysSkeletonTest {
    private final Guest guest = new Guest();

    private void same(String fixture, Predicate<String> wanted, Predicate<String> valuesDiffer) throws ErrnoException {
        Map<String, Capture.Section> captured = Capture.sections(fixture, wanted);
        assertThat(captured).isNotEmpty();
        for (Map.Entry<String, Capture.Section> file : captured.entrySet()) {
            boolean readable = file.getValue().readable();
            Capture.Section here = Capture.here(guest, file.getKey(), readable);
            assertThat(here.mode()).as(file.getKey()).isEqualTo(file.getValue().mode());
            if (readable && valuesDiffer.test(file.getKey())) {
                boolean aligned = file.getKey().matches(".*(stat|meminfo)")
                        && !file.getKey().matches(".*(vm|numa)stat");
                assertThat(aligned ? Capture.columns(here.text()) : Capture.masked(here.text()))
                        .as(file.getKey())
                        .isEqualTo(
                                aligned
                                        ? Capture.columns(file.getValue().text())
                                        : Capture.masked(file.getValue().text()));
            } else if (readable) {
                assertThat(here.text())
                        .as(file.getKey())
                        .isEqualTo(file.getValue().text());
            }
        }
    }

    private static Predicate<String> any() {
        return path -> path.startsWith("/sys/");
    }

    private static Predicate<String> named(String... names) {
        return path -> Set.of(names).contains(path.substring(path.lastIndexOf('/') + 1));
    }

    @Test
    void freshZram() throws ErrnoException {
        same("sys/zram_0_uninit.txt", any(), named("diskseq", "uevent"));
    }

    @Test
    void zramHasTheCapturedNamesAndLinks() throws ErrnoException {
        Set<String> captured = new java.util.TreeSet<>();
        for (String line : Guest.lines("sys/zram_0_uninit.txt")) {
            if (line.matches("[-dlrwx]{10} .*")) {
                captured.add(line.replaceAll("^(.)\\S+ .*\\d\\d:\\d\\d (\\S+)( -> .*)?$", "$1 $2"));
            }
        }
        captured.removeAll(Set.of("d .", "d .."));
        Set<String> here = new java.util.TreeSet<>();
        for (DirEntry entry : guest.fs
                .opendir("/sys/devices/virtual/block/zram0", Caller.ROOT)
                .entries()) {
            String type = entry.type() == Stat.DIRECTORY ? "d " : entry.type() == Stat.REGULAR ? "- " : "l ";
            here.add(type + entry.name());
        }
        assertThat(here).isEqualTo(captured);
        assertThat(target("/sys/block/zram0")).isEqualTo("../devices/virtual/block/zram0");
        assertThat(target("/sys/devices/virtual/block/zram0/bdi")).isEqualTo("../../bdi/253:0");
        assertThat(target("/sys/devices/virtual/block/zram0/subsystem")).isEqualTo("../../../../class/block");
        assertThat(target("/sys/block/vdb")).isEqualTo("../devices/pci0000:00/0000:00:02.0/virtio1/block/vdb");
        assertThat(guest.read("/sys/block/zram0/subsystem/zram0/bdi/../../block/zram0/size"))
                .isEqualTo("0\n");
        assertThat(guest.read("/sys/block/vdb/subsystem/vdb/size")).isEqualTo("524288\n");
    }

    private String target(String path) throws ErrnoException {
        return guest.fs.lookup(path, Caller.ROOT) instanceof Link link ? link.target() : "no link";
    }

    @Test
    void usedZram() throws ErrnoException {
        guest.write("/sys/block/zram0/disksize", "128M");
        guest.machine.devices().swapon("/dev/zram0", 100);
        guest.hold("hog", Kind.ANON, 64);
        guest.swapOut(16 << 20);
        same("sys/zram_4_after_32M_swapped.txt", any(), named("diskseq", "uevent", "stat", "mm_stat", "io_stat"));
    }

    @Test
    void disk() throws ErrnoException {
        same(
                "sys/block_vda.txt",
                path -> path.startsWith("/sys/") && !path.endsWith("/serial"),
                named("diskseq", "uevent", "stat"));
        assertThat(guest.read("/sys/block/vda/queue/scheduler")).isEqualTo("[none] mq-deadline kyber \n");
    }

    @Test
    void ramDisk() throws ErrnoException {
        guest.machine.devices().addDisk(new Disk("ram0", 64L << 20, Disk.Profile.RAM));
        guest.sys.refresh();
        same("sys/block_ram0.txt", path -> path.startsWith("/sys/block/ram0/"), named("diskseq", "uevent"));
        assertThat(target("/sys/block/ram0")).isEqualTo("../devices/virtual/block/ram0");
        assertThat(guest.read("/sys/block/ram0/uevent")).startsWith("MAJOR=1\nMINOR=0\nDEVNAME=ram0\n");
        // As swap it takes a page of RAM for each page written, and keeps it.
        guest.machine.devices().swapon("/dev/ram0", 100);
        guest.hold("hog", Kind.ANON, 64);
        guest.swapOut(16 << 20);
        guest.machine.checkInvariants();
        long kept = guest.machine.memory().kernelUsePages(KernelUse.RAM_DISKS);
        assertThat(kept).isGreaterThanOrEqualTo(4096);
        assertThat(guest.read("/sys/kernel/debug/ramdisk_pages/ram0")).isEqualTo(kept + "\n");
        assertThat(guest.read("/sys/block/ram0/stat").trim()).matches("0( +0){16}");
        guest.swapoff("/dev/ram0");
        assertThat(guest.read("/sys/kernel/debug/ramdisk_pages/ram0")).isEqualTo(kept + "\n");
    }

    @Test
    void zswap() throws ErrnoException {
        guest.write("/sys/module/zswap/parameters/enabled", "Y\n");
        same("sys/zswap_2_with_pages.txt", any(), path -> path.startsWith("/sys/kernel/debug"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"mm_swap.txt", "mm_lru_gen.txt"})
    void kernelMm(String fixture) throws ErrnoException {
        same("sys/" + fixture, any(), path -> false);
    }

    @Test
    void transparentHugePages() throws ErrnoException {
        same("sys/mm_transparent_hugepage.txt", any(), path -> false);
    }

    @Test
    void node() throws ErrnoException {
        same("sys/node0.txt", any(), named("meminfo", "vmstat", "numastat"));
    }

    /** Names, types, modes and link targets of everything {@code ls -laR} printed, but for what a pretend file cannot have. */
    @ParameterizedTest(name = "{0} lists as captured")
    @CsvSource({"mm_ls.txt", "node0.txt"})
    void listings(String fixture) throws ErrnoException {
        String dir = "";
        Set<String> captured = new TreeSet<>();
        int dirs = 0;
        for (String line : Guest.lines("sys/" + fixture)) {
            if (line.matches("/sys/.*:")) {
                dir = line.replaceAll("/*:$", "");
            } else if (line.startsWith("==") || line.isEmpty()) {
                dirs += captured.isEmpty() ? 0 : 1;
                compareListing(dir, captured);
                captured.clear();
            } else if (!line.matches("total .*|.* \\.{1,2}")) {
                captured.add(line.replaceAll("^(\\S+) .* \\d\\d:\\d\\d (.*)$", "$1 $2"));
            }
        }
        compareListing(dir, captured);
        assertThat(dirs).isPositive();
    }

    private void compareListing(String dir, Set<String> captured) throws ErrnoException {
        if (captured.isEmpty() || captured.stream().noneMatch(entry -> entry.matches("[-dl][-rwx]{9} .*"))) {
            return;
        }
        Set<String> here = new TreeSet<>();
        for (DirEntry entry : guest.fs.opendir(dir, Caller.ROOT).entries()) {
            String path = dir + "/" + entry.name();
            String type = entry.type() == Stat.DIRECTORY ? "d" : entry.type() == Stat.REGULAR ? "-" : "l";
            String link = type.equals("l") ? " -> " + target(path) : "";
            String mode = type.equals("l")
                    ? "rwxrwxrwx"
                    : letters(guest.fs.getattr(path, Caller.ROOT).mode());
            here.add(type + mode + " " + entry.name() + link);
        }
        assertThat(here).as(dir).isEqualTo(captured);
    }

    private static String letters(int mode) {
        StringBuilder text = new StringBuilder();
        for (int bit = 8; bit >= 0; bit--) {
            text.append((mode & 1 << bit) != 0 ? "xwr".charAt(bit % 3) : '-');
        }
        return text.toString();
    }

    @Test
    void lruGenerations() throws ErrnoException {
        String captured =
                Guest.text("sys/debug_lru_gen.txt").lines().limit(6).collect(Collectors.joining("\n", "", "\n"));
        assertThat(Capture.columns(guest.read("/sys/kernel/debug/lru_gen"))).isEqualTo(Capture.columns(captured));
        assertThat(guest.tryWrite("/sys/kernel/debug/lru_gen", "+ 1 0 3")).isEqualTo("EINVAL");
    }

    /** spec/24 section 4: what stands below each generation of lru_gen; mm/vmscan.c lru_gen_seq_show_full. */
    @Test
    void lruGenerationsInFull() throws ErrnoException {
        List<String> full = guest.read("/sys/kernel/debug/lru_gen_full").lines().toList();
        assertThat(full).hasSize(2 + 4 * (1 + 4 + 1));
        String tier = " ".repeat(12) + "%10d" + " %10d%c".repeat(6);
        assertThat(full.get(3)).isEqualTo(tier.formatted(0, 0, 'r', 0, 'e', 0, 'p', 0, 'r', 0, 'e', 0, 'p'));
        assertThat(full.get(2 + 6 + 2)).isEqualTo(tier.formatted(1, 0, 'x', 0, 'x', 0, 'x', 0, 'x', 0, 'x', 0, 'x'));
        assertThat(full.get(24)).isEqualTo(tier.formatted(3, 0, 'R', 0, 'T', 0, 'x', 0, 'R', 0, 'T', 0, 'x'));
        assertThat(full.get(25))
                .isEqualTo(" ".repeat(22) + " %10d%c".repeat(4).formatted(0, 'T', 0, 'Y', 0, 'F', 0, 'A'));
        List<String> generations =
                guest.read("/sys/kernel/debug/lru_gen").lines().toList();
        assertThat(full).containsAll(generations);
        assertThat(guest.tryWrite("/sys/kernel/debug/lru_gen_full", "+ 1 0 3")).isEqualTo("EACCES");
    }

    @Test
    void poolsComeAndGo() throws ErrnoException {
        String pools = "/sys/kernel/debug/zsmalloc";
        assertThat(guest.fs.opendir(pools, Caller.ROOT).entries()).isEmpty();
        guest.write("/sys/block/zram0/disksize", "64M");
        assertThat(names(pools)).containsExactly("zram0");
        guest.write("/sys/module/zswap/parameters/enabled", "Y");
        guest.write("/sys/module/zswap/parameters/compressor", "zstd");
        assertThat(names(pools)).containsExactly("zram0", "zswap2"); // the first one had no entry to keep it
        guest.write("/sys/block/zram0/reset", "1");
        assertThat(names(pools)).containsExactly("zswap2");
    }

    private List<String> names(String dir) throws ErrnoException {
        return guest.fs.opendir(dir, Caller.ROOT).entries().stream()
                .map(DirEntry::name)
                .toList();
    }

    /** spec/23 section 7: one row a class, a blank line, the total, which is what mm_stat says. */
    @Test
    void classesOfAPool() throws ErrnoException {
        guest.write("/sys/block/zram0/disksize", "64M");
        guest.machine.devices().swapon("/dev/zram0", 100);
        guest.hold("hog", Kind.ANON, 64);
        guest.swapOut(16 << 20);
        List<String> lines =
                guest.read("/sys/kernel/debug/zsmalloc/zram0/classes").lines().toList();
        assertThat(lines).hasSize(1 + 119 + 2);
        assertThat(lines.get(0))
                .isEqualTo(
                        " class  size       10%       20%       30%       40%       50%       60%       70%       80%"
                                + "       90%       99%      100% obj_allocated   obj_used pages_used pages_per_zspage freeable");
        assertThat(lines.get(1)).startsWith("     0    32 ").hasSameSizeAs(lines.get(0));
        assertThat(lines.get(119)).startsWith("   254  4096 ").endsWith("                1        0");
        assertThat(lines.get(120)).isEmpty();
        String[] total = lines.get(121).trim().split(" +");
        assertThat(total[0]).isEqualTo("Total");
        String[] mmStat = guest.read("/sys/block/zram0/mm_stat").trim().split(" +");
        assertThat(Long.parseLong(total[total.length - 2]) * 4096).isEqualTo(Long.parseLong(mmStat[2]));
        long used = lines.subList(1, 120).stream()
                .mapToLong(line -> Long.parseLong(line.trim().split(" +")[14]))
                .sum();
        assertThat(Long.parseLong(total[total.length - 3])).isEqualTo(used).isGreaterThanOrEqualTo(4096);
    }

    @ParameterizedTest(name = "bdi {0} <- \"{1}\" gives {2} and then reads {3}")
    @CsvSource({
        "read_ahead_kb, 130, OK, 128",
        "read_ahead_kb, 3, OK, 0",
        "read_ahead_kb, x, EINVAL, 128",
        "read_ahead_kb, 18446744073709551616, ERANGE, 128",
        "min_ratio, 5, OK, 5",
        "min_ratio, 100, EINVAL, 0",
        "min_ratio, 101, EINVAL, 0",
        "min_ratio, 0x5, EINVAL, 0",
        "min_ratio, 4294967296, ERANGE, 0",
        "min_ratio_fine, 999999, OK, 999999",
        "max_ratio, 0, OK, 0",
        "max_ratio, 101, EINVAL, 100",
        "max_ratio_fine, 1000001, EINVAL, 1000000",
        "max_ratio_fine, 12345, OK, 12345",
        "min_bytes, 99999999999999, EINVAL, 0",
        "strict_limit, 1, OK, 1",
        "strict_limit, 2, EINVAL, 0",
        "uevent, change, OK, ''",
        "uevent, changed, EINVAL, ''"
    })
    void sharesOfADevice(String name, String text, String result, String after) throws ErrnoException {
        String dir = "/sys/devices/virtual/bdi/253:0/";
        assertThat(guest.tryWrite(dir + name, text + "\n")).isEqualTo(result);
        assertThat(guest.read(dir + name)).isEqualTo(after.isEmpty() ? "" : after + "\n");
        assertThat(guest.read("/sys/block/zram0/queue/read_ahead_kb")).isEqualTo(guest.read(dir + "read_ahead_kb"));
        assertThat(guest.read("/sys/class/bdi/253:0/" + name)).isEqualTo(guest.read(dir + name));
    }

    @Test
    void sharesOfAllDevicesStayBelowAll() throws ErrnoException {
        guest.write("/sys/class/bdi/254:0/min_ratio", "60");
        assertThat(guest.tryWrite("/sys/class/bdi/254:16/min_ratio", "40")).isEqualTo("EINVAL");
        assertThat(guest.tryWrite("/sys/class/bdi/254:16/min_ratio", "39")).isEqualTo("OK");
        assertThat(guest.tryWrite("/sys/class/bdi/254:16/max_ratio", "38")).isEqualTo("EINVAL");
        long threshold =
                Long.parseLong(guest.read("/proc/vmstat").replaceAll("(?s).*nr_dirty_threshold (\\d+).*", "$1"));
        assertThat(guest.read("/sys/class/bdi/254:0/min_bytes")).isEqualTo(threshold * 4096 * 60 / 100 + "\n");
        assertThat(guest.read("/sys/class/bdi/254:0/max_bytes")).isEqualTo(threshold * 4096 + "\n");
        assertThat(guest.read("/sys/kernel/debug/bdi/254:0/stats"))
                .contains("%-20s%10d kB%n".formatted("DirtyThresh:", threshold * 4))
                .startsWith("BdiWriteback:                0 kB\n")
                .endsWith("state:                       1\n");
    }

    @ParameterizedTest(name = "{0} <- \"{1}\" gives {2} and then reads {3}")
    @CsvSource({
        "transparent_hugepage/hugepages-64kB/enabled, inherit, OK, always [inherit] madvise never",
        "transparent_hugepage/hugepages-64kB/enabled, advise, EINVAL, always inherit madvise [never]",
        "transparent_hugepage/hugepages-8kB/shmem_enabled, within_size, OK, always inherit [within_size] advise never",
        "transparent_hugepage/hugepages-8kB/shmem_enabled, force, EINVAL, always inherit within_size advise [never]",
        "hugepages/hugepages-2048kB/nr_hugepages, 8, OK, 0",
        "hugepages/hugepages-2048kB/nr_hugepages, x, EINVAL, 0",
        "ksm/run, 1, OK, 1",
        "ksm/run, 3, EINVAL, 0",
        "ksm/advisor_mode, scan-time, OK, none [scan-time]",
        "mempolicy/weighted_interleave/node0, 3, OK, 3",
        "mempolicy/weighted_interleave/node0, 256, EINVAL, 1",
        "mempolicy/weighted_interleave/auto, 0, OK, false"
    })
    void kernelMmSettings(String name, String text, String result, String after) throws ErrnoException {
        assertThat(guest.tryWrite("/sys/kernel/mm/" + name, text + "\n")).isEqualTo(result);
        assertThat(guest.read("/sys/kernel/mm/" + name)).isEqualTo(after + "\n");
    }

    @Test
    void aSizeCannotInheritWhatIsForced() throws ErrnoException {
        String dir = "/sys/kernel/mm/transparent_hugepage/";
        guest.write(dir + "shmem_enabled", "force");
        assertThat(guest.tryWrite(dir + "hugepages-64kB/shmem_enabled", "inherit"))
                .isEqualTo("EINVAL");
        assertThat(guest.tryWrite(dir + "hugepages-2048kB/shmem_enabled", "inherit"))
                .isEqualTo("OK");
    }
}
