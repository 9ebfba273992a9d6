package org.reclaimfs.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class QuantitiesTest {
    @ParameterizedTest(name = "{0} is {1} bytes")
    @CsvSource({
        "0, 0",
        "4096, 4096",
        "64K, 65536",
        "64k, 65536",
        "64KiB, 65536",
        "512M, 536870912",
        "377GiB, 404800667648",
        "0x10, 16",
        "2T, 2199023255552",
        "1P, 1125899906842624",
        "1EiB, 1152921504606846976"
    })
    void sizes(String text, long bytes) throws BadText {
        assertThat(Quantities.size(new Word(text, 0))).isEqualTo(bytes);
    }

    @ParameterizedTest(name = "\"{0}\" is no size")
    @ValueSource(strings = {"", "x", "-1", "1.5G", "4Gib", "4GB", "4B", "4iB", "4 K", "16E", "8E", "K", "4KK"})
    void notSizes(String text) {
        assertThatThrownBy(() -> Quantities.size(new Word(text, 7)))
                .isInstanceOfSatisfying(
                        BadText.class, e -> assertThat(e.offset()).isEqualTo(7))
                .hasMessageStartingWith("found '" + text + "', expected ");
    }

    @ParameterizedTest(name = "{0} is {1} ns")
    @CsvSource({
        "0s, 0",
        "5ns, 5",
        "20us, 20000",
        "250ms, 250000000",
        "10s, 10000000000",
        "1.5s, 1500000000",
        "2m, 120000000000",
        "1h, 3600000000000"
    })
    void durations(String text, long ns) throws BadText {
        assertThat(Quantities.durationNs(new Word(text, 0))).isEqualTo(ns);
    }

    @ParameterizedTest(name = "\"{0}\" is no duration")
    @ValueSource(strings = {"", "10", "s", "-1s", "1 s", "1d", "1.s", "1S", "99999999999h"})
    void notDurations(String text) {
        assertThatThrownBy(() -> Quantities.durationNs(new Word(text, 0))).isInstanceOf(BadText.class);
    }
}
