package org.reclaimfs.zram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Memory;
import org.reclaimfs.swap.HeapBytes;

/** mm_stat when the very pages are stored that the captured kernel stored (golden b6 section A): within 1 %. */
final class GoldenBytesTest {
    private static final List<String> PATTERNS = List.of("zero", "same", "compressible", "half", "text", "random");

    // spotless:off
    @ParameterizedTest(name = "{0}: after {1}")
    @CsvSource({
        "lzo-rle, compressible,  273920,  294912",
        "lzo-rle, half,          824320,  884736",
        "lzo-rle, text,          966433, 1036288",
        "lzo-rle, random,       2015009, 2084864",
        "lzo,     compressible,  281856,  294912",
        "lzo,     half,          848384,  884736",
        "lzo,     text,          989985, 1036288",
        "lzo,     random,       2038561, 2084864",
        "lz4,     compressible,  270846,  286720",
        "lz4,     half,          803837,  876544",
        "lz4,     text,          976166, 1073152",
        "lz4,     random,       2024742, 2121728",
        "lz4hc,   compressible,  269566,  286720",
        "lz4hc,   half,          800509,  876544",
        "lz4hc,   text,          972797, 1073152",
        "lz4hc,   random,       2021373, 2121728",
        "zstd,    compressible,  270075,  286720",
        "zstd,    half,          801267,  876544",
        "zstd,    text,          843278,  925696",
        "zstd,    random,       1891854, 1974272",
        "deflate, compressible,  282185,  294912",
        "deflate, half,          822503,  884736",
        "deflate, text,          898487,  995328",
        "deflate, random,       1947063, 2043904",
    }) // spotless:on
    void agreesWithTheKernel(String algorithm, String last, long comprBytes, long usedBytes) {
        ZramDevice device = device(algorithm);
        int slot = 0;
        for (String pattern : PATTERNS.subList(0, PATTERNS.indexOf(last) + 1)) {
            GuestPages pages = new GuestPages(7);
            for (int i = 0; i < 256; i++, slot++) {
                assertThat(device.data().writePage(slot, pages.page(pattern, slot)))
                        .isTrue();
            }
        }
        assertThat(device.stats().origDataBytes()).isEqualTo(slot * 4096L);
        assertThat(device.stats().samePages()).isEqualTo(512);
        assertThat(device.stats().hugePages()).isEqualTo(last.equals("random") ? 256 : 0);
        assertThat(device.stats().comprDataBytes()).isCloseTo(comprBytes, withPercentage(1));
        assertThat(device.stats().memUsedTotalBytes()).isCloseTo(usedBytes, withPercentage(1));
        device.checkInvariants();
    }

    /** b6 B: text alone is left of all patterns; its lengths lie in several size classes, which costs seven pages. */
    @Test
    void whatIsLeftAfterADiscardKeepsItsClasses() {
        ZramDevice device = device("deflate");
        GuestPages pages = new GuestPages(7);
        for (int slot = 1024; slot < 1280; slot++) {
            assertThat(device.data().writePage(slot, pages.page("text", slot))).isTrue();
        }
        assertThat(device.stats().comprDataBytes()).isCloseTo(75_984, withPercentage(1));
        assertThat(device.stats().memUsedTotalBytes()).isEqualTo(110_592);
    }

    private static ZramDevice device(String algorithm) {
        Costs.Algorithm primary =
                Costs.Algorithm.valueOf(algorithm.toUpperCase(Locale.ROOT).replace('-', '_'));
        HeapBytes bytes = new HeapBytes();
        ZramDevice device = new ZramDevice(
                0, new Memory(256L << 20, 0, 1, 1, 1), Costs.of(Costs.Profile.SERVER), primary, () -> 0, () -> bytes);
        assertThat(device.setDisksize(16384)).isEqualTo(ZramDevice.Initialised.OK);
        return device;
    }
}
