package org.reclaimfs.kernfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.ErrnoException;

/** Reads of a multi-record file whose text changes between them. Each record here tells when it was shown. */
final class SeqRecordsTest {
    private int shown;
    private int records = 1000;
    private int recordBytes = 10;

    private final SeqRecords file = new SeqRecords();

    private SeqFile render() {
        SeqFile out = new SeqFile();
        for (int i = 0; i < records; i++) {
            out.zeroPadded(i, 4).ch(' ').zeroPadded(shown, 4);
            out.fill('.', recordBytes - 10).newline();
        }
        shown++;
        return out;
    }

    private String read(int size) throws ErrnoException {
        StringBuilder text = new StringBuilder();
        int count = file.read(
                size,
                (source, from, length) -> text.append(new String(source, from, length, StandardCharsets.US_ASCII)),
                this::render);
        assertThat(text).hasSize(count);
        return text.toString();
    }

    @Test
    void eachReadShowsTheRecordsAnewWhereTheLastOneEnded() throws ErrnoException {
        assertThat(read(20)).isEqualTo("0000 0000\n0001 0000\n");
        assertThat(read(10)).isEqualTo("0002 0001\n");
    }

    @Test
    void aRecordThatWasBegunEndsAsItWas() throws ErrnoException {
        assertThat(read(13)).isEqualTo("0000 0000\n000");
        assertThat(read(3)).isEqualTo("1 0");
        assertThat(read(14)).isEqualTo("000\n0002 0001\n");
    }

    @Test
    void aReadThatTakesARecordsRestShowsTheNextOneAlready() throws ErrnoException {
        read(5);
        assertThat(read(5)).isEqualTo("0000\n");
        assertThat(shown).isEqualTo(2);
        assertThat(read(20)).isEqualTo("0001 0001\n0002 0002\n");
    }

    @Test
    void aReadReturnsWholeRecordsThatFitInABuffer() throws ErrnoException {
        assertThat(read(65536)).hasSize(4090).startsWith("0000 0000").endsWith("0408 0000\n");
        assertThat(read(65536)).hasSize(4090).startsWith("0409 0001");
        assertThat(read(7)).isEqualTo("0818 00");
        assertThat(read(65536)).hasSize(1813).endsWith("0999 0003\n"); // the rest of one, and 181 more, as all there is
        assertThat(read(65536)).isEmpty();
    }

    @Test
    void theRestOfARecordComesOnTopOfABufferful() throws ErrnoException {
        read(7);
        assertThat(read(65536)).hasSize(3 + 4090);
    }

    @Test
    void aRecordLargerThanTheBufferMakesItGrow() throws ErrnoException {
        recordBytes = 5000;
        assertThat(read(65536)).hasSize(5000);
        recordBytes = 10;
        assertThat(read(65536)).hasSize(8190).startsWith("0001 ");
    }

    @Test
    void recordsThatWentAreNotMissed() throws ErrnoException {
        read(30);
        records = 2;
        assertThat(read(30)).isEmpty();
        records = 4;
        assertThat(read(30)).isEqualTo("0003 0002\n");
    }

    @Test
    void anotherOffsetIsLookedForInTheTextOfNow() throws ErrnoException {
        file.seek(render(), 25);
        assertThat(read(15)).isEqualTo("0000\n0003 0001\n");
        file.seek(render(), 20);
        assertThat(read(10)).isEqualTo("0002 0003\n");
        file.seek(render(), 1L << 40);
        assertThat(read(10)).isEmpty();
        file.rewind();
        assertThat(read(10)).startsWith("0000 ");
    }
}
