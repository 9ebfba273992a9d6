package org.reclaimfs.units;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values of settings. */
final class ValuesTest {
    @ParameterizedTest(name = "{0} of 1000 MiB is {1}")
    @CsvSource({
        "0, 0",
        "4096, 4096",
        "3M, 3145728",
        "12M, 12582912",
        "10G, 10737418240",
        "1.5K, 1536",
        "100B, 100",
        "infinity, -1",
        "50%, 524288000",
        "12.5%, 131072000",
        "1‰, 1048576",
        "1‱, 104857"
    })
    void memory(String text, long bytes) throws BadValue {
        assertThat(Values.bytes(text, 1000L << 20)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1X", "much", "101%", "50 %", "9000000T", "0x10", "1.2.3"})
    void noMemory(String text) {
        assertThatThrownBy(() -> Values.bytes(text, 1))
                .isInstanceOf(BadValue.class)
                .hasMessageContaining("expected");
    }

    @ParameterizedTest(name = "{0} is {1} of 2^32 - 1")
    @CsvSource({
        "0%, 0",
        "20%, 858993459",
        "50%, 2147483647",
        "60%, 2576980377",
        "100%, 4294967295",
        "55.5%, 2383706848",
        "555‰, 2383706848",
        "5550‱, 2383706848"
    })
    void limits(String text, long scaled) throws BadValue {
        assertThat(Values.uint32Scale(Values.permyriad(text))).isEqualTo(scaled);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "20", "-1%", "100.01%", "1.001%", "5.5‱", "%"})
    void noShare(String text) {
        assertThatThrownBy(() -> Values.permyriad(text)).isInstanceOf(BadValue.class);
    }

    @ParameterizedTest(name = "{0} is {1} us")
    @CsvSource({
        "2, 2000000",
        "2s, 2000000",
        "20s, 20000000",
        "1min 30s, 90000000",
        "1min30s, 90000000",
        "1.5s, 1500000",
        "500ms, 500000",
        "2 h, 7200000000",
        "infinity, -1",
        "0, 0"
    })
    void spans(String text, long us) throws BadValue {
        assertThat(Values.spanUs(text)).isEqualTo(us);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "s", "2 parsecs", "-2s", "2s x", "1e3"})
    void noSpan(String text) {
        assertThatThrownBy(() -> Values.spanUs(text)).isInstanceOf(BadValue.class);
    }
}
