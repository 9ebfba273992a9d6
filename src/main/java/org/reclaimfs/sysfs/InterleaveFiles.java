package org.reclaimfs.sysfs;

import static org.reclaimfs.kernfs.Shapes.always;
import static org.reclaimfs.kernfs.Shapes.number;
import static org.reclaimfs.kernfs.Shapes.single;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.Work;

/**
 * /sys/kernel/mm/mempolicy/weighted_interleave (mm/mempolicy.c, 7.2): a weight a node, kept for nobody, since tasks have no
 * memory policy. Lock: the machine's.
 */
final class InterleaveFiles {
    private static final String WHY = "tasks have no memory policy";
    private static final int AUTO_MODE = 0664;
    private static final int MAX_WEIGHT = 255;

    private final long[] weights;
    private boolean auto = true;

    InterleaveFiles(int nodes) {
        weights = new long[nodes];
        Arrays.fill(weights, 1);
    }

    static List<FileSpec<InterleaveFiles>> rows(int nodes) {
        List<FileSpec<InterleaveFiles>> rows = new ArrayList<>();
        rows.add(FileSpec.<InterleaveFiles>rw(
                        "auto",
                        always(),
                        single(files -> Boolean.toString(files.auto)),
                        (files, in, file) -> files.setAuto(in.bool()))
                .with(AUTO_MODE)
                .withoutEffect(WHY));
        for (int n = 0; n < nodes; n++) {
            int node = n;
            rows.add(FileSpec.<InterleaveFiles>rw(
                            "node" + n,
                            always(),
                            number(files -> files.weights[node]),
                            (files, in, file) -> files.setWeight(node, in))
                    .withoutEffect(WHY));
        }
        return rows;
    }

    /** Equal distances and no bandwidth known: automatic weights are all 1. */
    private Work setAuto(boolean on) {
        auto = on;
        if (on) {
            Arrays.fill(weights, 1);
        }
        return Work.DONE;
    }

    /** Nothing, or 0, is the default; a weight of one's own ends the automatic ones. */
    private Work setWeight(int node, ControlInput in) throws ErrnoException {
        String text = in.stripped();
        long weight = text.isEmpty() ? 0 : Kept.base10(text);
        if (weight < 0 || weight > MAX_WEIGHT) {
            throw new ErrnoException(Errno.EINVAL, "expected 1 to 255");
        }
        weights[node] = Math.max(1, weight);
        auto = false;
        return Work.DONE;
    }
}
