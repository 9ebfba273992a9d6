package org.reclaimfs.spill;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Pieces come back, from wherever they are, and memory stays below the limit. */
final class SpillFileTest {
    private static final int LIMIT = 64 << 10;

    @Test
    void piecesComeBack() {
        SpillFile store = new SpillFile(LIMIT);
        SplittableRandom random = new SplittableRandom(7);
        byte[][] pieces = new byte[300][];
        long[] handles = new long[pieces.length];
        byte[] back = new byte[4096];
        for (int op = 0; op < 20_000; op++) {
            int at = random.nextInt(pieces.length);
            if (pieces[at] != null) {
                store.get(handles[at], back, pieces[at].length);
                assertThat(Arrays.copyOf(back, pieces[at].length))
                        .as("piece %s", at)
                        .isEqualTo(pieces[at]);
                store.drop(handles[at], pieces[at].length);
                pieces[at] = null;
            } else {
                pieces[at] = new byte[1 + random.nextInt(4096)];
                random.nextBytes(pieces[at]);
                handles[at] = store.put(pieces[at], pieces[at].length);
                assertThat(handles[at]).isNotZero();
            }
            assertThat(store.heapBytes()).isLessThanOrEqualTo(LIMIT);
        }
        // Places are used again: the file is at most a few times what was in it at once.
        assertThat(store.fileBytes()).isBetween(100L << 10, 300L * 4096 * 3);
    }

    @Test
    void theFileHasNoName() throws Exception {
        Path temp = Path.of(System.getProperty("java.io.tmpdir"));
        SpillFile store = new SpillFile(0);
        store.put(new byte[4096], 4096);
        assertThat(store.fileBytes()).isEqualTo(4096);
        Path self = Path.of("/proc/self/fd");
        try (Stream<Path> open = Files.list(self)) {
            assertThat(open.map(SpillFileTest::target).filter(t -> t.startsWith(temp + "/reclaimfs")))
                    .isNotEmpty()
                    .allMatch(t -> t.endsWith(".bytes (deleted)"));
        }
    }

    private static String target(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString();
        } catch (java.io.IOException e) {
            return ""; // closed meanwhile
        }
    }
}
