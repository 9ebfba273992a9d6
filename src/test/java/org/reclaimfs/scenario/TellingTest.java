package org.reclaimfs.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers as one would say them. */
final class TellingTest {
    @ParameterizedTest(name = "{0} ns is {1}")
    @CsvSource({
        "0, 0 ms",
        "200000, 0.2 ms",
        "35000000, 35 ms",
        "11900000000, 11.9 s",
        "59949999999, 59.9 s",
        "60000000000, 1 m 0 s",
        "1274000000000, 21 m 14 s",
        "7265000000000, 2 h 1 m",
    })
    void spans(long ns, String told) {
        assertThat(Telling.span(ns)).isEqualTo(told);
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "0, 0",
        "32, 32",
        "31.7, 31.7",
        "0.0019, 0.0019",
        "0.64, 0.64",
        "999999, '999,999'",
        "2400000, 2.4 M",
        "-50, -50",
        "3716.4, '3,716'"
    })
    void numbers(double value, String told) {
        assertThat(Telling.number(value)).isEqualTo(told);
    }

    @ParameterizedTest(name = "{0} of {1} is {2}")
    @CsvSource({"0, 0, 0 %", "0, 9, 0 %", "1, 1000, < 1 %", "1, 3, 33 %", "7, 7, 100 %", "102, 100, 102 %"})
    void percents(long part, long whole, String told) {
        assertThat(Telling.percent(part, whole)).isEqualTo(told);
    }

    @ParameterizedTest(name = "{0} bytes are {1}")
    @CsvSource({"0, 0 B", "4096, 4.0 KiB", "536870912, 512 MiB", "404801650688, 377 GiB", "1649267441664, 1.5 TiB"})
    void sizes(double bytes, String told) {
        assertThat(Telling.bytes(bytes)).isEqualTo(told);
    }
}
