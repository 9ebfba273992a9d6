package org.reclaimfs.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.Kernfs;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.kernfs.ToyGate;
import org.reclaimfs.kernfs.ToyTree;
import ru.serce.jnrfuse.FuseFillDir;
import ru.serce.jnrfuse.struct.FileStat;

/** Call sequences on the adapter itself; no mount, no kernel. */
final class FuseFsTest {
    private final Runtime runtime = Runtime.getSystemRuntime();
    private final ToyTree.Toy toy = new ToyTree.Toy();
    private final Kernfs kernfs = ToyTree.build(new ToyGate(false), toy);
    private final FuseFs fs = new FuseFs(
            kernfs,
            new NativeStat(runtime),
            () -> Caller.ROOT,
            Signal.NEVER,
            new PollWatch<>(kernfs::peek, handle -> {}, handle -> {}),
            new NodeFiles(),
            new ModifyNotices(kernfs::notifications, file -> {}));
    private final Pointer info = direct(40);
    private final Pointer buf = direct(8192);

    private Pointer direct(int bytes) {
        return runtime.getMemoryManager().allocateDirect(bytes, true);
    }

    private static int errno(Errno errno) {
        return -errno.number();
    }

    private String text(int count) {
        byte[] bytes = new byte[count];
        buf.get(0, bytes, 0, count);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private int put(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        buf.put(0, bytes, 0, bytes.length);
        return bytes.length;
    }

    @Test
    void echoThenCat() {
        info.putInt(0, OpenFile.O_RDWR | 01000); // O_TRUNC
        assertThat(fs.truncate("/cgroup/max")).isZero();
        assertThat(fs.open("/cgroup/max", info)).isZero();
        assertThat(fs.write(null, buf, put("1M\n"), 0, info)).isEqualTo(3);
        assertThat(text(fs.read(null, buf, 4, 0, info))).isEqualTo("1048");
        assertThat(text(fs.read(null, buf, 4096, 4, info))).isEqualTo("576\n");
        assertThat(fs.read(null, buf, 4096, 8, info)).isZero();
        assertThat(fs.release(null, info)).isZero();
        assertThat(fs.open().count()).isZero();
        assertThat(fs.read(null, buf, 4096, 0, info)).isEqualTo(errno(Errno.EBADF));
    }

    @Test
    void attributesLandInTheStructure() {
        Pointer raw = direct(new NativeStat(runtime).size());
        assertThat(fs.getattr("/plain/disk", raw)).isZero();
        FileStat stat = FileStat.of(raw);
        assertThat(stat.st_mode.intValue()).isEqualTo(0100600);
        assertThat(stat.st_size.longValue()).isEqualTo(8192);
        assertThat(stat.st_nlink.intValue()).isEqualTo(1);
        assertThat(stat.st_blksize.longValue()).isEqualTo(4096);
        assertThat(stat.st_mtim.tv_sec.get()).isEqualTo(1_600_000_000L);
        assertThat(fs.getattr("/absent", raw)).isEqualTo(errno(Errno.ENOENT));
    }

    @Test
    void readdirGivesTypesAndNumbers() {
        List<String> lines = new ArrayList<>();
        FuseFillDir filler = (into, name, raw, offset) -> {
            FileStat stat = FileStat.of(raw);
            lines.add(StandardCharsets.UTF_8.decode(name).toString().replace("\0", "") + " "
                    + Integer.toOctalString(stat.st_mode.intValue()) + " " + (stat.st_ino.longValue() > 0));
            return 0;
        };
        assertThat(fs.opendir("/cgroup", info)).isZero();
        assertThat(fs.readdir(null, buf, filler, direct(new NativeStat(runtime).size()), info))
                .isZero();
        assertThat(lines).startsWith(". 40000 true", ".. 40000 true").contains("max 100000 true", "sub 40000 true");
        assertThat(fs.releasedir(null, info)).isZero();
    }

    @Test
    void rmdirUnderAnOpenFile() {
        assertThat(fs.mkdir("/cgroup/a", 040755)).isZero();
        assertThat(fs.mkdir("/cgroup/a", 040755)).isEqualTo(errno(Errno.EEXIST));
        info.putInt(0, OpenFile.O_RDWR);
        assertThat(fs.open("/cgroup/a/max", info)).isZero();
        assertThat(fs.rmdir("/cgroup/a")).isZero();
        assertThat(fs.read(null, buf, 10, 0, info)).isEqualTo(errno(Errno.ENODEV));
        assertThat(fs.write(null, buf, 1, 0, info)).isEqualTo(errno(Errno.ENODEV));
        assertThat(fs.poll(null, info, null, buf)).isZero();
        assertThat(buf.getInt(0)).isEqualTo(OpenFile.POLL_DEFAULT | OpenFile.POLLERR | OpenFile.POLLPRI);
        assertThat(fs.release(null, info)).isZero();
    }

    @Test
    void extendedAttributesAskForTheLengthFirst() {
        int length = put("value");
        assertThat(fs.setxattr("/cgroup", "user.x", buf, length, 0)).isZero();
        assertThat(fs.getxattr("/cgroup", "user.x", buf, 0)).isEqualTo(5);
        assertThat(fs.getxattr("/cgroup", "user.x", buf, 4)).isEqualTo(errno(Errno.ERANGE));
        assertThat(text(fs.getxattr("/cgroup", "user.x", buf, 100))).isEqualTo("value");
        assertThat(text(fs.listxattr("/cgroup", buf, 100))).isEqualTo("user.x\0");
        assertThat(fs.removexattr("/cgroup", "user.x")).isZero();
        assertThat(fs.getxattr("/cgroup", "user.x", buf, 0)).isEqualTo(errno(Errno.ENODATA));
    }

    @Test
    void aFaultInARowIsEioAndNothingWorse() {
        FileSpec<String> broken = FileSpec.ro("broken", subject -> true, (subject, out, file) -> {
            throw new IllegalStateException("a broken promise (this line in the log is expected)");
        });
        kernfs.root().attach(List.of(broken), "subject");
        info.putInt(0, OpenFile.O_RDONLY);
        assertThat(fs.open("/broken", info)).isZero();
        assertThat(fs.read(null, buf, 10, 0, info)).isEqualTo(errno(Errno.EIO));
        assertThat(fs.release(null, info)).isZero();
        assertThat(fs.getattr("/cgroup/max", direct(new NativeStat(runtime).size())))
                .isZero();
    }

    /** Random buffer sizes: the pieces of a file read in order are always the file of one moment. */
    @Test
    void piecesAreOneMoment() {
        SplittableRandom random = new SplittableRandom(11);
        info.putInt(0, OpenFile.O_RDONLY);
        for (int round = 0; round < 200; round++) {
            assertThat(fs.open("/cgroup/stat", info)).isZero();
            StringBuilder whole = new StringBuilder();
            int count;
            do {
                count = fs.read(null, buf, 1 + random.nextInt(700), whole.length(), info);
                whole.append(text(count));
            } while (count > 0);
            assertThat(whole.toString()).hasLineCount(55).endsWith("\n");
            assertThat(fs.release(null, info)).isZero();
        }
    }
}
