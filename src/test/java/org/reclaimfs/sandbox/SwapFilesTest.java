package org.reclaimfs.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.ErrnoException;

/** Real files of a real file system, and a directory in the place of the machine's tree, which says what was written to it. */
final class SwapFilesTest {
    private static final int PAGES = 16;

    private final Kernel kernel = Objects.requireNonNull(Kernel.ofThisMachine());
    private Path dir = Path.of("");
    private Path file = Path.of("");
    private SwapFiles files = new SwapFiles(kernel, "");

    /** Not in /tmp, which may be a tmpfs: that has no swap files. */
    @BeforeEach
    void aFileAndATree() throws IOException {
        dir = Files.createTempDirectory(Path.of("target"), "swap files ").toAbsolutePath();
        Files.createDirectories(dir.resolve("reclaimfs"));
        Files.createDirectories(dir.resolve("proc"));
        Files.createFile(dir.resolve("reclaimfs/swapfile"));
        active("/dev/vda");
        file = Files.write(dir.resolve("f"), new byte[PAGES * 4096 + 100]);
        files = new SwapFiles(kernel, dir.toString());
    }

    @AfterEach
    void remove() throws IOException {
        try (var all = Files.walk(dir)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private void active(String name) throws IOException {
        String shown = name.replace(" ", "\\040");
        Files.writeString(dir.resolve("proc/swaps"), "Filename Type\n" + shown + " file\t\t60\t\t0\t\t-1\n");
    }

    /** What the machine was told, but for the page; or the errno. */
    private String swapon(Path path) throws IOException {
        Path told = dir.resolve("reclaimfs/swapfile");
        Files.write(told, new byte[0]);
        try {
            int fd = kernel.open(path.toString(), Kernel.O_PATH);
            try {
                files.on(fd, 7);
            } finally {
                kernel.close(fd);
            }
        } catch (ErrnoException e) {
            return e.errno().name();
        }
        byte[] bytes = Files.readAllBytes(told);
        assertThat(bytes[bytes.length - 4097]).isZero();
        return new String(bytes, 0, bytes.length - 4097, StandardCharsets.UTF_8).replace(dir.toString(), "DIR");
    }

    private String name(Path path) throws ErrnoException {
        int fd = kernel.open(path.toString(), Kernel.O_PATH);
        try {
            return files.name(fd).replace(dir.toString(), "DIR");
        } finally {
            kernel.close(fd);
        }
    }

    @Test
    void theMachineIsToldSizeBlocksAndPath() throws IOException {
        assertThat(swapon(file)).isEqualTo("7 16 whole - DIR/f");
        assertThat(swapon(Files.createSymbolicLink(dir.resolve("l"), file))).isEqualTo("7 16 whole - DIR/f");
        assertThat(swapon(Files.write(dir.resolve("\u00fc 1"), new byte[4095]))).isEqualTo("7 0 whole - DIR/\u00fc 1");
    }

    @Test
    void theFirstPageIsTheFiles() throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(4086);
            bytes.writeBytes("SWAPSPACE2");
        }
        swapon(file);
        assertThat(Files.readString(dir.resolve("reclaimfs/swapfile"))).endsWith("\0SWAPSPACE2");
    }

    @Test
    void holesAreFoundWhereverTheyAre() throws IOException {
        Path sparse = dir.resolve("sparse");
        try (RandomAccessFile bytes = new RandomAccessFile(sparse.toFile(), "rw")) {
            bytes.setLength(1 << 20);
            assertThat(swapon(sparse)).startsWith("7 256 holes");
            for (int page = 0; page < 256; page++) {
                bytes.seek(page * 4096L);
                if (page != 200) {
                    bytes.write(new byte[4096]);
                }
            }
            assertThat(swapon(sparse)).startsWith("7 256 holes");
            bytes.seek(200 * 4096L);
            bytes.write(new byte[4096]);
            assertThat(swapon(sparse)).startsWith("7 256 whole");
            bytes.setLength((1 << 20) + 4096);
            assertThat(swapon(sparse)).as("at the end").startsWith("7 257 holes");
        }
    }

    @Test
    void aFileIsKnownByEachOfItsNames() throws IOException, ErrnoException {
        swapon(file);
        active(file.toString());
        Path link = Files.createLink(dir.resolve("link"), file);
        assertThat(swapon(link)).isEqualTo("EBUSY");
        assertThat(name(link)).isEqualTo("DIR/f");
        Files.delete(file);
        assertThat(name(link)).as("the name that the machine has").isEqualTo("DIR/f");
        active("/dev/vda"); // a step has ended it
        assertThat(name(link)).isEqualTo("DIR/link");
        assertThat(swapon(link)).isEqualTo("7 16 whole - DIR/link");
    }

    @Test
    void aMemoryFileSystemHasNoBlocks() throws IOException {
        Path memory = Files.createTempFile(Path.of("/dev/shm"), "swap", "");
        try {
            assertThat(swapon(Files.write(memory, new byte[8192]))).isEqualTo("EINVAL");
        } finally {
            Files.delete(memory);
        }
    }
}
