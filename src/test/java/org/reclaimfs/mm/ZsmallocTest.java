package org.reclaimfs.mm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernel's size classes (spec/23 section 7) and pool sizes measured with them (golden/behaviour c8). */
final class ZsmallocTest {
    /** size:pages:objects of a zspage, all 119 classes of a 7.2 kernel. */
    private static final String CLASSES =
            """
            32:1:128 48:3:256 64:1:64 80:5:256 96:3:128 112:7:256 128:1:32 144:7:199 160:5:128 176:4:93 192:3:64 208:3:59
            224:7:128 240:1:17 256:1:16 272:1:15 288:5:71 304:7:94 320:5:64 336:6:73 352:8:93 368:8:89 384:3:32 400:5:51
            416:6:59 432:7:66 448:7:64 464:5:44 480:2:17 496:4:33 512:1:8 528:4:31 544:2:15 560:7:51 576:1:7 592:8:55
            608:7:47 624:2:13 640:5:32 656:5:31 672:1:6 688:8:47 704:5:29 720:3:17 736:2:11 752:7:38 768:3:16 784:5:26
            816:1:5 832:8:39 848:5:24 864:7:33 880:8:37 896:7:32 912:7:31 928:5:22 944:3:13 960:4:17 976:6:25 992:8:33
            1024:1:4 1056:8:31 1072:5:19 1088:4:15 1104:3:11 1120:8:29 1136:5:18 1168:2:7 1184:7:24 1200:5:17 1216:3:10
            1232:7:23 1248:4:13 1280:5:16 1296:7:22 1360:1:3 1424:8:23 1440:6:17 1456:5:14 1488:4:11 1504:7:19 1536:3:8
            1552:8:21 1568:5:13 1584:7:18 1632:2:5 1680:7:17 1696:5:12 1712:8:19 1744:3:7 1792:7:16 1808:4:9 1856:5:11
            1888:6:13 1904:7:15 1920:8:17 2048:1:2 2176:8:15 2192:7:13 2224:6:11 2272:5:9 2336:4:7 2384:7:12 2448:3:5
            2512:8:13 2560:5:8 2592:7:11 2720:2:3 2864:7:10 2912:5:7 2976:8:11 3072:3:4 3184:7:9 3264:4:5 3408:5:6 3504:6:7
            3584:7:8 3632:8:9 4096:1:1
            """;

    @Test
    void everyLengthGoesToTheKernelsClass() {
        String[] classes = CLASSES.strip().split("\\s+");
        assertThat(classes).hasSize(119);
        int bytes = 1;
        for (String row : classes) {
            String[] parts = row.split(":");
            int size = Integer.parseInt(parts[0]);
            int pages = Integer.parseInt(parts[1]);
            int objects = Integer.parseInt(parts[2]);
            // An object and its 8-byte handle fit; whole pages are stored raw.
            int longest = size == 4096 ? 4096 : size - 8;
            for (; bytes <= longest; bytes++) {
                assertThat(Zsmalloc.classSize(bytes)).as("%d bytes", bytes).isEqualTo(size);
            }
            Zsmalloc pool = new Zsmalloc();
            assertThat(pool.add(longest, objects))
                    .as("a full zspage of %s", row)
                    .isEqualTo(pages);
            assertThat(pool.add(longest, 1))
                    .as("one more than a zspage of %s", row)
                    .isEqualTo(pages);
            assertThat(pool.add(longest, -1)).isEqualTo(-pages);
            assertThat(pool.add(longest, -objects)).isEqualTo(-pages);
            assertThat(pool.pages()).isZero();
        }
        assertThat(bytes).isEqualTo(4097);
    }

    /** Objects of the large class in golden c8, and the pages_used of its row. */
    @ParameterizedTest(name = "{1} objects of {0} bytes take {2} pages")
    @CsvSource({
        "44, 3077, 49", // same-filled pages in zswap: class 64
        "550, 256, 42", // text: class 560
        "568, 2816, 403", // text: class 576
        "1101, 3076, 856", // a quarter random: class 1120
        "2213, 3073, 1680" // half random: class 2224
    })
    void poolsAreAsLargeAsMeasured(int bytes, long objects, long pages) {
        Zsmalloc pool = new Zsmalloc();
        assertThat(pool.pagesToAdd(bytes, objects)).isEqualTo(pages);
        pool.add(bytes, objects);
        assertThat(pool.pages()).isEqualTo(pages);
    }
}
