package org.reclaimfs.kernfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.Shapes.always;
import static org.reclaimfs.kernfs.Shapes.number;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;

/** Files that only some kernels have. */
final class KernelVersionTest {
    private static Kernfs tree(String version) {
        Kernfs fs = new Kernfs(new ToyGate(false), () -> 0, KernelVersion.of(version));
        List<FileSpec<Object>> rows = List.of(
                ro("old", always(), number(o -> 1)).until("6.12"),
                ro("middle", always(), number(o -> 2)).since("6.2").until("7.0"),
                ro("every", always(), number(o -> 3)),
                ro("new", always(), number(o -> 4)).since("7.2").multiRecord().with(0400));
        fs.root().attach(rows, new Object());
        return fs;
    }

    @ParameterizedTest(name = "{0} has {1}")
    @CsvSource({
        "6.1, old every",
        "6.2, old middle every",
        "6.12, old middle every",
        "6.13, middle every",
        "7.0, middle every",
        "7.2, every new",
        "10.0, every new"
    })
    void aTreeHasTheFilesOfItsKernel(String version, String names) throws ErrnoException {
        Kernfs fs = tree(version);
        List<String> expected = List.of(names.split(" "));
        assertThat(fs.opendir("/", Caller.ROOT).entries())
                .extracting(DirEntry::name)
                .containsExactlyInAnyOrderElementsOf(expected);
        for (String name : List.of("old", "middle", "every", "new")) {
            if (expected.contains(name)) {
                assertThat(fs.readText("/" + name)).isNotEmpty();
            } else {
                assertThatThrownBy(() -> fs.open("/" + name, OpenFile.O_RDONLY, Caller.ROOT))
                        .isInstanceOfSatisfying(
                                ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
            }
        }
    }

    @Test
    void versionsCompareByNumber() {
        assertThat(KernelVersion.of("6.12"))
                .isGreaterThan(KernelVersion.of("6.2"))
                .isLessThan(KernelVersion.MIRRORED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "7.2.13", "7.x", "."})
    void otherTextIsRefused(String text) {
        assertThatThrownBy(() -> KernelVersion.of(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
