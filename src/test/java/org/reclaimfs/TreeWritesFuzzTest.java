package org.reclaimfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reclaimfs.abi.Errno;

/**
 * Random texts written to every file of a machine whose time stands still: each is taken or refused with an errno, never
 * with a fault; one that is refused changes no text of the tree; and the books balance. So every grammar of the kernel's files
 * is fuzzed through the door that users have. {@code -Dfuzz.seconds=N}, or {@code -Dfuzz.inputs=N}, and {@code -Dfuzz.seed=N} for
 * more (tests/fuzz.sh).
 *
 * <p>After each refusal the file itself is looked at. Everything is compared over stretches of refused texts only, and these are
 * begun so seldom that they take about a third of the time: what a refused text changes elsewhere is found a little later.
 */
final class TreeWritesFuzzTest {
    private static final long SECONDS = Long.getLong("fuzz.seconds", 0);
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final long INPUTS = Long.getLong("fuzz.inputs", 5000);
    /** A machine that has taken so many texts is replaced by a new one: some settings leave little to do. */
    private static final int INPUTS_PER_MACHINE = 3000;

    /** The longest stretch of refused texts between two looks at everything: so many are suspects of a finding. */
    private static final int STRETCH = 8;

    /** Texts between two stretches. A short run begins them more often: it would see too few. */
    private static final int PAUSE = SECONDS > 0 || INPUTS > 5000 ? 1500 : 20;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final RandomTexts texts = new RandomTexts(random);
    private final Map<Errno, Long> refused = new EnumMap<>(Errno.class);
    private FuzzedTree tree = new FuzzedTree();
    private final List<String> last = new ArrayList<>();
    private long inputs;
    private long taken;
    private long compared;

    @AfterEach
    void close() {
        tree.close();
    }

    @Test
    void everyTextIsTakenOrRefusedAndARefusedOneChangesNothing() {
        long fromNs = System.nanoTime();
        long untilNs = fromNs + SECONDS * 1_000_000_000L;
        while (SECONDS > 0 ? System.nanoTime() < untilNs : inputs < INPUTS) {
            long machine = inputs / INPUTS_PER_MACHINE;
            stretch();
            for (int i = 0; i < PAUSE; i++) {
                input();
            }
            if (inputs / INPUTS_PER_MACHINE != machine) {
                tree.checkInvariants();
                tree.close();
                tree = new FuzzedTree();
            }
        }
        long seconds = Math.max(1, (System.nanoTime() - fromNs) / 1_000_000_000L);
        System.out.println("tree writes, seed " + SEED + ": " + inputs + " inputs (" + inputs / seconds + "/s), "
                + taken + " taken, refused " + refused + ", all texts compared " + compared + " times");
        assertThat(taken).isGreaterThan(inputs / 200);
        assertThat(compared).isPositive();
        assertThat(refused.keySet()).contains(Errno.EINVAL, Errno.EBUSY);
    }

    /** Texts until one may have changed something; those before it must not have. */
    private void stretch() {
        Map<String, String> before = tree.everything();
        last.clear();
        for (int i = 0; i < STRETCH; i++) {
            if (FuzzedTree.mayHaveChanged(input())) {
                return; // with what came before it: the next stretch is as good
            }
        }
        compared++;
        Map<String, String> changes = tree.changesSince(before);
        if (!changes.isEmpty()) {
            fail("seed " + SEED + ": refused texts have changed " + changes + "; they were " + last);
        }
    }

    /** Writes one text somewhere. */
    private @Nullable Errno input() {
        String path = tree.writable().get(random.nextInt(tree.writable().size()));
        byte[] bytes = texts.next(tree.text(path));
        inputs++;
        last.add(path + " <- '" + new String(bytes, StandardCharsets.ISO_8859_1) + "'");
        if (last.size() > STRETCH) {
            last.remove(0);
        }
        try {
            Errno errno = tree.write(path, bytes);
            if (errno == null) {
                taken++;
            } else {
                refused.merge(errno, 1L, Long::sum);
            }
            return errno;
        } catch (RuntimeException e) {
            return fail("seed " + SEED + ", input " + inputs + ": " + last, e);
        }
    }
}
