package org.reclaimfs.procfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.swap.SwapDevices;

/** Files of /proc read in pieces, of a machine at rest and of one that changes between two reads. */
final class MultiReadTest {
    private static final int LARGE = 1 << 16;

    private final Guest guest = new Guest();

    private String read(OpenFile file, long offset, int size) throws ErrnoException {
        return read(file, offset, size, guest);
    }

    private static String read(OpenFile file, long offset, int size, Guest guest) throws ErrnoException {
        StringBuilder text = new StringBuilder();
        guest.fs.read(
                file,
                offset,
                size,
                (bytes, from, length) -> text.append(new String(bytes, from, length, StandardCharsets.ISO_8859_1)),
                Signal.NEVER);
        return text.toString();
    }

    private String inPieces(String path, int size) throws ErrnoException {
        OpenFile file = guest.open(path, OpenFile.O_RDONLY);
        StringBuilder whole = new StringBuilder();
        for (String piece = read(file, 0, size); !piece.isEmpty(); piece = read(file, whole.length(), size)) {
            whole.append(piece);
        }
        return whole.toString();
    }

    @ParameterizedTest(name = "/proc/{0} comes whole in pieces of any size")
    @ValueSource(
            strings = {
                "vmstat",
                "zoneinfo",
                "buddyinfo",
                "diskstats",
                "partitions",
                "swaps",
                "meminfo",
                "stat",
                "loadavg"
            })
    void piecesMakeTheFile(String name) throws ErrnoException {
        guest.machine.devices().swapon("/dev/vda", 3);
        guest.machine.devices().swapon("/dev/vdb", -1);
        String whole = guest.read("/proc/" + name);
        for (int size : new int[] {1, 7, 100, 1000, 4095, 4096, 4097, LARGE}) {
            assertThat(inPieces("/proc/" + name, size))
                    .as("in reads of %d", size)
                    .isEqualTo(whole);
        }
    }

    /** A record a node: a read ends with one, unless the reader has no room for it. */
    @ParameterizedTest(name = "/proc/{0} of four nodes")
    @ValueSource(strings = {"zoneinfo", "buddyinfo", "pagetypeinfo"})
    void recordsOfSeveralNodes(String name) throws ErrnoException {
        Guest numa = new Guest(4);
        String path = "/proc/" + name;
        String whole = numa.read(path);
        assertThat(whole.split("(?m)^(?=Node +3, zone +DMA32)")).hasSizeGreaterThan(1);
        for (int size : new int[] {1, 7, 1000, 4095, 4096, 4097, LARGE}) {
            OpenFile file = numa.open(path, OpenFile.O_RDONLY);
            StringBuilder text = new StringBuilder();
            for (String piece = read(file, 0, size, numa); !piece.isEmpty(); ) {
                text.append(piece);
                piece = read(file, text.length(), size, numa);
                boolean whereARecordEnds = piece.isEmpty() || piece.startsWith("Node") || piece.startsWith("Page");
                assertThat(size == LARGE && !whereARecordEnds)
                        .as("a cut before %s", piece)
                        .isFalse();
            }
            assertThat(text.toString()).as("in reads of %d", size).isEqualTo(whole);
        }
    }

    private static long counter(String text, String key) {
        return text.lines()
                .filter(line -> line.startsWith(key + " "))
                .mapToLong(line -> Long.parseLong(line.substring(key.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void vmstatIsSampledAnewAtEachRead() throws ErrnoException {
        OpenFile file = guest.open("/proc/vmstat", OpenFile.O_RDONLY);
        String first = read(file, 0, 100);
        long freeBefore = counter(first, "nr_free_pages");
        guest.hold("hog", Kind.ANON, 64);
        String rest = read(file, first.length(), LARGE);
        assertThat(counter("\n" + rest.substring(rest.indexOf('\n') + 1), "nr_anon_pages"))
                .isEqualTo(counter(guest.read("/proc/vmstat"), "nr_anon_pages"))
                .isGreaterThanOrEqualTo(64 << 8);
        assertThat(counter(read(file, 0, 100), "nr_free_pages")).isLessThan(freeBefore);
    }

    @Test
    void meminfoGoesOnFromOneSample() throws ErrnoException {
        String before = guest.read("/proc/meminfo");
        OpenFile file = guest.open("/proc/meminfo", OpenFile.O_RDONLY);
        String first = read(file, 0, 100);
        guest.hold("hog", Kind.ANON, 64);
        assertThat(first + read(file, 100, LARGE)).isEqualTo(before);
        assertThat(read(file, 0, LARGE)).isNotEqualTo(before);
    }

    @Test
    void anAreaThatLeavesWhileSwapsIsReadMovesTheOthersUp() throws ErrnoException {
        guest.machine.devices().swapon("/dev/vda", 1);
        guest.machine.devices().swapon("/dev/vdb", 2);
        guest.machine.devices().swapon("/dev/vdc", 3);
        OpenFile file = guest.open("/proc/swaps", OpenFile.O_RDONLY);
        String head = read(file, 0, 1) + read(file, 1, 37); // the header, without its newline
        assertThat(read(file, head.length(), 2)).isEqualTo("\n/");
        guest.swapoff("/dev/vda");
        String rest = read(file, head.length() + 2L, LARGE);
        assertThat(rest).startsWith("dev/vda "); // it was begun
        assertThat(rest).contains("/dev/vdc ").doesNotContain("/dev/vdb ");
    }

    /** Golden proc/swaps_variants names, as many areas as the kernel takes. */
    @Test
    void asManyAreasAsThereAreTypes() throws ErrnoException {
        Set<String> paths = new TreeSet<>();
        SwapDevices swap = guest.machine.swap();
        for (int i = 0; i < SwapDevices.MAX_TYPES; i++) {
            String path = "/mnt/" + "a b\tc\nd\\é\u20ac#\"".repeat(i % 5) + i;
            assertThat(swap.add(path, i % 2 == 0, 1023 + i, i - 1, new Disk("any", 1 << 23, Disk.Profile.NVME)))
                    .isNotNull();
            paths.add(path.replace("\\", "\\134")
                    .replace(" ", "\\040")
                    .replace("\t", "\\011")
                    .replace("\n", "\\012"));
        }
        assertThat(swap.add("/one/more", true, 100, 0, new Disk("any", 1 << 23, Disk.Profile.NVME)))
                .isNull();
        String text = guest.read("/proc/swaps");
        Set<String> shown = new TreeSet<>();
        text.lines().skip(1).forEach(line -> shown.add(line.split("[ \t]")[0]));
        assertThat(shown).isEqualTo(paths);
        for (String line : text.lines().skip(1).toList()) {
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            String rest = new String(bytes, StandardCharsets.ISO_8859_1);
            int type = Math.max(rest.indexOf(" partition\t"), rest.indexOf(" file\t\t")) + 1;
            assertThat(type).as(line).isEqualTo(Math.max(40, rest.indexOf(' ') + 1));
        }
        assertThat(inPieces("/proc/swaps", 13).getBytes(StandardCharsets.ISO_8859_1))
                .isEqualTo(text.getBytes(StandardCharsets.UTF_8));
    }
}
