package org.reclaimfs.sysfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
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
        guest.machine.swapon("/dev/zram0", 100);
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
        guest.machine.addDisk(new Disk("ram0", 64L << 20, Disk.Profile.RAM));
        guest.sys.refresh();
        same("sys/block_ram0.txt", path -> path.startsWith("/sys/block/ram0/"), named("diskseq", "uevent"));
        assertThat(target("/sys/block/ram0")).isEqualTo("../devices/virtual/block/ram0");
        assertThat(guest.read("/sys/block/ram0/uevent")).startsWith("MAJOR=1\nMINOR=0\nDEVNAME=ram0\n");
        // As swap it takes a page of RAM for each page written, and keeps it.
        guest.machine.swapon("/dev/ram0", 100);
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
        same(
                "sys/mm_transparent_hugepage.txt",
                path -> path.startsWith("/sys/") && !path.contains("/hugepages-"),
                path -> false);
    }

    @Test
    void node() throws ErrnoException {
        same("sys/node0.txt", any(), named("meminfo", "vmstat", "numastat"));
    }
}
