package org.reclaimfs.kernfs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;

final class ControlInputTest {
    @FunctionalInterface
    private interface Read {
        Object read(ControlInput in) throws ErrnoException;
    }

    private static String result(String text, Read read) {
        try {
            return String.valueOf(
                    read.read(ControlInput.of(text.replace("\\n", "\n").replace("\\t", "\t"))));
        } catch (ErrnoException e) {
            return e.errno().name();
        }
    }

    @ParameterizedTest(name = "memory.max <- \"{0}\" reads back {1}")
    @CsvSource({
        "4096, 4096",
        "4095, 0",
        "8191, 4096",
        "1M, 1048576",
        "1m, 1048576",
        "0x1000, 4096",
        "010000, 4096",
        "'', 0",
        "'\\n', 0",
        "'  max \\n', max",
        "MAX, EINVAL",
        "K, EINVAL",
        "-1, EINVAL",
        "+1, EINVAL",
        "1KB, EINVAL",
        "1 K, EINVAL",
        "1.5G, EINVAL",
        "08, EINVAL",
        "0x, EINVAL",
        "1e, 1152921504606846976",
        "0x1e, 0",
        "7E, 8070450532247928832",
        "8E, max",
        "16E, max",
        "99999999999999999999, max",
        "9223372036854767616, 9223372036854767616",
        "9223372036854771712, max",
        "1M junk, EINVAL",
        "maxx, EINVAL",
        "max 1, EINVAL",
        "null, EINVAL",
        "١, EINVAL",
        "'\\t1M\\n', 1048576",
    })
    void limits(String text, String expected) {
        String actual = result(text, in -> {
            long pages = in.pagesOrMax();
            return pages == Units.PAGE_COUNTER_MAX ? "max" : Long.toUnsignedString(Units.pagesToBytes(pages));
        });
        assertThat(actual).isEqualTo(expected);
    }

    @ParameterizedTest(name = "cgroup.freeze <- \"{0}\" gives {1}")
    @CsvSource({
        "1, 1",
        "0, 0",
        "01, 1",
        "'1 ', 1",
        "' 1\\n\\n', 1",
        "-1, ERANGE",
        "2, ERANGE",
        "x, EINVAL",
        "'', EINVAL"
    })
    void flags(String text, String expected) {
        assertThat(result(text, in -> in.integer(0, 1, Errno.ERANGE))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "cgroup.max.depth <- \"{0}\" gives {1}")
    @CsvSource({
        "max, 2147483647",
        "'max\\n', 2147483647",
        "0, 0",
        "-1, ERANGE",
        "abc, EINVAL",
        "2147483648, ERANGE",
        "' 5 ', 5",
        "MAX, EINVAL",
        "0x10, 16",
    })
    void counts(String text, String expected) {
        assertThat(result(text, ControlInput::intOrMax)).isEqualTo(expected);
    }

    @ParameterizedTest(name = "zram disksize <- \"{0}\" parses {1} bytes")
    @CsvSource({"1.5M, 1", "1Q, 1", "64M, 67108864", "' 1', 0", "x, 0"})
    void leading(String text, long expected) {
        assertThat(ControlInput.of(text).leadingBytes()).isEqualTo(expected);
    }
}
