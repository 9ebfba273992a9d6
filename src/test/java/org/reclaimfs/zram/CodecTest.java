package org.reclaimfs.zram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.reclaimfs.mm.Costs;

/** What the algorithms make of pages, and back. */
final class CodecTest {
    private static final int PAGE = 4096;

    @ParameterizedTest(name = "{0} gives every page back")
    @EnumSource(Costs.Algorithm.class)
    void pagesComeBack(Costs.Algorithm algorithm) {
        Codec codec = Codec.of(algorithm);
        byte[] object = new byte[Codec.MAX_BYTES];
        byte[] back = new byte[PAGE];
        for (int seed = 0; seed < 2000; seed++) {
            byte[] page = page(new SplittableRandom(seed));
            int length = codec.compress(page, object);
            Arrays.fill(object, length, object.length, (byte) 0x55);
            Arrays.fill(back, (byte) 0xaa);
            codec.expand(object, length, back);
            assertThat(back).as("seed %s", seed).isEqualTo(page);
        }
    }

    /** Runs of noise, of one byte and of what was there before, of all lengths. */
    private static byte[] page(SplittableRandom random) {
        byte[] page = new byte[PAGE];
        int longest = 1 + random.nextInt(random.nextBoolean() ? 40 : PAGE);
        for (int at = 0; at < PAGE; ) {
            int end = Math.min(PAGE, at + 1 + random.nextInt(longest));
            int kind = random.nextInt(4);
            int from = at == 0 ? 0 : random.nextInt(at);
            byte fill = (byte) (kind == 0 ? 0 : random.nextInt());
            for (; at < end; at++, from++) {
                page[at] = kind < 2 ? fill : kind == 2 ? (byte) random.nextInt() : page[from];
            }
        }
        return page;
    }

    @ParameterizedTest(name = "{0}: zeros but the last byte take {1} bytes")
    @CsvSource({"LZO, 48", "LZO_RLE, 40", "LZ4, 31", "ZSTD, 20", "DEFLATE, 24"})
    void littleIsLeftOfZeros(Costs.Algorithm algorithm, int atMost) {
        byte[] page = new byte[PAGE];
        page[PAGE - 1] = 1;
        assertThat(Codec.of(algorithm).compress(page, new byte[Codec.MAX_BYTES]))
                .isBetween(8, atMost);
    }

    @Test
    void aDamagedObjectIsFound() {
        Codec codec = Codec.of(Costs.Algorithm.LZO);
        byte[] object = new byte[Codec.MAX_BYTES];
        byte[] page = new GuestPages(1).page("text", 0);
        int length = codec.compress(page, object);
        object[length - 3] = 4;
        assertThatThrownBy(() -> codec.expand(object, length, new byte[PAGE])).isInstanceOf(RuntimeException.class);
    }
}
