package org.reclaimfs.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ExpectationTest {
    private static final String TEXT =
            """
            anon 4096
            MemFree:         100 kB
            some avg10=1.25 avg60=0.00 total=17
            /dev/vda                                partition	8388604		40		-1
            """;

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "anon, 4096",
        "MemFree, 100 kB",
        "some.avg10, 1.25",
        "some.total, 17",
        "/dev/vda.2, partition",
        "/dev/vda.5, -1",
        "/dev/vda.9, ",
        "some.avg300, ",
        "ano, ",
        "3, "
    })
    void findsValues(String key, @Nullable String value) {
        assertThat(FileValue.find(TEXT, key)).isEqualTo(value);
    }

    @ParameterizedTest(name = "column {0} is {1}")
    @CsvSource({"1, 10", "3, 30", "4, "})
    void findsColumnsOfOneLine(String key, @Nullable String value) {
        assertThat(FileValue.find("  10  20 30\n", key)).isEqualTo(value);
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource({
        "4096, == 4K, true",
        "4096, == 4096, true",
        "4096, != 4096, false",
        "4095, < 4KiB, true",
        "4096, <= 4096, true",
        "100 kB, == 100, true",
        "100 kB, == 100K, true",
        "100 kB, > 100K, false",
        "max, == max, true",
        "max, > 7E, true",
        "5, < max, true",
        "1.25, > 1.2, true",
        "-1, < 0, true",
        "partition, == partition, true",
        "partition, != file, true",
        "partition, > 5, false",
        "010, == 8, true"
    })
    void compares(String seen, String condition, boolean holds) throws BadText {
        Step.Expect expect = (Step.Expect) StepParser.parse("expect /x " + condition);
        assertThat(expect.expectation().holds(seen)).isEqualTo(holds);
    }
}
