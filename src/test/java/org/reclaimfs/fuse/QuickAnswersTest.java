package org.reclaimfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.Kernfs;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.kernfs.Stat;
import org.reclaimfs.kernfs.ToyGate;
import org.reclaimfs.kernfs.ToyTree;

/** Requests as the kernel sends them, without a kernel. The node number is 0 throughout: that of threads outside the loop. */
final class QuickAnswersTest {
    private static final int ROOM = 20_000;
    private static final long UNIQUE = 77;

    private final Runtime runtime = Runtime.getSystemRuntime();
    private final ToyTree.Toy toy = new ToyTree.Toy();
    private final Kernfs kernfs = ToyTree.build(new ToyGate(false), toy);
    private final NodeFiles nodes = new NodeFiles();
    private final FuseFs fs = new FuseFs(
            kernfs,
            new NativeStat(runtime),
            () -> Caller.ROOT,
            Signal.NEVER,
            new PollWatch<>(kernfs::peek, handle -> {}, handle -> {}),
            nodes,
            new ModifyNotices(kernfs::notifications, file -> {}));
    private final Pointer request = direct(80);
    private final Pointer answer = direct(ROOM);
    private boolean wanted = true;
    private final QuickAnswers answers =
            new QuickAnswers(kernfs, fs, nodes, Caller.Plain::new, (bytes, count) -> wanted, answer, ROOM);

    private Pointer direct(int bytes) {
        return runtime.getMemoryManager().allocateDirect(bytes, true);
    }

    private Pointer request(int opcode) {
        request.putInt(Wire.OPCODE, opcode);
        request.putLong(Wire.UNIQUE, UNIQUE);
        return request;
    }

    /** The error of the answer, 0 if none; its length and number are checked. */
    private int error() {
        assertThat(answer.getLong(Wire.OUT_UNIQUE)).isEqualTo(UNIQUE);
        return answer.getInt(Wire.OUT_ERROR);
    }

    private long openByPath(String path) {
        return openByPath(path, OpenFile.O_RDONLY);
    }

    private long openByPath(String path, int flags) {
        Pointer info = direct(40);
        info.putInt(0, flags);
        assertThat(fs.open(path, info)).isZero();
        return info.getLong(24);
    }

    private boolean open(int flags) {
        request(Wire.OPEN).putInt(Wire.OPEN_FLAGS, flags);
        return answers.answer(request);
    }

    private boolean read(long handle, long offset, int size) {
        request(Wire.READ).putLong(Wire.HANDLE, handle);
        request.putLong(Wire.READ_OFFSET, offset);
        request.putInt(Wire.READ_SIZE, size);
        return answers.answer(request);
    }

    private String text() {
        assertThat(error()).isZero();
        byte[] bytes = new byte[answer.getInt(Wire.OUT_LENGTH) - Wire.OUT];
        answer.get(Wire.OUT, bytes, 0, bytes.length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private boolean release(long handle) {
        request(Wire.RELEASE).putLong(Wire.HANDLE, handle);
        return answers.answer(request);
    }

    @Test
    void aFileOpenedOnceByItsPathIsOpenedReadAndClosedByItsNumber() throws Exception {
        assertThat(open(OpenFile.O_RDONLY)).isFalse();
        long first = openByPath("/cgroup/stat");
        assertThat(open(OpenFile.O_RDONLY)).isTrue();
        assertThat(answer.getInt(Wire.OUT_LENGTH)).isEqualTo(32);
        assertThat(answer.getInt(Wire.OUT_OPEN_FLAGS)).isEqualTo(1);
        long second = answer.getLong(Wire.OUT_HANDLE);
        assertThat(second).isNotEqualTo(first).isNotZero();

        String whole = kernfs.readText("/cgroup/stat");
        assertThat(read(second, 0, 4096)).isTrue();
        assertThat(text()).isEqualTo(whole);
        assertThat(read(first, 0, 100)).isTrue();
        assertThat(text()).isEqualTo(whole.substring(0, 100));
        assertThat(read(first, 100, 4096)).isTrue();
        assertThat(text()).isEqualTo(whole.substring(100));
        assertThat(read(first, whole.length(), 4096)).isTrue();
        assertThat(text()).isEmpty();

        assertThat(release(first)).isTrue();
        assertThat(error()).isZero();
        assertThat(release(second)).isTrue();
        assertThat(fs.open().count()).isZero();
    }

    @Test
    void refusalsAreTheFilesOwn() {
        long handle = openByPath("/cgroup/reclaim");
        assertThat(read(handle, 0, 10)).isTrue();
        assertThat(error()).isEqualTo(-Errno.EINVAL.number());
        assertThat(answer.getInt(Wire.OUT_LENGTH)).isEqualTo(16);
        openByPath("/sysfs/reclaim", OpenFile.O_WRONLY);
        assertThat(open(OpenFile.O_RDONLY)).isTrue();
        assertThat(error()).isEqualTo(-Errno.EACCES.number());
        assertThat(answer.getInt(Wire.OUT_LENGTH)).isEqualTo(16);
    }

    @Test
    void whatLibfuseMustSeeIsLeftToIt() {
        long disk = openByPath("/plain/disk");
        assertThat(read(disk, 0, 512)).as("a file that may wait").isFalse();
        assertThat(read(openByPath("/cgroup/takes"), 0, 512))
                .as("a read that changes something, and may wait for what follows")
                .isFalse();
        openByPath("/cgroup/long");
        request.putInt(Wire.UID, 1000);
        assertThat(open(OpenFile.O_RDONLY)).as("another user").isFalse();
        request.putInt(Wire.UID, 0);
        assertThat(read(disk + (1L << 40), 0, 512)).as("no such handle").isFalse();
        long file = openByPath("/cgroup/long");
        assertThat(read(file, 0, ROOM)).as("more than there is room for").isFalse();
        assertThat(read(file, 0, ROOM - 16)).isTrue();
        assertThat(text()).hasSize(10_000);
        request(16);
        assertThat(answers.answer(request)).as("a write").isFalse();
    }

    @Test
    void aRemovedFileTellsItsAttributesWhileItIsOpen() {
        assertThat(fs.mkdir("/cgroup/a", 0755)).isZero();
        long handle = openByPath("/cgroup/a/max");
        assertThat(answers.answer(request(Wire.GETATTR))).isTrue();
        assertThat(answer.getInt(Wire.ATTR_NLINK)).isEqualTo(1);
        assertThat(answer.getInt(Wire.ATTR_MODE)).isEqualTo(Stat.REGULAR | 0644);
        assertThat(answer.getLong(Wire.ATTR_TIMES)).isEqualTo(1_600_000_000L);

        assertThat(fs.rmdir("/cgroup/a")).isZero();
        assertThat(read(handle, 0, 10)).isTrue();
        assertThat(error()).isEqualTo(-Errno.ENODEV.number());
        assertThat(answers.answer(request(Wire.GETATTR))).isTrue();
        assertThat(answer.getInt(Wire.ATTR_NLINK)).isZero();
        assertThat(open(OpenFile.O_RDONLY)).as("its path is asked again").isFalse();
        assertThat(release(handle)).isTrue();
        assertThat(answers.answer(request(Wire.GETATTR))).isFalse();
        assertThat(nodes.size()).as("numbers that keep the directory in memory").isZero();
    }

    @Test
    void aPathThatLeadsToAnotherFileNowIsLearntAnew() {
        assertThat(fs.mkdir("/cgroup/a", 0755)).isZero();
        long old = openByPath("/cgroup/a/max");
        assertThat(fs.rmdir("/cgroup/a")).isZero();
        assertThat(fs.mkdir("/cgroup/a", 0755)).isZero();
        long now = openByPath("/cgroup/a/max");
        assertThat(open(OpenFile.O_RDONLY)).isTrue();
        assertThat(error()).isZero();
        release(old);
        assertThat(read(now, 0, 10)).isTrue();
        assertThat(text()).isEqualTo("max\n");
    }

    @Test
    void forgottenNumbersAreForgotten() {
        openByPath("/cgroup/max");
        assertThat(answers.answer(request(Wire.FORGET))).isFalse();
        assertThat(nodes.size()).isZero();
        openByPath("/cgroup/max");
        request(Wire.BATCH_FORGET).putInt(Wire.FORGET_COUNT, 2);
        request.putLong(Wire.FORGET_FIRST, 12);
        request.putLong(Wire.FORGET_FIRST + Wire.FORGET_BYTES, 0);
        assertThat(answers.answer(request)).isFalse();
        assertThat(nodes.size()).isZero();
    }

    @Test
    void anOpenThatNobodyWaitsForAnyMoreIsClosed() {
        release(openByPath("/cgroup/max"));
        wanted = false;
        assertThat(open(OpenFile.O_RDONLY)).isTrue();
        assertThat(fs.open().count()).isZero();
    }

    @Test
    void readingAllocatesNothing() {
        long handle = openByPath("/cgroup/stat");
        ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int reads = 2_000;
        long perRead = Long.MAX_VALUE;
        for (int round = 0; round < 5 && perRead > 0; round++) { // the first ones load classes
            long before = bean.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < reads; i++) {
                if (!read(handle, 0, 8192) || answer.getInt(Wire.OUT_LENGTH) < 2_000) {
                    throw new AssertionError("no text");
                }
            }
            perRead = (bean.getCurrentThreadAllocatedBytes() - before) / reads;
        }
        assertThat(perRead).as("bytes a read").isZero();
    }
}
