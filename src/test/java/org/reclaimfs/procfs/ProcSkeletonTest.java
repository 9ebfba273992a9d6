package org.reclaimfs.procfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.DirEntry;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.swap.SwapDevices;

/** Labels, order, spacing and units of /proc against captures of a real kernel. */
final class ProcSkeletonTest {
    private static final Pattern SWAP_ROW =
            Pattern.compile("(\\S+) +(partition|file\t)\t(\\d+)\t\t?(\\d+)\t\t?(-?\\d+)");
    private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

    private final Guest guest = new Guest();

    @ParameterizedTest(name = "/proc/{0} is worded and spaced as captured")
    @ValueSource(
            strings = {"vmstat", "zoneinfo", "uptime", "loadavg", "pressure/cpu", "pressure/io", "pressure/memory"})
    void words(String file) throws ErrnoException {
        assertThat(Capture.masked(guest.read("/proc/" + file)))
                .isEqualTo(Capture.masked(Guest.text("proc/0_boot_noswap/" + file)));
    }

    @ParameterizedTest(name = "/proc/{0} has the captured columns")
    @ValueSource(strings = {"meminfo", "buddyinfo"})
    void columns(String file) throws ErrnoException {
        guest.hold("hog", Kind.ANON, 100);
        assertThat(Capture.columns(guest.read("/proc/" + file)))
                .isEqualTo(Capture.columns(Guest.text("proc/0_boot_noswap/" + file)));
    }

    /** spec/22 section 5; what is free is what buddyinfo says, and all blocks are of some type. */
    @Test
    void pageTypes() throws ErrnoException {
        guest.hold("hog", Kind.ANON, 100);
        List<String> lines = guest.read("/proc/pagetypeinfo").lines().toList();
        assertThat(lines.subList(0, 4))
                .containsExactly(
                        "Page block order: 9",
                        "Pages per block:  512",
                        "",
                        "Free pages count per migrate type at order       0      1      2      3      4      5      6"
                                + "      7      8      9     10 ");
        assertThat(lines.stream().map(line -> line.replaceFirst("(type +\\w+) .*", "$1")))
                .containsSubsequence(
                        "Node    0, zone    DMA32, type    Unmovable",
                        "Node    0, zone    DMA32, type      Movable",
                        "Node    0, zone    DMA32, type  Reclaimable",
                        "Node    0, zone    DMA32, type   HighAtomic",
                        "",
                        "Number of blocks type     Unmovable");
        assertThat(lines).contains("Number of blocks type     Unmovable      Movable  Reclaimable   HighAtomic ");
        String buddies = guest.read("/proc/buddyinfo").strip().replaceFirst(".*DMA32 +", "");
        assertThat(lines.get(5).strip().replaceFirst(".*Movable +", "")).isEqualTo(buddies);
        String[] blocks = lines.get(lines.size() - 1).strip().split(" +");
        assertThat(lines.get(lines.size() - 1)).matches("Node 0, zone    DMA32 ( {0,11}\\d+ ){4}");
        assertThat(Long.parseLong(blocks[4]) + Long.parseLong(blocks[5])).isEqualTo(512 / 2);
        assertThat(guest.fs.getattr("/proc/pagetypeinfo", Caller.ROOT).mode() & 0777)
                .isEqualTo(0400);
    }

    @Test
    void disks() throws ErrnoException {
        guest.write("/sys/block/zram0/disksize", "128M");
        assertThat(guest.read("/proc/diskstats").lines().map(ProcSkeletonTest::timeless))
                .containsExactlyElementsOf(Guest.lines("proc/0_boot_noswap/diskstats").stream()
                        .filter(line -> line.matches(".* (vd.|zram0) .*"))
                        .map(ProcSkeletonTest::timeless)
                        .toList());
        List<String> partitions = Guest.lines("proc/2_disk_swapped/partitions").stream()
                .filter(line -> !line.contains(" ram"))
                .toList();
        assertThat(guest.read("/proc/partitions").lines().filter(line -> !line.contains("zram")))
                .containsExactlyElementsOf(partitions);
        assertThat(guest.read("/proc/partitions")).endsWith("\n 253        0     131072 zram0\n");
    }

    /** A line of diskstats without its times: those of the captured machine's disks differ. */
    private static String timeless(String line) {
        String[] fields = line.strip().split(" +");
        for (int time : new int[] {6, 10, 12, 13, 17, 19}) {
            fields[time] = "*";
        }
        return line.substring(0, line.indexOf(fields[2]))
                + String.join(" ", List.of(fields).subList(2, 20));
    }

    /** Golden proc/1_disk_swap_on: what mkswap and swapon did to /dev/vda; 10_many_swaps: a swapon later on. */
    @Test
    void swaponIsSeenByTheDisk() throws ErrnoException {
        guest.machine.devices().swapon("/dev/vda", -1);
        assertThat(timeless(guest.read("/proc/diskstats").lines().findFirst().orElseThrow()))
                .isEqualTo(" 254       0 vda 4 0 56 * 2 0 8 * 0 * * 0 0 0 * 1 *");
        guest.swapoff("/dev/vda");
        guest.machine.devices().swapon("/dev/vda", 5);
        assertThat(timeless(guest.read("/proc/diskstats").lines().findFirst().orElseThrow()))
                .startsWith(" 254       0 vda 5 0 64 * 2 0 8 ");
    }

    @Test
    void stat() throws ErrnoException {
        assertThat(Capture.masked(guest.read("/proc/stat")))
                .isEqualTo(Capture.masked(Guest.text("proc/0_boot_noswap/stat")));
    }

    @ParameterizedTest(name = "/proc/swaps as captured: {0}")
    @ValueSource(
            strings = {
                "zero",
                "zero_after_swapoff",
                "one_partition",
                "one_partition_with_zswap_used",
                "one_zram",
                "one_zram_used",
                "several_after_rm_attempt",
                "several_odd_names",
                "several_partition_zram_file",
                "several_with_ram0",
                "several_with_space"
            })
    void swaps(String variant) throws ErrnoException {
        String captured = Guest.text("proc/swaps_variants/" + variant);
        captured.lines().skip(1).forEach(this::addSwap);
        assertThat(guest.read("/proc/swaps")).isEqualTo(captured);
    }

    private void addSwap(String row) {
        Matcher fields = SWAP_ROW.matcher(row);
        assertThat(fields.matches()).as(row).isTrue();
        String path = OCTAL.matcher(fields.group(1))
                .replaceAll(m -> Matcher.quoteReplacement(Character.toString(Integer.parseInt(m.group(1), 8))));
        long pages = Units.kibToPages(Long.parseLong(fields.group(3))) + 1;
        Disk backend = new Disk("any", Units.pagesToBytes(pages), Disk.Profile.NVME);
        SwapDevices swap = guest.machine.swap();
        swap.add(path, fields.group(2).equals("partition"), pages, Integer.parseInt(fields.group(5)), backend);
        for (long used = Units.kibToPages(Long.parseLong(fields.group(4))); used > 0; used--) {
            assertThat(swap.allocate(0, 1)).isNotNegative();
        }
    }

    @Test
    void hugeSwapLosesItsExtraTab() throws ErrnoException {
        Disk backend = new Disk("any", 1L << 40, Disk.Profile.NVME);
        guest.machine.swap().add("/dev/big", true, Units.kibToPages(10_000_000) + 1, 3, backend);
        assertThat(guest.read("/proc/swaps")).endsWith("partition\t10000000\t0\t\t3\n");
    }

    @Test
    void everySysctlWithItsModeAndDefault() throws ErrnoException {
        Map<String, String> captured = new TreeMap<>();
        for (String line : Guest.lines("proc/sys_vm.txt")) {
            Matcher fields = Pattern.compile("(\\d+) (\\S+) = (.*)").matcher(line);
            if (fields.matches()) {
                captured.put(fields.group(2), fields.group(1) + " " + fields.group(3));
            }
        }
        Map<String, String> here = new TreeMap<>();
        for (DirEntry entry : guest.fs.opendir("/proc/sys/vm", Caller.ROOT).entries()) {
            String path = "/proc/sys/vm/" + entry.name();
            int mode = guest.fs.getattr(path, Caller.ROOT).mode() & 0777;
            String text = mode == 0200
                    ? "cat: can't open '" + path + "': Permission denied~"
                    : guest.read(path).replace('\n', '~');
            here.put(entry.name(), Integer.toOctalString(mode) + " " + text);
        }
        for (String ofThisMachine : List.of("min_free_kbytes", "user_reserve_kbytes")) {
            captured.computeIfPresent(ofThisMachine, (name, text) -> Capture.masked(text));
            here.computeIfPresent(ofThisMachine, (name, text) -> Capture.masked(text));
        }
        assertThat(here).isEqualTo(captured);
    }
}
