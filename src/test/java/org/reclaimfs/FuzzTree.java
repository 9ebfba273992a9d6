package org.reclaimfs;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Texts to files, for a fuzzer that is guided by coverage: cgroup files, sysctls, zram's and zswap's attributes. An input is some
 * writes, each ended by a NUL: the path's line, then the text. A path that there is not stands for some other file, so that every
 * mutation hits one.
 *
 * <p>A new machine costs as much as a thousand writes, so inputs share one: a finding tells which have changed it before.
 */
public final class FuzzTree {
    /** So many changes does a machine live through. */
    private static final int CHANGES_PER_MACHINE = 300;

    /** Inputs between two around which everything is compared. */
    private static final int INPUTS_PER_LOOK = 1000;

    private static final int WRITES_PER_INPUT = 8;

    private static @Nullable FuzzedTree tree;
    private static final List<String> CHANGES = new ArrayList<>();
    private static long inputs;

    private FuzzTree() {}

    /** One input; throws what ends the fuzzing. */
    public static void fuzzerTestOneInput(byte[] data) {
        FuzzedTree machine = tree == null ? new FuzzedTree() : tree;
        tree = machine;
        boolean looks = inputs++ % INPUTS_PER_LOOK == 0;
        Map<String, String> before = looks ? machine.everything() : Map.of();
        String[] writes = new String(data, StandardCharsets.ISO_8859_1).split("\0", WRITES_PER_INPUT + 1);
        boolean changed = false;
        try {
            for (int i = 0; i < Math.min(writes.length, WRITES_PER_INPUT); i++) {
                changed |= write(machine, writes[i]);
            }
            Map<String, String> changes = looks && !changed ? machine.changesSince(before) : Map.of();
            if (!changes.isEmpty()) {
                throw new IllegalStateException("refused texts have changed " + changes);
            }
            if (CHANGES.size() >= CHANGES_PER_MACHINE) {
                machine.checkInvariants();
                machine.close();
                CHANGES.clear();
                tree = null;
            }
        } catch (RuntimeException e) {
            throw new IllegalStateException(e.getMessage() + "; what had changed the machine: " + CHANGES, e);
        }
    }

    private static boolean write(FuzzedTree machine, String write) {
        int line = write.indexOf('\n');
        String path = file(machine, line < 0 ? "" : write.substring(0, line));
        String text = write.substring(line + 1);
        boolean changed = FuzzedTree.mayHaveChanged(machine.write(path, text.getBytes(StandardCharsets.ISO_8859_1)));
        if (changed) {
            CHANGES.add(path + " <- '" + text + "'");
        }
        return changed;
    }

    private static String file(FuzzedTree machine, String path) {
        List<String> files = machine.writable();
        return files.contains(path) ? path : files.get(Math.floorMod(path.hashCode(), files.size()));
    }
}
