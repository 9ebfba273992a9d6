package org.reclaimfs.devfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.FsKind;
import org.reclaimfs.kernfs.KernelVersion;
import org.reclaimfs.kernfs.Kernfs;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.kernfs.ToyGate;
import org.reclaimfs.klog.Klog;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.machine.MachineConfig;

/** /dev/kmsg as its readers and writers use it. */
final class KmsgFileTest {
    private static final String PATH = "/dev/kmsg";

    private final Machine machine = new Machine(MachineConfig.defaults());
    private final Klog log = machine.klog();
    private final Kernfs fs = new Kernfs(new ToyGate(false), () -> 0, KernelVersion.MIRRORED);
    private OpenFile file;
    private long offset;

    @BeforeEach
    void mount() throws ErrnoException {
        new DevFs(machine).mountAt(fs.root().addDir("dev", FsKind.PLAIN));
        file = open(OpenFile.O_NONBLOCK);
    }

    private OpenFile open(int flags) throws ErrnoException {
        return fs.open(PATH, flags, Caller.ROOT);
    }

    private String read(OpenFile from, int size, Signal signal) throws ErrnoException {
        StringBuilder text = new StringBuilder();
        offset += fs.read(
                from,
                offset,
                size,
                (bytes, at, length) -> text.append(new String(bytes, at, length, StandardCharsets.US_ASCII)),
                signal);
        return text.toString();
    }

    private String read() throws ErrnoException {
        return read(file, 8192, Signal.NEVER);
    }

    private void refused(Errno errno, int size) {
        assertThatThrownBy(() -> read(file, size, Signal.NEVER))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @Test
    void aReadIsARecord() throws ErrnoException {
        log.warn(1_234_567_891, "one");
        log.err(2_000_000_000, "two\\ with\ttab\n and é\n");
        assertThat(read()).isEqualTo("4,0,1234567,-;one\n");
        assertThat(read()).isEqualTo("3,1,2000000,-;two\\x5c with\\x09tab\\x0a and \\xc3\\xa9\n");
        refused(Errno.EAGAIN, 8192);
        log.info(0, "three");
        assertThat(read()).isEqualTo("6,2,0,-;three\n");
    }

    @Test
    void seeking() throws ErrnoException {
        log.info(0, "a");
        log.info(0, "b");
        read();
        offset = 0; // SEEK_SET, SEEK_DATA
        assertThat(read()).endsWith(";a\n");
        offset = fs.stat(file.ref()).sizeBytes(); // SEEK_END
        refused(Errno.EAGAIN, 8192);
        log.info(0, "c");
        assertThat(read()).endsWith(";c\n");
        offset = 0;
        assertThat(read()).endsWith(";a\n");
    }

    @Test
    void whoIsOverrunIsToldOnce() throws ErrnoException {
        log.info(0, "first");
        read();
        log.info(0, "second");
        while (log.firstSeq() < 100) {
            log.info(0, "flood");
        }
        assertThat(fs.peek(file)).isEqualTo(OpenFile.POLL_READABLE | OpenFile.POLLERR | OpenFile.POLLPRI);
        refused(Errno.EPIPE, 8192);
        assertThat(read()).isEqualTo("6,100,0,-;flood\n");
    }

    @Test
    void aSmallBufferIsRefusedAndTheRecordPassed() throws ErrnoException {
        log.info(0, "a long line");
        log.info(0, "b");
        refused(Errno.EINVAL, 10);
        assertThat(read()).endsWith(";b\n");
    }

    @Test
    void aBlockingReadWaitsForARecordOrASignal() throws ErrnoException {
        OpenFile blocking = open(OpenFile.O_RDONLY);
        int[] asked = {0};
        assertThat(read(blocking, 8192, () -> {
                    if (++asked[0] == 5) {
                        log.info(7_000, "at last");
                    }
                    return false;
                }))
                .isEqualTo("6,0,7,-;at last\n");
        assertThatThrownBy(() -> read(blocking, 8192, () -> true))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINTR));
    }

    @Test
    void pollSaysWhenThereIsSomethingToRead() throws ErrnoException {
        assertThat(fs.peek(file)).isZero();
        log.info(0, "a");
        assertThat(fs.poll(file)).isEqualTo(OpenFile.POLL_READABLE);
        read();
        assertThat(fs.poll(file)).isZero();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "hello, '12,0,0,-;hello\n'",
        "<3>bad, '11,0,0,-;bad\n'",
        "<30>daemon, '30,0,0,-;daemon\n'",
        "<x>odd, '12,0,0,-;<x>odd\n'",
        "<6, '12,0,0,-;<6\n'",
    })
    void aWriteIsARecord(String text, String line) throws ErrnoException {
        fs.writeText(PATH, text + "\n", Signal.NEVER);
        assertThat(read()).isEqualTo(line);
    }

    @Test
    void aWriterIsLimited() throws ErrnoException {
        assertThatThrownBy(() -> fs.writeText(PATH, "x".repeat(1025), Signal.NEVER))
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
        OpenFile writer = open(OpenFile.O_WRONLY);
        for (int i = 0; i < 15; i++) {
            assertThat(fs.write(writer, new byte[] {'x'}, 0, Signal.NEVER)).isEqualTo(1);
        }
        assertThat(log.nextSeq()).isEqualTo(10);
    }

    @Test
    void theWholeLogIsReadAsOneText() throws ErrnoException {
        log.info(0, "a");
        log.info(0, "b");
        assertThat(fs.readText(PATH)).isEqualTo("6,0,0,-;a\n6,1,0,-;b\n");
    }
}
