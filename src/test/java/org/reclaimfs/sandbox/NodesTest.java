package org.reclaimfs.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NodesTest {
    @ParameterizedTest(name = "dev_t {0} is {1}")
    @CsvSource({
        "0x700, 7:0",
        "0x7ff, 7:255",
        "0x100700, 7:256", // minors above 255 are behind the major
        "0xfff007ff, 7:1048575",
        "66304, 259:0",
    })
    void numbers(String rdev, String number) {
        assertThat(Nodes.number(Long.decode(rdev))).isEqualTo(number);
    }

    @Test
    void aDeviceIsFoundByTheLinkOfItsNumber(@TempDir Path tree) throws IOException {
        Path links = Files.createDirectories(tree.resolve("sys/dev/block"));
        Files.createSymbolicLink(links.resolve("7:3"), Path.of("../../devices/virtual/block/zram0"));
        assertThat(Nodes.device(tree.toString(), "7:3")).isEqualTo("zram0");
        assertThat(Nodes.device(tree.toString(), "254:0")).isNull();
    }

    @Test
    void aDescriptorOfAnotherKindHasNoNumber() throws IOException {
        try (var file = new java.io.FileInputStream("/dev/null")) {
            assertThat(file.available()).isZero();
            Path descriptors = Path.of("/proc/self/fd");
            try (var all = Files.list(descriptors)) {
                int none = all.mapToInt(
                                path -> Integer.parseInt(path.getFileName().toString()))
                        .filter(fd -> leadsTo(fd, "/dev/null"))
                        .findFirst()
                        .orElseThrow();
                assertThat(Nodes.number(none)).isNull();
            }
        }
    }

    private static boolean leadsTo(int fd, String path) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd))
                    .toString()
                    .equals(path);
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }
}
