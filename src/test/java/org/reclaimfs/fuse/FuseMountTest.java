package org.reclaimfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import jnr.ffi.LibraryLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.reclaimfs.devfs.DevFs;
import org.reclaimfs.kernfs.FsKind;
import org.reclaimfs.kernfs.Kernfs;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.ToyGate;
import org.reclaimfs.kernfs.ToyTree;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.machine.MachineConfig;

/** The toy tree on a real mount, by system calls and shell tools. Skips without FUSE, unless RECLAIMFS_NO_SKIP is set. */
@Timeout(60)
final class FuseMountTest {
    private static final int O_TRUNC = 01000;
    private static final int O_CREAT = 0100;

    @TempDir
    Path temp;

    private final ToyTree.Toy toy = new ToyTree.Toy();
    private final Kernfs kernfs = ToyTree.build(new ToyGate(true), toy);
    private FuseMount mount;
    private String at;

    @BeforeEach
    void mount() throws Exception {
        boolean possible = Files.isReadable(Path.of("/dev/fuse")) && Files.isWritable(Path.of("/dev/fuse"));
        if (System.getenv("RECLAIMFS_NO_SKIP") == null) {
            assumeTrue(possible, "/dev/fuse is missing or not open to this user");
        }
        mount = FuseMount.start(kernfs, Files.createDirectory(temp.resolve("m")), FuseOptions.DEFAULT);
        assertThat(mount.awaitReady(10, TimeUnit.SECONDS)).isTrue();
        at = mount.directory().toString();
    }

    @AfterEach
    void unmount() throws Exception {
        if (mount != null) {
            mount.close();
            assertThat(mount.awaitUnmounted(10, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(at);
        }
    }

    private record Ran(int status, String output) {}

    private Ran sh(String script) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sh", "-c", script)
                .directory(temp.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ran(process.waitFor(), output);
    }

    private int open(String path, int flags) {
        return LibC.C.open(at + path, flags, 0644);
    }

    private String write(String path, int flags, String text) {
        int fd = open(path, flags);
        if (fd < 0) {
            return LibC.result(fd);
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        String result = LibC.result(LibC.C.write(fd, bytes, bytes.length));
        LibC.C.close(fd);
        return result;
    }

    @Test
    void shellTools() throws Exception {
        assertThat(sh("cat m/cgroup/max")).isEqualTo(new Ran(0, "max\n"));
        assertThat(sh("echo 1M > m/cgroup/max && cat m/cgroup/max")).isEqualTo(new Ran(0, "1048576\n"));
        assertThat(sh("echo 8192 >> m/cgroup/max && dd bs=1 status=none if=m/cgroup/max"))
                .isEqualTo(new Ran(0, "8192\n"));
        assertThat(sh("echo x > m/cgroup/max").status()).isNotZero();
        assertThat(sh("cat m/cgroup/lines | wc -c").output().strip()).isEqualTo("10000");
        assertThat(sh("find m/cgroup -type d | sort").output()).isEqualTo("m/cgroup\nm/cgroup/sub\n");
        assertThat(sh("cat m/link/max").output()).contains("No such file");
        assertThat(sh("mkdir m/cgroup/a && cat m/cgroup/a/max && rmdir m/cgroup/a && ls m/cgroup/a")
                        .output())
                .startsWith("max\n")
                .contains("No such file");
        assertThat(sh("stat -f -c '%s %l' m").output()).isEqualTo("4096 255\n");
        assertThat(sh("grep reclaimfs /proc/self/mounts").output()).contains("reclaimfs " + at + " fuse.reclaimfs ");
    }

    @Test
    void writesArriveWhole() {
        assertThat(write("/cgroup/max", OpenFile.O_WRONLY, "1".repeat(4096))).isEqualTo("4096");
        assertThat(write("/cgroup/max", OpenFile.O_WRONLY, "1".repeat(4097))).isEqualTo("E2BIG");
        assertThat(write("/sysfs/max", OpenFile.O_WRONLY, "1".repeat(5000))).isEqualTo("4096");
        assertThat(write("/plain/reclaim", OpenFile.O_WRONLY, "x".repeat(100_000)))
                .isEqualTo("100000");
        assertThat(toy.last).hasSize(100_000);
        assertThat(write("/cgroup/max", OpenFile.O_WRONLY | O_TRUNC | O_CREAT, "4096"))
                .isEqualTo("4");
        assertThat(write("/cgroup/new", OpenFile.O_WRONLY | O_CREAT, "1")).isEqualTo("EACCES");
        assertThat(write("/cgroup/new", OpenFile.O_WRONLY, "1")).isEqualTo("ENOENT");
        assertThat(write("/cgroup/stat", OpenFile.O_WRONLY, "1")).isEqualTo("EINVAL");
        assertThat(write("/sysfs/stat", OpenFile.O_WRONLY, "1")).isEqualTo("EACCES");
        assertThat(write("/proc/stat", OpenFile.O_WRONLY, "1")).isEqualTo("EIO");
        assertThat(toy.maxPages).isEqualTo(1);
    }

    @Test
    void theKernelLog() throws Exception {
        Machine machine = new Machine(MachineConfig.defaults());
        new DevFs(machine).mountAt(kernfs.root().addDir("dev", FsKind.PLAIN));
        machine.klog().info(0, "one");
        assertThat(sh("echo '<3>two' >m/dev/kmsg").status()).isZero();
        String both = "6,0,0,-;one\n11,1,0,-;two\n";
        assertThat(sh("dd if=m/dev/kmsg iflag=nonblock bs=8k count=2 status=none"))
                .isEqualTo(new Ran(0, both));
        // A reader that waits is ended by a signal.
        assertThat(sh("timeout -s INT 1 cat m/dev/kmsg")).isEqualTo(new Ran(124, both));
        try (FileChannel log = FileChannel.open(Path.of(at + "/dev/kmsg"))) {
            ByteBuffer buf = ByteBuffer.allocate(100);
            assertThat(log.read(buf)).isEqualTo("6,0,0,-;one\n".length());
            log.position(0);
            assertThat(log.read(buf)).isEqualTo("6,0,0,-;one\n".length());
            assertThat(log.size()).isGreaterThan(1L << 30);
        }
    }

    @Test
    void readPositions() {
        int fd = open("/cgroup/shows", OpenFile.O_RDONLY);
        byte[] buf = new byte[16];
        toy.shows = 99;
        assertThat(LibC.C.read(fd, buf, 2)).isEqualTo(2);
        assertThat(LibC.C.read(fd, buf, 16)).isEqualTo(2);
        assertThat(LibC.C.read(fd, buf, 16)).isZero();
        assertThat(toy.shows).isEqualTo(100);
        assertThat(LibC.C.pread(fd, buf, 16, 0)).isEqualTo(4);
        assertThat(toy.shows).isEqualTo(101);
        LibC.C.close(fd);
    }

    @Test
    void removedDirectories() {
        assertThat(LibC.C.mkdir(at + "/cgroup/a", 0755)).isZero();
        int fd = open("/cgroup/a/max", OpenFile.O_RDWR);
        byte[] buf = new byte[16];
        assertThat(LibC.C.read(fd, buf, 16)).isEqualTo(4);
        assertThat(LibC.C.rmdir(at + "/cgroup/a")).isZero();
        assertThat(LibC.result(LibC.C.pread(fd, buf, 16, 0))).isEqualTo("ENODEV");
        assertThat(LibC.result(LibC.C.write(fd, buf, 1))).isEqualTo("ENODEV");
        assertThat(LibC.pollPri(fd, 1000)).isEqualTo(OpenFile.POLLPRI | OpenFile.POLLERR);
        assertThat(LibC.C.close(fd)).isZero();
        assertThat(LibC.result(LibC.C.rmdir(at + "/cgroup/a"))).isEqualTo("ENOENT");
        assertThat(LibC.result(LibC.C.rmdir(at + "/cgroup"))).isEqualTo("EBUSY");
        assertThat(LibC.result(LibC.C.unlink(at + "/cgroup/max"))).isEqualTo("EPERM");
        String longName = at + "/cgroup/" + "n".repeat(1000);
        assertThat(LibC.C.mkdir(longName, 0755)).isZero();
        assertThat(LibC.C.rmdir(longName)).isZero();
    }

    /** A name the kernel remembers (entry_timeout) must not outlive its file by as much as one call. */
    @Test
    void rememberedNamesAreAskedFor() {
        assertThat(Files.exists(Path.of(at, "cgroup", "hideable"))).isTrue();
        toy.hidden = true;
        assertThat(Files.exists(Path.of(at, "cgroup", "hideable"))).isFalse();
        assertThat(LibC.result(open("/cgroup/hideable", OpenFile.O_RDONLY))).isEqualTo("ENOENT");
        toy.hidden = false;
        assertThat(Files.exists(Path.of(at, "cgroup", "hideable"))).isTrue();
    }

    @Test
    void aSignalEndsASlowWrite() throws Exception {
        long startNs = System.nanoTime();
        Ran ran = sh("timeout -s INT 0.3 sh -c 'echo 1 > m/cgroup/slow'; echo status $?");
        assertThat(ran.output()).contains("status 124");
        assertThat(System.nanoTime() - startNs).isLessThan(TimeUnit.SECONDS.toNanos(5));
        assertThat(sh("cat m/cgroup/max").output()).as("the server lives on").isEqualTo("max\n");
    }

    // One file each: the kernel lets one writer at a time into a FUSE inode (i_rwsem), before we hear of it.
    @Test
    void slowWritersDoNotBlockReaders() throws Exception {
        List<Process> writers = new ArrayList<>();
        try {
            for (int i = 0; i < 12; i++) {
                String script = "mkdir m/cgroup/w" + i + " && echo 1 > m/cgroup/w" + i + "/slow";
                writers.add(new ProcessBuilder("sh", "-c", script)
                        .directory(temp.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start());
            }
            for (int i = 0; i < 100; i++) {
                assertThat(sh("cat m/cgroup/max").output()).isEqualTo("max\n");
            }
            assertThat(writers).allMatch(Process::isAlive);
        } finally {
            for (Process writer : writers) {
                writer.destroyForcibly();
                assertThat(writer.waitFor(10, TimeUnit.SECONDS))
                        .as("EINTR reaches a killed writer")
                        .isTrue();
            }
        }
    }

    // Each writer keeps a thread busy for a moment, again and again: no more are needed than there are writers.
    @Test
    void threadsAreKeptForTheNextRequest() throws Exception {
        int writers = 16;
        List<Callable<String>> calls = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            String dir = "/cgroup/t" + i;
            assertThat(LibC.C.mkdir(at + dir, 0755)).isZero();
            calls.add(() -> {
                String last = "";
                for (int n = 0; n < 300; n++) {
                    last = write(dir + "/max", OpenFile.O_WRONLY, "4096");
                }
                return last;
            });
        }
        ExecutorService clients = Executors.newFixedThreadPool(writers);
        try {
            for (Future<String> call : clients.invokeAll(calls)) {
                assertThat(call.get()).isEqualTo("4");
            }
        } finally {
            clients.shutdown();
        }
        int newest = Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("reclaimfs-fuse-"))
                .mapToInt(name -> Integer.parseInt(name.substring("reclaimfs-fuse-".length())))
                .max()
                .orElse(0);
        assertThat(newest).as("threads ever started").isBetween(1, writers + 4);
    }

    private static int nice() throws IOException {
        return nice(Path.of("/proc/thread-self"));
    }

    private static int nice(Path thread) throws IOException {
        String stat = Files.readString(thread.resolve("stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[16]);
    }

    @Test
    void whoGivesWayIsNicerThanTheOthers() throws Exception {
        int before = nice();
        List<Integer> seen = new ArrayList<>();
        ExecutorService model = Executors.newSingleThreadExecutor();
        try {
            model.submit(() -> {
                        mount.giveWayToRequests();
                        return seen.add(nice());
                    })
                    .get();
        } finally {
            model.shutdown();
        }
        assertThat(seen).containsExactly(Math.min(before + 5, 19));
        assertThat(nice()).as("of everyone else").isEqualTo(before);
        List<Integer> compilers = new ArrayList<>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path thread : threads) {
                try {
                    if (Files.readString(thread.resolve("comm")).startsWith("C2 Compiler")) {
                        compilers.add(nice(thread));
                    }
                } catch (IOException e) {
                    continue; // it has ended; one of them never does
                }
            }
        }
        assertThat(compilers).isNotEmpty().containsOnly(Math.min(before + 5, 19));
    }

    @Test
    void pollWakesOnAnEvent() {
        int fd = open("/cgroup/events", OpenFile.O_RDONLY);
        byte[] buf = new byte[16];
        int event = OpenFile.POLLPRI | OpenFile.POLLERR;
        assertThat(LibC.pollPri(fd, 1000)).as("never read").isEqualTo(event);
        LibC.C.read(fd, buf, 16);
        assertThat(LibC.pollPri(fd, 50)).isZero();
        Thread later = new Thread(() -> {
            try {
                TimeUnit.MILLISECONDS.sleep(100); // so that poll waits first; the outcome does not depend on it
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            toy.events++;
        });
        later.start();
        assertThat(LibC.pollPri(fd, 10_000)).isEqualTo(event);
        LibC.C.pread(fd, buf, 16, 0);
        assertThat(LibC.pollPri(fd, 50)).isZero();
        LibC.C.close(fd);
    }

    @Test
    void extendedAttributes() {
        byte[] value = {'v'};
        String dir = at + "/cgroup";
        assertThat(LibC.C.setxattr(dir, "user.oomd", value, 1, 0)).isZero();
        assertThat(LibC.C.getxattr(dir, "user.oomd", new byte[8], 8)).isEqualTo(1);
        byte[] list = new byte[64];
        assertThat(LibC.C.listxattr(dir, list, 64)).isEqualTo(10);
        assertThat(new String(list, 0, 10, StandardCharsets.UTF_8)).isEqualTo("user.oomd\0");
        assertThat(LibC.result(LibC.C.getxattr(dir, "user.no", new byte[8], 8))).isEqualTo("ENODATA");
        assertThat(LibC.result(LibC.C.setxattr(at + "/sysfs/max", "user.x", value, 1, 0)))
                .isEqualTo("EOPNOTSUPP");
    }

    @Test
    void whatIsMissingIsSaid() throws Exception {
        assertThatThrownBy(() -> FuseMount.start(kernfs, temp.resolve("absent"), FuseOptions.DEFAULT))
                .isInstanceOf(MountException.class)
                .hasMessageContaining("does not exist");
        Path file = Files.createFile(temp.resolve("file"));
        assertThatThrownBy(() -> FuseMount.start(kernfs, file, FuseOptions.DEFAULT))
                .isInstanceOf(MountException.class)
                .hasMessageContaining("not a directory");
    }

    @Test
    void aSignalIsAskedForOnlyByTheServingThread() {
        LibFuse2 lib = LibraryLoader.create(LibFuse2.class).load("libfuse.so.2");
        assertThatIllegalStateException().isThrownBy(() -> new Interrupts(lib).pending());
    }

    @Test
    void anotherMayUnmount() throws Exception {
        assertThat(sh("fusermount -u m || fusermount3 -u m").status()).isZero();
        assertThat(mount.awaitUnmounted(10, TimeUnit.SECONDS)).isTrue();
    }
}
