package org.reclaimfs.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where values stand on an axis, and which of them are written there. */
final class ScaleTest {
    @ParameterizedTest(name = "{3} on {0} to {1}, log {2}: at {4}")
    @CsvSource({
        "0, 100, false, 0, 0",
        "0, 200, false, 50, 25",
        "0, 100, false, 200, 100", // not beyond the end
        "1, 10000, true, 100, 50",
        "1, 10000, true, 0, 0", // nothing has no logarithm
    })
    void values(double low, double high, boolean log, double value, double at) {
        assertThat(new Scale(low, high, 0, 100, log).at(value)).isEqualTo(at);
    }

    @ParameterizedTest(name = "{0} to {1}, log {2}, base {3}: {4}")
    @CsvSource({
        "0, 100, false, 10, 0 20 40 60 80 100",
        "0, 104, false, 10, 0 50 100",
        "2.7, 5.5, false, 10, 3 4 5",
        "0, 400, false, 2, 0 128 256 384",
        "3, 3000, true, 10, 10 100 1000",
        "1, 1048576, true, 2, 1 16 256 4096 65536 1048576",
    })
    void ticks(double low, double high, boolean log, double base, String ticks) {
        assertThat(new Scale(low, high, 0, 100, log)
                        .ticks(base).stream()
                                .map(tick ->
                                        tick == Math.rint(tick) ? Long.toString(Math.round(tick)) : tick.toString())
                                .collect(Collectors.joining(" ")))
                .isEqualTo(ticks);
    }
}
