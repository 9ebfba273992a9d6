package org.reclaimfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.Kernfs;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.klog.Klog;
import org.reclaimfs.machine.Patch;
import org.reclaimfs.memcg.PageCounter;
import org.reclaimfs.scenario.Session;
import org.reclaimfs.swap.SwapDevices;
import org.reclaimfs.swap.SwapHeader;

/** The files of /reclaimfs on a whole machine whose time stands still. */
final class ControlFilesTest {
    private static final String SCENARIO =
            """
            machine: {memory: 512MiB}
            disks: [{name: vda, size: 1GiB}]
            cgroups: {/a: {}, /p: {}, /p/c: {}}
            """;

    private final Session session = StillSession.of(SCENARIO);

    @BeforeEach
    void aTask() throws ErrnoException {
        ctl("task t cgroup=/a comm=worker oom_score_adj=5");
    }

    @AfterEach
    void close() {
        session.machine().checkInvariants();
        session.close();
    }

    private void ctl(String steps) throws ErrnoException {
        StillSession.steps(session, steps);
    }

    private String read(String name) throws ErrnoException {
        return session.kernfs().readText("/reclaimfs/" + name);
    }

    @Test
    void tasksAreATableOfMappedBytes() throws ErrnoException {
        ctl("alloc t 1M\nalloc t 8K kind=file\nalloc t 4K kind=shmem");
        assertThat(read("tasks"))
                .isEqualTo("pid\tname\tcomm\tcgroup\tanon\tfile\tshmem\tswap\toom_score_adj\n"
                        + "1000\tt\tworker\t/a\t1048576\t0\t4096\t0\t5\n");
        ctl("exit t");
        assertThat(read("tasks").lines()).hasSize(1);
    }

    @Test
    void aStepIsDoneWhenItsWriteReturns() throws ErrnoException {
        ctl("alloc t 100M");
        ctl("expect /sys/fs/cgroup/a/memory.stat:anon == 100M\nrelease t region=anon size=60M");
        ctl("expect /sys/fs/cgroup/a/memory.stat:anon == 40M");
        assertThat(read("ctl")).isEqualTo("ok\n");
    }

    @Test
    void checkTellsWhetherTheBooksBalance() throws ErrnoException {
        ctl("alloc t 1M\ncheck");
        PageCounter memory = session.machine().cgroups().find("/a").memcg().memory;
        memory.charge(1);
        assertThatThrownBy(() -> ctl("check")).isInstanceOf(ErrnoException.class);
        assertThat(read("ctl")).contains("the model's books do not balance: /a is charged");
        memory.charge(-1);
        ctl("check");
    }

    @Test
    void nobodyButTheOwnerGetsIn() {
        Kernfs kernfs = session.kernfs();
        for (String name : List.of("ctl", "clock", "swapon", "tasks", "patches/ram_backed_swap")) {
            assertThatThrownBy(
                            () -> kernfs.open("/reclaimfs/" + name, OpenFile.O_RDONLY, new Caller.Plain(1000, 1000, 5)))
                    .as(name)
                    .hasMessageContaining("mode bits");
        }
    }

    @Test
    void withARateItGoesOnWithTime() throws ErrnoException {
        ctl("alloc t 100M rate=10M/s");
        ctl("expect /sys/fs/cgroup/a/memory.stat:anon == 0\nadvance 5s");
        ctl("expect /sys/fs/cgroup/a/memory.stat:anon >= 49M\nexpect /sys/fs/cgroup/a/memory.stat:anon <= 51M");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = { // spotless:off
        "bogus                          | column 1: found 'bogus'",
        "task t cgroup=/a               | EEXIST",
        "task u cgroup=/nowhere         | ENOENT",
        "task u cgroup=/p               | EBUSY",
        "alloc u 1M                     | ESRCH",
        "alloc t 200T                   | ENOMEM: found 219902325555200 bytes, expected at most",
        "touch t                        | EINVAL: task t has 0 regions",
        "touch t region=heap            | ENOENT",
        "kill t signal=19               | EOPNOTSUPP",
        "swapon /dev/vdx                | ENOENT",
        "swapoff /dev/vda               | EINVAL",
        "disk vdx ok                    | ENODEV",
        "write /proc/nothing 1          | ENOENT",
        "write /proc/sys/vm/swappiness 201 | EINVAL",
        "expect /proc/sys/vm/swappiness == 61 | found 60",
        "expect /proc/meminfo:MemFrei > 1 | found no such key",
        "expect /nothing == 1           | found ENOENT",
        "expect-errno /proc/sys/vm/swappiness 60 EINVAL | found success",
        "expect-errno /proc/sys/vm/swappiness 201 EPERM | found EINVAL"
            }) // spotless:on
    void aRefusedStepIsEinvalAndItsReasonCanBeRead(String step, String reason) throws ErrnoException {
        assertThatThrownBy(() -> ctl(step)).isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno())
                .isEqualTo(Errno.EINVAL));
        assertThat(read("ctl"))
                .startsWith("error: " + step + ": ")
                .contains(reason)
                .endsWith("\n");
        ctl("pause");
        assertThat(read("ctl")).isEqualTo("ok\n");
    }

    @Test
    void nothingIsDoneIfOneOfTheLinesCannotBeRead() throws ErrnoException {
        assertThatThrownBy(() -> ctl("exit t\nexitt t")).isInstanceOf(ErrnoException.class);
        assertThat(read("tasks").lines()).hasSize(2);
    }

    @Test
    void theClockIsReadAndSet() throws ErrnoException {
        assertThat(read("clock")).isEqualTo("time_ns 0\nmode manual\nspeed 1\n");
        session.kernfs().writeText("/reclaimfs/clock", "advance 250ms\n", Signal.NEVER);
        assertThat(read("clock")).startsWith("time_ns 250000000\n");
        for (String wrong : List.of("exit t", "faster", "speed 0", "advance")) {
            assertThatThrownBy(() -> session.kernfs().writeText("/reclaimfs/clock", wrong, Signal.NEVER))
                    .isInstanceOf(ErrnoException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Patch.class)
    void patchesAreSwitchedByZeroAndOne(Patch patch) throws ErrnoException {
        for (String value : List.of("1", "0", "1")) {
            write("patches/" + patch.key(), value);
            assertThat(read("patches/" + patch.key())).isEqualTo(value + "\n");
        }
        for (String wrong : List.of("2", "on", "")) {
            assertThatThrownBy(() -> write("patches/" + patch.key(), wrong)).hasMessageContaining("EINVAL");
        }
    }

    /** A policy's sysctl is there while the policy is on, and keeps what was set. */
    @ParameterizedTest(name = "{1} with {0}, at first {2}")
    @CsvSource({
        "reclaim_progress, reclaim_progress_pct, 1",
        "reclaim_progress_scanned, reclaim_progress_pct, 1",
        "efficiency_gate, reclaim_efficiency_pct, 10"
    })
    void aKnobComesAndGoesWithItsPolicy(String patch, String name, String first) throws ErrnoException {
        String path = "/proc/sys/vm/" + name;
        assertThatThrownBy(() -> session.kernfs().readText(path)).hasMessageContaining("ENOENT");
        write("patches/" + patch, "1");
        assertThat(session.kernfs().readText(path)).isEqualTo(first + "\n");
        for (String wrong : List.of("101", "-1", "x", "")) {
            assertThatThrownBy(() -> session.kernfs().writeText(path, wrong + "\n", Signal.NEVER))
                    .as(wrong)
                    .hasMessageContaining("EINVAL");
        }
        for (String good : List.of("0", "100", "7")) {
            session.kernfs().writeText(path, good + "\n", Signal.NEVER);
            assertThat(session.kernfs().readText(path)).isEqualTo(good + "\n");
        }
        write("patches/" + patch, "0");
        assertThatThrownBy(() -> session.kernfs().readText(path)).hasMessageContaining("ENOENT");
        write("patches/" + patch, "1");
        assertThat(session.kernfs().readText(path)).isEqualTo("7\n");
    }

    private void write(String name, String text) throws ErrnoException {
        session.kernfs().writeText("/reclaimfs/" + name, text + "\n", Signal.NEVER);
    }

    @ParameterizedTest(name = "swapon <- \"{0}\" gives {1}, priority {2}")
    @CsvSource({
        "0 /dev/vda, '', -1",
        "0x8005 /dev/vda, '', 5",
        "0x10000 /dev/vda, '', -1",
        "0x100000 /dev/vda, EINVAL, ''",
        "0 /dev/nothing, ENOENT, ''",
        "/dev/vda, EINVAL, ''",
        "'0 ', ENOENT, ''"
    })
    void swaponAnswersAsTheSystemCall(String text, String errno, String priority) throws ErrnoException {
        if (!errno.isEmpty()) {
            assertThatThrownBy(() -> session.kernfs().writeText("/reclaimfs/swapon", text, Signal.NEVER))
                    .isInstanceOfSatisfying(
                            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.valueOf(errno)));
            return;
        }
        session.kernfs().writeText("/reclaimfs/swapon", text, Signal.NEVER);
        assertThat(session.kernfs().readText("/proc/swaps"))
                .contains("/dev/vda")
                .endsWith("\t" + priority + "\n");
        assertThatThrownBy(() -> session.kernfs().writeText("/reclaimfs/swapon", text, Signal.NEVER))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY));
        session.kernfs().writeText("/reclaimfs/swapoff", "/dev/vda", Signal.NEVER);
        assertThat(session.kernfs().readText("/proc/swaps")).doesNotContain("/dev/vda");
    }

    /** What the supervisor of a sandbox writes for a file of the host, with the page that mkswap has left. */
    private static byte[] swapFile(String line, long headerPages) {
        byte[] page = new byte[4096];
        SwapHeader.put(page, headerPages, "a file");
        byte[] text = line.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(text.length + 1 + page.length)
                .put(text)
                .put(text.length + 1, page)
                .array();
    }

    private String swapon(byte[] bytes) throws ErrnoException {
        Kernfs fs = session.kernfs();
        OpenFile file = fs.open("/reclaimfs/swapfile", OpenFile.O_WRONLY, Caller.ROOT);
        try {
            fs.write(file, bytes, 0, Signal.NEVER);
            return "OK";
        } catch (ErrnoException e) {
            return e.errno().name();
        } finally {
            fs.release(file);
        }
    }

    @ParameterizedTest(name = "a file of {1} pages by its header: \"{0}\" gives {2}, {3}")
    @CsvSource({
        "0 2048 whole - /swapfile, 2048, OK, /swapfile                               file\t\t8188\t\t0\t\t-1",
        "0x8007 2048 whole - /a ü, 1024, OK, /a\\040ü                                file\t\t4092\t\t0\t\t7",
        "0 2048 whole vda /swapfile, 2048, OK, /swapfile                               file\t\t8188\t\t0\t\t-1",
        "0 900000 whole vda /swapfile, 900000, OK, /swapfile                               file\t\t3599996\t\t0\t\t-1",
        "0 2048 whole - /swapfile, 2049, EINVAL, Swap area shorter than signature indicates",
        "0 2048 holes - /swapfile, 2048, EINVAL, swapon: swapfile has holes",
        "0 2048 holes - /swapfile, 1, EINVAL, Empty swap-file",
        "0 2048 whole - swapfile, 2048, EINVAL, ''",
        "0 2048 whole -, 2048, EINVAL, ''",
        "0 -1 whole - /swapfile, 2048, EINVAL, ''",
        "0x100000 2048 whole - /swapfile, 2048, EINVAL, ''",
    })
    void aFileOfTheHostBecomesSwap(String line, long pages, String result, String shown) throws ErrnoException {
        assertThat(swapon(swapFile(line, pages))).isEqualTo(result);
        String swaps = session.kernfs().readText("/proc/swaps");
        if (result.equals("OK")) {
            assertThat(swaps).endsWith(shown.replace("\\t", "\t").replace("\\\\", "\\") + "\n");
            assertThat(swapon(swapFile(line, pages))).isEqualTo("EBUSY");
        } else {
            assertThat(swaps.lines()).hasSize(1);
            Klog log = session.machine().klog();
            assertThat(log.get(log.nextSeq() - 1).text()).endsWith(shown);
        }
    }

    @Test
    void aFileTakesPagesAndGivesThemBack() throws ErrnoException {
        byte[] file = swapFile("0 65536 whole - /swap file", 65536);
        assertThat(swapon(file)).isEqualTo("OK");
        ctl("alloc t 400M");
        session.kernfs().writeText("/sys/fs/cgroup/memory.reclaim", "128M", Signal.NEVER);
        long used = session.machine().swap().active().get(0).usedPages();
        assertThat(used).isGreaterThan(20_000);
        session.machine().checkInvariants();
        session.kernfs().writeText("/reclaimfs/swapoff", "/swap file\n", Signal.NEVER);
        assertThat(session.kernfs().readText("/proc/swaps").lines()).hasSize(1);
        assertThat(swapon(file)).as("again").isEqualTo("OK");
    }

    @Test
    void aFileNeedsItsHeaderAndATypeOfItsOwn() throws ErrnoException {
        byte[] file = swapFile("0 8 whole - /f", 8);
        assertThat(swapon(Arrays.copyOf(file, file.length - 1))).as("no page").isEqualTo("EINVAL");
        file[file.length - 1] = 0;
        assertThat(swapon(file)).as("no signature").isEqualTo("EINVAL");
        session.kernfs().writeText("/reclaimfs/swapon", "0", Signal.NEVER); // there is room
        for (int i = 0; i < SwapDevices.MAX_TYPES; i++) {
            assertThat(swapon(swapFile("0 8 whole - /f" + i, 8))).isEqualTo("OK");
        }
        assertThat(swapon(file)).as("before the header").isEqualTo("EPERM");
        assertThatThrownBy(() -> session.kernfs().writeText("/reclaimfs/swapon", "0", Signal.NEVER))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPERM));
    }
}
