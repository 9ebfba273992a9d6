package org.reclaimfs.abi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NumbersTest {
    @FunctionalInterface
    private interface Parse {
        Object parse() throws ErrnoException;
    }

    /** The value, or the name of the errno. */
    private static String result(Parse parse) {
        try {
            return String.valueOf(parse.parse());
        } catch (ErrnoException e) {
            return e.errno().name();
        }
    }

    private static String unescape(String text) {
        return text.replace("\\n", "\n")
                .replace("\\t", "\t")
                .replace("\\0", "\0")
                .replace("\\xa0", "\u00a0");
    }

    @ParameterizedTest(name = "kstrtoint(\"{0}\", {1}) = {2}")
    @CsvSource({
        "0, 0, 0",
        "0x10, 0, 16",
        "0X1f, 0, 31",
        "010, 0, 8",
        "010, 10, 10",
        "0x10, 10, EINVAL",
        "0x10, 16, 16",
        "ff, 16, 255",
        "08, 0, EINVAL",
        "0x, 0, EINVAL",
        "0x, 16, EINVAL",
        "-0x10, 0, -16",
        "+010, 0, 8",
        "-1, 0, -1",
        "-+1, 0, EINVAL",
        "+-1, 0, EINVAL",
        "'1\\n', 0, 1",
        "'1\\n\\n', 0, EINVAL",
        "' 1', 0, EINVAL",
        "'1 ', 0, EINVAL",
        "'', 0, EINVAL",
        "'\\n', 0, EINVAL",
        "1x, 0, EINVAL",
        "2147483647, 0, 2147483647",
        "2147483648, 0, ERANGE",
        "-2147483648, 0, -2147483648",
        "-2147483649, 0, ERANGE",
        "99999999999999999999x, 0, ERANGE", // overflow is noticed before junk
        "4294967296x, 0, EINVAL",
    })
    void signedInt(String text, int base, String expected) {
        assertThat(result(() -> Numbers.kstrtoint(unescape(text), base))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "kstrtou16(\"{0}\") = {1}")
    @CsvSource({"65535, 65535", "65536, ERANGE", "-1, EINVAL", "+1, 1", "18446744073709551616, ERANGE"})
    void unsigned16(String text, String expected) {
        assertThat(result(() -> Numbers.kstrtou16(text, 0))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "kstrtouint(\"{0}\") = {1}")
    @CsvSource({"4294967295, 4294967295", "4294967296, ERANGE", "-0, EINVAL"})
    void unsigned32(String text, String expected) {
        assertThat(result(() -> Numbers.kstrtouint(text, 0))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "kstrtoull(\"{0}\") = {1}")
    @CsvSource({
        "18446744073709551615, 18446744073709551615",
        "18446744073709551616, ERANGE",
        "0xffffffffffffffff, 18446744073709551615",
        "-1, EINVAL",
    })
    void unsigned64(String text, String expected) {
        assertThat(result(() -> Long.toUnsignedString(Numbers.kstrtoull(text, 0))))
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "kstrtol(\"{0}\") = {1}")
    @CsvSource({
        "9223372036854775807, 9223372036854775807",
        "9223372036854775808, ERANGE",
        "-9223372036854775808, -9223372036854775808",
        "-9223372036854775809, ERANGE",
        "-0, 0",
    })
    void signed64(String text, String expected) {
        assertThat(result(() -> Numbers.kstrtol(text, 0))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "memparse(\"{0}\") = {1}, stops at {2}")
    @CsvSource({
        "4096, 4096, 4",
        "1K, 1024, 2",
        "1k, 1024, 2",
        "1M, 1048576, 2",
        "1G, 1073741824, 2",
        "1T, 1099511627776, 2",
        "1P, 1125899906842624, 2",
        "1e, 1152921504606846976, 2",
        "0x1E, 30, 4",
        "0x10G, 17179869184, 5",
        "010000, 4096, 6",
        "08, 0, 1",
        "0x, 0, 1",
        "1KB, 1024, 2",
        "1KiB, 1024, 2",
        "1.5M, 1, 1",
        "1Q, 1, 1",
        "K, 0, 0",
        "'', 0, 0",
        "-1, 0, 0",
        "+1, 0, 0",
        "' 1', 0, 0",
        "16E, 18446744073709551615, 3",
        "15E, 17293822569102704640, 3",
        "99999999999999999999999, 18446744073709551615, 23",
        "99999999999999999999999K, 18446744073709551615, 24",
        "10Msource=zswap, 10485760, 3",
    })
    void sizes(String text, String value, int end) {
        Numbers.Memparse parsed = Numbers.memparse(text, 0);
        assertThat(Long.toUnsignedString(parsed.value())).isEqualTo(value);
        assertThat(parsed.end()).isEqualTo(end);
    }

    @ParameterizedTest(name = "kstrtobool(\"{0}\") = {1}")
    @CsvSource({
        "1, true",
        "y, true",
        "Y, true",
        "t, true",
        "T, true",
        "e, true",
        "E, true",
        "on, true",
        "oN, true",
        "On, true",
        "yes, true",
        "0, false",
        "n, false",
        "N, false",
        "f, false",
        "F, false",
        "d, false",
        "D, false",
        "off, false",
        "OF, false",
        "nonsense, false",
        "0junk, false",
        "'', EINVAL",
        "o, EINVAL",
        "ox, EINVAL",
        "2, EINVAL",
        "' 1', EINVAL",
        "'\\n', EINVAL",
    })
    void booleans(String text, String expected) {
        assertThat(result(() -> Numbers.kstrtobool(unescape(text)))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "sysfs_streq(\"{0}\", \"{1}\") = {2}")
    @CsvSource({
        "lzo, lzo, true",
        "'lzo\\n', lzo, true",
        "lzo, 'lzo\\n', true",
        "'lzo\\n\\n', lzo, false",
        "'lzo ', lzo, false",
        "LZO, lzo, false",
        "'', '\\n', true",
    })
    void sysfsEquality(String a, String b, boolean expected) {
        assertThat(Numbers.sysfsStreq(unescape(a), unescape(b))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "strstrip(\"{0}\") = \"{1}\"")
    @CsvSource({"' 1M ', 1M", "'\\t1M\\n', 1M", "'\\xa0max\\xa0', max", "'  ', ''", "'a b', 'a b'"})
    void stripping(String text, String expected) {
        assertThat(Numbers.strstrip(unescape(text))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "match_int(\"{0}\") = {1}")
    @CsvSource({
        "60, 60",
        "-1, -1",
        "0x3c, 60",
        "074, 60",
        "+1, EINVAL",
        "' 1', EINVAL",
        "1x, EINVAL",
        "'', EINVAL",
        "-, EINVAL",
        "2147483647, 2147483647",
        "2147483648, EINVAL",
        "-2147483648, -2147483648",
        "000000000000000000000001, EINVAL",
        "00000000000000000000001, 1",
    })
    void tokens(String text, String expected) {
        assertThat(result(() -> Numbers.matchInt(text))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "byte {0} is white space")
    @ValueSource(ints = {' ', '\t', '\n', 0x0b, '\f', '\r', 0xa0})
    void whiteSpace(int c) {
        assertThat(Numbers.isSpace(c)).isTrue();
        assertThat(Numbers.isSpace(0)).isFalse();
    }

    @ParameterizedTest(name = "{0} bytes: {1} whole pages, {2} started, limit {3}")
    @CsvSource({
        "0, 0, 0, 0",
        "4095, 0, 1, 0",
        "4096, 1, 1, 1",
        "8191, 1, 2, 1",
        "9223372036854767616, 2251799813685246, 2251799813685246, 2251799813685246",
        "-1, 4503599627370495, 4503599627370496, 2251799813685247",
    })
    void pages(long bytes, long whole, long started, long limit) {
        assertThat(Units.bytesToPages(bytes)).isEqualTo(whole);
        assertThat(Units.bytesToPagesUp(bytes)).isEqualTo(started);
        assertThat(Units.limitPages(bytes)).isEqualTo(limit);
        assertThat(Units.pagesToKiB(whole)).isEqualTo(whole * 4);
    }

    @Test
    void errnoExceptionsCostNoStackTrace() {
        ErrnoException e = new ErrnoException(Errno.EINVAL, "why");
        assertThat(e.getStackTrace()).isEmpty();
        assertThat(e).hasMessage("EINVAL: why");
        assertThat(e.errno().number()).isEqualTo(22);
    }
}
