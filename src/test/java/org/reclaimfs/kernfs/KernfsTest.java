package org.reclaimfs.kernfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.reclaimfs.abi.ErrnoException;

final class KernfsTest {
    private static final Caller USER = new Caller.Plain(1000, 1000, 42);

    private final ToyTree.Toy toy = new ToyTree.Toy();
    private final Kernfs fs = ToyTree.build(new ToyGate(false), toy);

    @FunctionalInterface
    private interface Call {
        Object run() throws ErrnoException;
    }

    /** OK, the value, or the name of the errno. */
    private static String result(Call call) {
        try {
            Object value = call.run();
            return value == null ? "OK" : value.toString();
        } catch (ErrnoException e) {
            return e.errno().name();
        }
    }

    private String read(OpenFile file, long offset, int size) throws ErrnoException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        fs.read(file, offset, size, (bytes, from, length) -> out.write(bytes, from, length));
        return out.toString(StandardCharsets.UTF_8);
    }

    private String openRead(String path, Caller caller) {
        return result(
                () -> read(fs.open(path, OpenFile.O_RDONLY, caller), 0, 100).strip());
    }

    private String openWrite(String path, byte[] bytes, long offset, Caller caller) {
        return result(() -> fs.write(fs.open(path, OpenFile.O_WRONLY, caller), bytes, offset, Signal.NEVER));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] ones(int count) {
        return bytes("1".repeat(count));
    }

    @ParameterizedTest(name = "{0}: write to ro {1}, read of wo {2}, by a user {3}")
    @CsvSource({
        "cgroup, EINVAL, EINVAL, EACCES",
        "sysfs, EACCES, EACCES, EACCES",
        "proc, EIO, EIO, EACCES",
        "proc_sys, EACCES, EACCES, EACCES",
        "debugfs, EACCES, EACCES, EACCES",
        "plain, EACCES, EACCES, EACCES",
    })
    void filesWithoutThatHandler(String dir, String write, String read, String user) {
        assertThat(openWrite("/" + dir + "/stat", ones(1), 0, Caller.ROOT)).isEqualTo(write);
        assertThat(openRead("/" + dir + "/reclaim", Caller.ROOT)).isEqualTo(read);
        assertThat(openWrite("/" + dir + "/max", ones(1), 0, USER)).isEqualTo(user);
        assertThat(openRead("/" + dir + "/reclaim", USER)).isEqualTo(user);
        assertThat(openRead("/" + dir + "/max", USER)).isEqualTo("max");
    }

    @ParameterizedTest(name = "{0}: {1} bytes give {2}")
    @CsvSource({
        "cgroup, 4096, 4096",
        "cgroup, 4097, E2BIG",
        "sysfs, 5000, 4096",
        "proc, 5000, 5000",
        "plain, 5000, 5000",
        "cgroup, 0, 0",
    })
    void longWrites(String dir, int count, String expected) {
        assertThat(openWrite("/" + dir + "/reclaim", ones(count), 0, Caller.ROOT))
                .isEqualTo(expected);
        assertThat(toy.last).hasSize(expected.equals("E2BIG") ? 0 : Integer.parseInt(expected));
    }

    @Test
    void zeroBytesCallNoHandler() {
        toy.last = "before";
        assertThat(openWrite("/cgroup/reclaim", ones(0), 0, Caller.ROOT)).isEqualTo("0");
        assertThat(toy.last).isEqualTo("before");
    }

    @Test
    void aWriteIsACommandAtAnyOffset() {
        assertThat(openWrite("/cgroup/max", bytes("1M"), 4, Caller.ROOT)).isEqualTo("2");
        assertThat(toy.maxPages).isEqualTo(256);
        assertThat(openWrite("/proc_sys/max", bytes("2M"), 4, Caller.ROOT)).isEqualTo("2");
        assertThat(toy.maxPages).as("/proc/sys ignores it").isEqualTo(256);
        assertThat(openWrite("/proc_sys/short", bytes("1 2"), 0, Caller.ROOT)).isEqualTo("2");
    }

    @Test
    void textEndsAtNulButTheLengthCounts() {
        assertThat(openWrite("/cgroup/max", bytes("4096\0junk"), 0, Caller.ROOT))
                .isEqualTo("9");
        assertThat(toy.maxPages).isEqualTo(1);
    }

    @ParameterizedTest(name = "{0}: create {1}, mkdir {2}, unlink {3}, rename {4}, chmod {5}")
    @CsvSource({
        "cgroup, EACCES, OK, EPERM, EPERM, OK",
        "sysfs, EACCES, EPERM, EPERM, EPERM, OK",
        "proc, ENOENT, ENOENT, EPERM, ENOENT, OK",
        "proc_sys, ENOENT, ENOENT, EACCES, EACCES, EPERM",
        "debugfs, EACCES, EPERM, EPERM, EPERM, OK",
        "plain, EACCES, EPERM, EPERM, EPERM, OK",
    })
    void names(String dir, String create, String mkdir, String unlink, String rename, String chmod) {
        String at = "/" + dir;
        assertThat(result(() -> run(() -> fs.create(at + "/new", Caller.ROOT)))).isEqualTo(create);
        assertThat(result(() -> run(() -> fs.mkdir(at + "/new", 0755, Caller.ROOT))))
                .isEqualTo(mkdir);
        assertThat(result(() -> run(() -> fs.mkdir(at + "/max", 0755, Caller.ROOT))))
                .isEqualTo("EEXIST");
        assertThat(result(() -> run(() -> fs.mkdir(at + "/sub", 0755, USER)))).isEqualTo("EEXIST");
        assertThat(result(() -> run(() -> fs.unlink(at + "/max", Caller.ROOT)))).isEqualTo(unlink);
        assertThat(result(() -> run(() -> fs.unlink(at + "/max", USER)))).isEqualTo("EACCES");
        assertThat(result(() -> run(() -> fs.rename(at + "/max", at + "/m", Caller.ROOT))))
                .isEqualTo(rename);
        assertThat(result(() -> run(() -> fs.make(at + "/link", Caller.ROOT))))
                .isEqualTo(create.equals("ENOENT") ? "ENOENT" : "EPERM");
        assertThat(result(() -> run(() -> fs.chmod(fs.resolve(at + "/max"), 0600, Caller.ROOT))))
                .isEqualTo(chmod);
        assertThat(result(() -> run(() -> fs.chmod(fs.resolve(at + "/max"), 0600, USER))))
                .isEqualTo("EPERM");
        assertThat(result(() -> run(() -> fs.truncate(at + "/max", Caller.ROOT))))
                .isEqualTo("OK");
        assertThat(result(() -> run(() -> fs.rmdir(at + "/absent", Caller.ROOT))))
                .isEqualTo("ENOENT");
        assertThat(toy.maxPages).isEqualTo(org.reclaimfs.abi.Units.PAGE_COUNTER_MAX);
    }

    @FunctionalInterface
    private interface Action {
        void run() throws ErrnoException;
    }

    private static Object run(Action action) throws ErrnoException {
        action.run();
        return "OK";
    }

    @Test
    void cgroupDirectories() throws ErrnoException {
        Stat root = fs.getattr("/cgroup", Caller.ROOT);
        fs.mkdir("/cgroup/a", 0750, Caller.ROOT);
        assertThat(fs.getattr("/cgroup", Caller.ROOT).nlink()).isEqualTo(root.nlink() + 1);
        Stat a = fs.getattr("/cgroup/a", Caller.ROOT);
        assertThat(a.mode()).isEqualTo(Stat.DIRECTORY | 0750);
        assertThat(fs.getattr("/cgroup/a/max", Caller.ROOT).ino())
                .as("files follow")
                .isEqualTo(a.ino() + 1);
        assertThat(result(() -> run(() -> fs.mkdir("/cgroup/x\ny", 0755, Caller.ROOT))))
                .isEqualTo("EINVAL");
        assertThat(result(() -> run(() -> fs.mkdir("/cgroup/b", 0755, USER)))).isEqualTo("EACCES");
        fs.mkdir("/cgroup/a/b", 0755, Caller.ROOT);
        assertThat(result(() -> run(() -> fs.rmdir("/cgroup/a", Caller.ROOT)))).isEqualTo("EBUSY");
        assertThat(result(() -> run(() -> fs.rmdir("/cgroup", Caller.ROOT)))).isEqualTo("EBUSY");
        assertThat(result(() -> run(() -> fs.rmdir("/cgroup/a/max", Caller.ROOT))))
                .isEqualTo("ENOTDIR");
        assertThat(result(() -> run(() -> fs.rmdir("/link", Caller.ROOT)))).isEqualTo("ENOTDIR");
        fs.rmdir("/cgroup/a/b", Caller.ROOT);
        fs.rmdir("/cgroup/a", Caller.ROOT);
        fs.mkdir("/cgroup/a", 0755, Caller.ROOT);
        assertThat(fs.getattr("/cgroup/a", Caller.ROOT).ino())
                .as("never used again")
                .isGreaterThan(a.ino());
    }

    @Test
    void openFilesOfARemovedDirectory() throws ErrnoException {
        fs.mkdir("/cgroup/a", 0755, Caller.ROOT);
        OpenFile file = fs.open("/cgroup/a/max", OpenFile.O_RDWR, Caller.ROOT);
        Dir dir = fs.opendir("/cgroup/a", Caller.ROOT);
        assertThat(read(file, 0, 100)).isEqualTo("max\n");
        fs.rmdir("/cgroup/a", Caller.ROOT);
        fs.mkdir("/cgroup/a", 0755, Caller.ROOT);
        assertThat(result(() -> read(file, 0, 100))).isEqualTo("ENODEV");
        assertThat(result(() -> fs.write(file, ones(1), 0, Signal.NEVER))).isEqualTo("ENODEV");
        assertThat(result(dir::entries)).isEqualTo("ENOENT");
        assertThat(fs.stat(file.ref()).nlink()).isZero();
        assertThat(fs.poll(file)).isEqualTo(OpenFile.POLL_DEFAULT | OpenFile.POLLERR | OpenFile.POLLPRI);
        fs.release(file);
    }

    @Test
    void hiddenRows() throws ErrnoException {
        OpenFile file = fs.open("/cgroup/hideable", OpenFile.O_RDONLY, Caller.ROOT);
        toy.hidden = true;
        assertThat(openRead("/cgroup/hideable", Caller.ROOT)).isEqualTo("ENOENT");
        assertThat(result(() -> read(file, 0, 10))).isEqualTo("ENODEV");
        assertThat(fs.opendir("/cgroup", Caller.ROOT).entries())
                .noneMatch(e -> e.name().equals("hideable"));
    }

    @Test
    void readPositions() throws ErrnoException {
        OpenFile file = fs.open("/cgroup/shows", OpenFile.O_RDONLY, Caller.ROOT);
        toy.shows = 99;
        assertThat(read(file, 0, 2)).isEqualTo("10");
        assertThat(read(file, 2, 2)).as("continues the snapshot").isEqualTo("0\n");
        assertThat(read(file, 4, 10)).as("end").isEmpty();
        assertThat(toy.shows).isEqualTo(100);
        assertThat(read(file, 0, 100)).as("offset 0 renders anew").isEqualTo("101\n");
        assertThat(read(file, 1, 100)).as("another offset too, then skips").isEqualTo("02\n");
        assertThat(read(file, 100, 100)).isEmpty();
        OpenFile sysctl = fs.open("/proc_sys/max", OpenFile.O_RDONLY, Caller.ROOT);
        assertThat(read(sysctl, 0, 1)).isEqualTo("m");
        assertThat(read(sysctl, 1, 10)).as("/proc/sys answers once").isEmpty();
    }

    @Test
    void recordFilesReturnWholeLines() throws ErrnoException {
        OpenFile file = fs.open("/cgroup/lines", OpenFile.O_RDONLY, Caller.ROOT);
        assertThat(read(file, 0, 65536)).hasSize(4090).endsWith("\n");
        assertThat(read(file, 4090, 5)).isEqualTo("00000");
        assertThat(fs.readText("/cgroup/lines")).hasSize(10_000);
        assertThat(fs.readText("/cgroup/long")).hasSize(10_000);
    }

    @Test
    void pollSeesWhatWasNotReadYet() throws ErrnoException {
        int event = OpenFile.POLL_DEFAULT | OpenFile.POLLERR | OpenFile.POLLPRI;
        OpenFile file = fs.open("/cgroup/events", OpenFile.O_RDONLY, Caller.ROOT);
        assertThat(fs.poll(file)).as("never read").isEqualTo(event);
        read(file, 0, 100);
        assertThat(fs.poll(file)).isEqualTo(OpenFile.POLL_DEFAULT);
        toy.events++;
        assertThat(fs.peek(file)).isEqualTo(event);
        assertThat(fs.poll(file)).as("polling does not re-arm").isEqualTo(event);
        read(file, 0, 100);
        assertThat(fs.poll(file)).isEqualTo(OpenFile.POLL_DEFAULT);
        OpenFile swaps = fs.open("/proc/events", OpenFile.O_RDONLY, Caller.ROOT);
        assertThat(fs.poll(swaps)).as("proc counts from open").isEqualTo(OpenFile.POLL_DEFAULT);
        toy.events++;
        assertThat(fs.poll(swaps)).isEqualTo(event);
        assertThat(fs.poll(swaps)).as("and the poll takes note").isEqualTo(OpenFile.POLL_DEFAULT);
    }

    @ParameterizedTest(name = "{0} stats and lists every file alike")
    @EnumSource(FsKind.class)
    void listingsAgreeWithLookups(FsKind kind) throws ErrnoException {
        String at = "/" + kind.name().toLowerCase(java.util.Locale.ROOT);
        List<DirEntry> entries = fs.opendir(at, Caller.ROOT).entries();
        assertThat(entries).hasSize(ToyTree.TABLE.rows().size() + 1);
        assertThat(entries).extracting(DirEntry::ino).doesNotHaveDuplicates();
        for (DirEntry entry : entries) {
            Stat stat = fs.getattr(at + "/" + entry.name(), Caller.ROOT);
            assertThat(stat.ino()).isEqualTo(entry.ino());
            assertThat(stat.mode() & Stat.TYPE_MASK).isEqualTo(entry.type());
            if (entry.type() == Stat.REGULAR && !entry.name().equals("disk")) {
                assertThat(stat.sizeBytes()).isEqualTo(kind == FsKind.SYSFS ? 4096 : 0);
            }
        }
    }

    @Test
    void listingOrders() throws ErrnoException {
        List<String> hashed = List.of(
                "cgroup.events",
                "memory.events",
                "io.pressure",
                "cgroup.procs",
                "memory.events.local",
                "memory.swap.peak",
                "memory.swap.current",
                "memory.swap.max",
                "memory.zswap.current",
                "memory.swap.events",
                "cgroup.max.descendants",
                "cgroup.stat.local",
                "cpu.stat",
                "memory.pressure",
                "memory.current",
                "memory.stat",
                "memory.low",
                "cpu.pressure",
                "cgroup.type",
                "cgroup.stat",
                "memory.swap.high",
                "cpu.stat.local",
                "cgroup.threads",
                "memory.numa_stat",
                "cgroup.kill",
                "memory.peak",
                "cgroup.freeze",
                "irq.pressure",
                "memory.min",
                "cgroup.controllers",
                "memory.oom.group",
                "memory.zswap.writeback",
                "memory.max",
                "memory.high",
                "memory.zswap.max",
                "cgroup.subtree_control",
                "memory.reclaim",
                "cgroup.max.depth",
                "cgroup.pressure");
        assertThat(hashed).isSortedAccordingTo((a, b) -> Long.compare(FsKind.nameHash(a), FsKind.nameHash(b)));
        Dir proc = fs.root().dir("proc");
        proc.addDir("10");
        proc.addDir("9");
        proc.addDir("swaps");
        assertThat(proc.entries())
                .extracting(DirEntry::name)
                .containsSubsequence("max", "sub", "disk", "long", "lines", "short", "swaps", "hideable", "9", "10");
    }

    @Test
    void attributesAreRemembered() throws ErrnoException {
        Node max = fs.resolve("/cgroup/max");
        fs.chown(max, 1000, -1, Caller.ROOT);
        fs.chmod(max, 0600, USER);
        assertThat(openWrite("/cgroup/max", bytes("4096"), 0, USER))
                .as("delegated")
                .isEqualTo("4");
        assertThat(result(() -> run(() -> fs.chown(max, 0, -1, USER)))).isEqualTo("EPERM");
        fs.utimens(max, 1, 2, USER);
        Stat stat = fs.getattr("/cgroup/max", Caller.ROOT);
        assertThat(stat.mode() & 07777).isEqualTo(0600);
        assertThat(stat.uid()).isEqualTo(1000);
        assertThat(stat.mtimeNs()).isEqualTo(2);
        assertThat(fs.getattr("/sysfs/max", Caller.ROOT).uid())
                .as("another directory's file")
                .isZero();
    }

    @Test
    void searchPermission() throws ErrnoException {
        fs.root().dir("debugfs").mode(0700);
        assertThat(openRead("/debugfs/max", USER)).isEqualTo("EACCES");
        assertThat(openRead("/debugfs/max", Caller.ROOT)).isEqualTo("max");
    }

    @Test
    void linksAreFollowedInside() throws ErrnoException {
        fs.root().dir("cgroup").dir("sub").attach(ToyTree.TABLE, new ToyTree.Toy(), Caller.ROOT);
        fs.root().dir("plain").addLink("up", "../cgroup/sub/max");
        fs.root().dir("plain").addLink("loop", "loop");
        assertThat(fs.readText("/link/max")).isEqualTo("max\n");
        assertThat(fs.readText("/plain/up")).isEqualTo("max\n");
        assertThat(result(() -> fs.readText("/plain/loop"))).isEqualTo("ELOOP");
        assertThat(fs.readlink("/link", USER)).isEqualTo("cgroup/sub");
        assertThat(result(() -> fs.readText("/cgroup/max/x"))).isEqualTo("ENOTDIR");
    }

    @Test
    void rawFilesHaveOffsetsAndASize() throws ErrnoException {
        OpenFile disk = fs.open("/plain/disk", OpenFile.O_RDWR, Caller.ROOT);
        assertThat(fs.getattr("/plain/disk", Caller.ROOT).sizeBytes()).isEqualTo(8192);
        assertThat(fs.write(disk, bytes("hello"), 4096, Signal.NEVER)).isEqualTo(5);
        assertThat(read(disk, 4097, 4)).isEqualTo("ello");
        fs.discard(disk, 4096, 4096);
        assertThat(read(disk, 4096, 1)).isEqualTo("\0");
        assertThat(result(() -> fs.write(disk, ones(2), 8191, Signal.NEVER))).isEqualTo("ENOSPC");
    }

    @Test
    void workIsDrivenAndInterrupted() {
        int[] asked = {0};
        Signal third = () -> ++asked[0] >= 3;
        assertThat(result(() -> fs.writeText("/cgroup/slow", "1", third))).isEqualTo("EINTR");
    }

    @Test
    void releaseTellsTheRow() throws ErrnoException {
        OpenFile file = fs.open("/cgroup/max", OpenFile.O_RDWR, Caller.ROOT);
        int[] released = {0};
        file.onRelease(() -> released[0]++);
        fs.release(file);
        assertThat(released[0]).isEqualTo(1);
    }
}
