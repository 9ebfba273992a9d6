package org.reclaimfs.sysfs;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.procfs.Guest;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.zram.ZramDevice;

/** What writeback, recompress, idle and their limits do to what a zram device holds. */
final class ZramReworkTest {
    private static final String ZRAM = "/sys/block/zram0/";
    private static final String BLOCK_STATE = "/sys/kernel/debug/zram/zram0/block_state";
    /** 1024 bytes with the first algorithm, 512 with zstd. */
    private static final Content TEXT = Content.ratio(4, "text").with(Costs.Algorithm.ZSTD, 8);

    private static final Content HALF = Content.ratio(2, "half").with(Costs.Algorithm.ZSTD, 2);

    private final Guest guest = new Guest();
    private final ZramDevice zram = requireNonNull(guest.machine.devices().zram(0));

    /** Slots 0 to 9 text, 10 to 19 random, 20 to 29 same-filled, 30 to 39 half. */
    @BeforeEach
    void fill() throws ErrnoException {
        guest.machine.devices().addDisk(new Disk("small", 5 * 4096 + 100, Disk.Profile.NVME));
        guest.sys.refresh();
        guest.write(ZRAM + "recomp_algorithm", "algo=zstd priority=1");
        guest.write(ZRAM + "backing_dev", "/dev/vdb");
        guest.write(ZRAM + "disksize", "4M");
        zram.write(0, TEXT, 10, 0);
        zram.write(10, Content.RANDOM, 10, 0);
        zram.write(20, Content.SAME, 10, 0);
        zram.write(30, HALF, 10, 0);
    }

    private String words(String file) throws ErrnoException {
        guest.machine.checkInvariants();
        return guest.read(ZRAM + file).trim().replaceAll(" +", " ");
    }

    @ParameterizedTest(name = "writeback \"{0}\" gives {1}, {2} pages written")
    @CsvSource({
        "huge, OK, 10",
        "type=huge, OK, 10",
        "huge=, OK, 10", // a key without a value is a mode
        "idle, OK, 0",
        "huge_idle, OK, 0",
        "incompressible, OK, 0",
        "page_index=3, OK, 1",
        "page_index=25, OK, 0", // same-filled
        "page_index=1000, OK, 0",
        "page_index=1024, ERANGE, 0",
        "page_index=18446744073709551616, ERANGE, 0",
        "page_index=-1, EINVAL, 0",
        "page_index=0x1, EINVAL, 0",
        "page_index=, EINVAL, 0",
        "page_index, EINVAL, 0",
        "page_indexes=0-39, OK, 30",
        "page_indexes=0-1023, OK, 30",
        "page_indexes=0-1024, ERANGE, 0",
        "page_indexes=5-5, OK, 1",
        "page_indexes=5-4, ERANGE, 0",
        "page_indexes=5, EINVAL, 0",
        "page_indexes=-5, EINVAL, 0",
        "page_indexes=1-2-3, EINVAL, 0",
        "page_index=1 page_index=1, OK, 1",
        "page_index=1 page_indexes=5-6 page_index=12, OK, 4",
        "page_index=1 foo, EINVAL, 0", // nothing is written before a bad word
        "page_index=1 page_index=x, EINVAL, 0",
        "page_indexes=8-12 type=huge, OK, 5", // 8 to 12 as asked; the mode looks at them once more
        "page_index=8 huge, OK, 1", // the mode looks at page 8 only
        "huge foo, OK, 10", // a mode ends parsing
        "foo=bar huge, OK, 10",
        "type=foo, EINVAL, 0",
        "type=, EINVAL, 0",
        "foo=, EINVAL, 0",
        "foo=bar, OK, 0",
        "'\"type=huge\"', OK, 10",
        "' huge', OK, 10"
    })
    void writeback(String command, String result, int written) throws ErrnoException {
        assertThat(guest.tryWrite(ZRAM + "writeback", command)).isEqualTo(result);
        assertThat(words("bd_stat")).isEqualTo(written + " 0 " + written);
        assertThat(words("mm_stat")).startsWith("163840 ");
    }

    @Test
    void whatIsWrittenBackFreesItsMemory() throws ErrnoException {
        long free = guest.machine.memory().freePages();
        long pool = zram.poolPages();
        guest.write(ZRAM + "writeback", "huge");
        assertThat(zram.poolPages()).isEqualTo(pool - 10);
        assertThat(guest.machine.memory().freePages()).isGreaterThanOrEqualTo(free + 10);
        assertThat(words("mm_stat"))
                .isEqualTo("163840 30720 " + (pool - 10) * 4096 + " 0 " + pool * 4096 + " 10 0 0 10");
        assertThat(guest.read("/sys/block/vdb/stat").trim().split(" +")[6]).isEqualTo("80");
        // Reads go to the disk each time; a write or a discard gives its block back.
        zram.noteRead(10, 3);
        zram.noteRead(10, 3);
        assertThat(words("bd_stat")).isEqualTo("10 6 10");
        zram.write(10, TEXT, 1, 0);
        zram.free(11, 2);
        assertThat(words("bd_stat")).isEqualTo("7 6 10");
        assertThat(words("io_stat")).isEqualTo("0 0 0 2");
        guest.write(ZRAM + "reset", "1");
        assertThat(words("bd_stat")).isEqualTo("0 0 0");
        assertThat(words("backing_dev")).isEqualTo("none");
    }

    @Test
    void theLimitAndTheDevicesEndStopIt() throws ErrnoException {
        guest.write(ZRAM + "writeback_limit", "4");
        guest.write(ZRAM + "writeback_limit_enable", "1");
        assertThat(guest.tryWrite(ZRAM + "writeback", "huge")).isEqualTo("EIO");
        assertThat(words("bd_stat")).isEqualTo("4 0 4");
        assertThat(words("writeback_limit")).isEqualTo("0");
        assertThat(guest.tryWrite(ZRAM + "writeback", "incompressible")).isEqualTo("OK"); // none is left over
        guest.write(ZRAM + "writeback_limit", "18446744073709551615");
        assertThat(guest.tryWrite(ZRAM + "writeback", "huge")).isEqualTo("OK");
        assertThat(words("writeback_limit")).isEqualTo("18446744073709551609");
        guest.write(ZRAM + "reset", "1");
        guest.write(ZRAM + "backing_dev", "/dev/small");
        guest.write(ZRAM + "disksize", "4M");
        zram.write(0, Content.RANDOM, 10, 0);
        assertThat(guest.tryWrite(ZRAM + "writeback", "huge")).isEqualTo("ENOSPC");
        assertThat(words("bd_stat")).isEqualTo("5 0 5");
        // The highest slots went first.
        assertThat(guest.read(BLOCK_STATE)).contains("           5            0.000000 .w....\n");
        assertThat(guest.read(BLOCK_STATE)).contains("           4            0.000000 ..h...\n");
    }

    @Test
    void aFailingDiskKeepsThePages() throws ErrnoException {
        requireNonNull(guest.machine.devices().disk("vdb")).setHealth(true, 1);
        guest.write(ZRAM + "writeback_limit", "100");
        guest.write(ZRAM + "writeback_limit_enable", "1");
        assertThat(guest.tryWrite(ZRAM + "writeback", "huge")).isEqualTo("EIO");
        assertThat(words("bd_stat")).isEqualTo("0 0 0");
        assertThat(words("writeback_limit")).isEqualTo("100");
        assertThat(zram.stats().hugePages()).isEqualTo(10);
    }

    @Test
    void idleMarksGoWithUseAndByAge() throws ErrnoException {
        guest.write(ZRAM + "idle", "all\n");
        zram.noteRead(0, 5);
        zram.write(5, TEXT, 1, 0);
        guest.write(ZRAM + "writeback", "idle");
        assertThat(words("bd_stat")).isEqualTo("24 0 24");
        guest.machine.advance(10_000_000_000L, 1000);
        zram.noteRead(0, 1);
        guest.write(ZRAM + "idle", "10"); // not more than 10 s ago
        guest.write(ZRAM + "writeback", "idle");
        assertThat(words("bd_stat")).isEqualTo("24 0 24");
        guest.write(ZRAM + "idle", "11"); // longer than the machine is up: all
        assertThat(guest.read(BLOCK_STATE)
                        .lines()
                        .filter(l -> l.endsWith("...i.."))
                        .count())
                .isEqualTo(6);
        guest.write(ZRAM + "idle", "0x9");
        guest.write(ZRAM + "writeback", "idle");
        assertThat(words("bd_stat")).isEqualTo("29 0 29");
        assertThat(guest.read(BLOCK_STATE)).startsWith("           0           10.000000 ......\n");
    }

    @ParameterizedTest(name = "recompress \"{0}\" gives {1}: {2} bytes, {3} incompressible")
    @CsvSource({
        "type=huge, OK, 71680, 10",
        "type=idle, OK, 71680, 0",
        "max_pages=0, OK, 71680, 0",
        "priority=1, OK, 66560, 20",
        "algo=zstd, OK, 66560, 20",
        "algo=zstd priority=1 foo=bar, OK, 66560, 20",
        "threshold=1024, OK, 66560, 20",
        "threshold=1025, OK, 71680, 20", // text is left alone
        "threshold=512, OK, 71680, 30", // 512 is not below it
        "threshold=3624, OK, 71680, 10", // only the huge ones are that large
        "threshold=3625, EINVAL, 71680, 0",
        "type=idle type=foo, OK, 71680, 0", // only the first must be known
        "type=foo type=idle, EINVAL, 71680, 0",
        "priority=2, EINVAL, 71680, 0",
        "algo=lz4, EINVAL, 71680, 0",
        "max_pages=-1, EINVAL, 71680, 0",
        "max_pages=18446744073709551615, OK, 66560, 20",
        "huge, EINVAL, 71680, 0"
    })
    void recompress(String command, String result, long bytes, int incompressible) throws ErrnoException {
        assertThat(guest.tryWrite(ZRAM + "recompress", command)).isEqualTo(result);
        assertThat(words("mm_stat").split(" ")[1]).isEqualTo(Long.toString(bytes));
        assertThat(guest.read(BLOCK_STATE).lines().filter(l -> l.endsWith("n")).count())
                .isEqualTo(incompressible);
    }

    @Test
    void anAttemptCountsAndTakesTheMark() throws ErrnoException {
        guest.write(ZRAM + "idle", "all");
        guest.write(ZRAM + "recompress", "type=idle threshold=2000"); // the large ones, in vain
        guest.write(ZRAM + "recompress", "type=idle max_pages=3");
        assertThat(guest.read(BLOCK_STATE)
                        .lines()
                        .filter(l -> l.endsWith("....r."))
                        .count())
                .isEqualTo(3);
        assertThat(guest.read(BLOCK_STATE)
                        .lines()
                        .filter(l -> l.endsWith("...i.."))
                        .count())
                .isEqualTo(7);
        // What nothing shrinks can be written back by that name.
        guest.write(ZRAM + "writeback", "incompressible");
        assertThat(words("bd_stat")).isEqualTo("20 0 20");
    }

    @Test
    void theDevicesStrongerAlgorithmShrinksAverageData() throws ErrnoException {
        zram.write(100, Content.ratio(3, "ratio:3"), 7, 0);
        guest.write(ZRAM + "writeback", "page_indexes=0-99");
        guest.write(ZRAM + "recompress", "algo=zstd");
        // 1366 bytes by 2.74 to 3.37, the ratios of lzo-rle and zstd
        assertThat(words("mm_stat").split(" ")[1]).isEqualTo(Integer.toString(7 * 1111));
    }

    @Test
    void deflateRefusesBadParametersAtDisksize() throws ErrnoException {
        guest.write(ZRAM + "reset", "1");
        guest.write(ZRAM + "comp_algorithm", "deflate");
        guest.write(ZRAM + "algorithm_params", "algo=deflate level=10");
        assertThat(guest.tryWrite(ZRAM + "disksize", "4M")).isEqualTo("EINVAL");
        assertThat(guest.read(ZRAM + "comp_algorithm")).startsWith("[lzo-rle]");
        guest.write(ZRAM + "comp_algorithm", "deflate");
        guest.write(ZRAM + "algorithm_params", "priority=0 level=9 deflate.winbits=-15");
        assertThat(guest.tryWrite(ZRAM + "disksize", "4M")).isEqualTo("OK");
    }

    @ParameterizedTest(name = "backing_dev \"{0}\" gives {1}")
    @CsvSource({
        "/dev/vdc, OK",
        "//dev/./vdc, OK",
        "dev/vdc, OK",
        "/dev/vdc/, ENOTDIR",
        "/dev/vdc/x, ENOTDIR",
        "/dev/null, ENOTBLK",
        "/dev/zram0, EINVAL",
        "/dev/vda, EBUSY", // swap
        "/dev/nope, ENOENT",
        "none, ENOENT",
        "/dev, EISDIR",
        "/dev/.., EISDIR"
    })
    void backingDev(String path, String result) throws ErrnoException {
        guest.machine.devices().swapon("/dev/vda", -1);
        guest.write(ZRAM + "reset", "1");
        assertThat(guest.tryWrite(ZRAM + "backing_dev", path)).isEqualTo(result);
        assertThat(words("backing_dev")).isEqualTo(result.equals("OK") ? "/dev/vdc" : "none");
    }

    @Test
    void aSwappedPageComesBackFromTheBackingDevice() throws ErrnoException {
        guest.write(ZRAM + "reset", "1");
        guest.write(ZRAM + "backing_dev", "/dev/vdb");
        guest.write(ZRAM + "disksize", "64M");
        guest.machine.devices().swapon("/dev/zram0", 100);
        guest.hold("hog", Kind.ANON, 32);
        guest.swapOut(8 << 20);
        guest.write(ZRAM + "writeback", "huge");
        guest.machine.checkInvariants();
        long written = zram.stats().backingPages();
        assertThat(written).isGreaterThan(1000);
        guest.swapoff("/dev/zram0");
        assertThat(zram.stats().backingReads()).isEqualTo(written);
        assertThat(zram.stats().backingPages()).isZero();
        guest.machine.checkInvariants();
    }

    /** Whatever is done in whatever order, the books balance. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theBooksBalance(long seed) throws ErrnoException {
        SplittableRandom random = new SplittableRandom(seed);
        Content[] contents = {TEXT, HALF, Content.RANDOM, Content.SAME, Content.ZERO, Content.ratio(1.1, "ratio:1.1")};
        String[] commands = {
            "writeback huge",
            "writeback idle",
            "writeback huge_idle",
            "writeback page_indexes=100-140",
            "recompress type=idle",
            "recompress max_pages=7",
            "recompress threshold=1000",
            "idle all",
            "idle 2",
            "compact 1",
            "writeback incompressible"
        };
        for (int i = 0; i < 400; i++) {
            int slot = random.nextInt(1000);
            int pages = 1 + random.nextInt(20);
            switch (random.nextInt(5)) {
                case 0, 1 -> zram.write(slot, contents[random.nextInt(contents.length)], pages, 0);
                case 2 -> zram.free(slot, pages);
                case 3 -> zram.noteRead(slot, pages);
                default -> {
                    String[] command = commands[random.nextInt(commands.length)].split(" ", 2);
                    guest.write(ZRAM + command[0], command[1]);
                }
            }
            guest.machine.advance(guest.machine.nowNs() + 200_000_000, 1000);
            guest.machine.checkInvariants();
        }
        assertThat(zram.stats().backingWrites()).isPositive();
        long freeNow = guest.machine.memory().freePages() + zram.poolPages();
        guest.write(ZRAM + "reset", "1");
        assertThat(guest.machine.memory().freePages()).isGreaterThanOrEqualTo(freeNow);
        guest.machine.checkInvariants();
    }
}
