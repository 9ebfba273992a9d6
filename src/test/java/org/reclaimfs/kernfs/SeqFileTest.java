package org.reclaimfs.kernfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SeqFileTest {
    @ParameterizedTest(name = "{0} prints as %lld and %llu")
    @ValueSource(
            longs = {
                0,
                1,
                9,
                10,
                99,
                100,
                4095,
                999_999_999_999_999_999L,
                1_000_000_000_000_000_000L,
                Long.MAX_VALUE,
                Long.MIN_VALUE,
                -1,
                -8446744073709551616L,
                -8446744073709551617L
            })
    void numbers(long value) {
        assertThat(new SeqFile().num(value).toString()).isEqualTo(Long.toString(value));
        assertThat(new SeqFile().unsigned(value).toString()).isEqualTo(Long.toUnsignedString(value));
        assertThat(new SeqFile().padded(value, 24).toString())
                .isEqualTo(String.format("%24s", Long.toUnsignedString(value)));
    }

    @Test
    void shapes() {
        SeqFile out = new SeqFile();
        out.text("a")
                .space()
                .num(-5)
                .newline()
                .flat("key", 7)
                .kB("MemTotal:", 4)
                .kB("SReclaimable:", 123456789);
        out.hundredths(1234).space().hundredths(5).newline();
        out.leftAligned("ab", 4).padded("cd", 4).ch('|').zeroPadded(7, 3).newline();
        out.text("dev").padToColumn(8).text("x\n").hex(255).text("é");
        assertThat(out.toString())
                .isEqualTo(
                        """
            a -5
            key 7
            MemTotal:              4 kB
            SReclaimable:   123456789 kB
            12.34 0.05
            ab    cd|007
            dev     x
            ffé""");
    }

    @Test
    void growsAndIsReused() {
        SeqFile out = new SeqFile().fill('x', 100_000);
        assertThat(out.length()).isEqualTo(100_000);
        assertThat(out.clear().text("y").toString()).isEqualTo("y");
    }

    @Test
    void aRecordIsALineUnlessOthersAreMarked() {
        SeqFile lines = new SeqFile().text("ab\nc\n\nd");
        assertThat(IntStream.range(0, 6).map(lines::recordStart)).containsExactly(0, 3, 5, 6, 7, 7);
        SeqFile marked = new SeqFile().text("ab\nc\n").endRecord().text("\n").endRecord();
        assertThat(IntStream.range(0, 4).map(marked::recordStart)).containsExactly(0, 5, 6, 6);
        assertThat(marked.clear().text("x\ny\n").recordEnd(0)).isEqualTo(2);
    }
}
