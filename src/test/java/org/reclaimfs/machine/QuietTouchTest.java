package org.reclaimfs.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Cost;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.Region;

/** A set that fits is touched millions of times a second: a machine in real time has to keep up with that. */
final class QuietTouchTest {
    private static final long PAGES = 4096;
    private static final long SECOND = 1_000_000_000;

    private final Lab lab = new Lab();
    private long pieces;

    private Region touched(Kind kind, boolean write) throws ErrnoException {
        lab.cgroup("/t");
        Task task = lab.task("t", "/t", kind, PAGES, kind == Kind.FILE ? null : Content.RANDOM);
        for (int i = 0; i < 3; i++) { // mapped, young and dirty, or referenced and active, from then on
            lab.touch(task, write);
        }
        return lab.machine.region(task, "data");
    }

    private void touch(Region region, TouchPattern pattern, long bytesPerSecond, boolean write) throws ErrnoException {
        Task task = lab.machine.task("t");
        lab.machine.betweenPieces(() -> pieces++);
        long untilNs = lab.machine.nowNs() + SECOND;
        lab.machine.start(lab.machine.touch(task, region, pattern, PAGES, SECOND, bytesPerSecond, write));
        while (!lab.machine.advance(untilNs, 1000)) {
            // more slices
        }
    }

    @ParameterizedTest(name = "{0} write={1}")
    @CsvSource({"ANON, true", "ANON, false", "FILE, false"})
    void manyAreOnePiece(Kind kind, boolean write) throws ErrnoException {
        Region region = touched(kind, write);
        touch(region, new TouchPattern.Uniform(), 0, write);
        long touches = SECOND / lab.machine.core().costs.get(Cost.TOUCH);
        assertThat(pieces).isBetween(touches / 100, touches / 10);
    }

    @Test
    void noneIsTakenForQuietThatIsNot() throws ErrnoException {
        Region region = touched(Kind.ANON, false);
        touch(region, new TouchPattern.Uniform(), 0, true);
        int[] clean = {0};
        new PageTables(lab.machine.core()).forRuns(region, 0, PAGES, run -> {
            clean[0] += lab.machine.core().mem.has(run, Flags.DIRTY) ? 0 : 1;
        });
        assertThat(clean[0]).as("runs that a second of writes has left clean").isZero();
        assertThat(lab.machine.cgroups().find("/t").effectiveMemcg().stat(MemoryStat.PGMAJFAULT))
                .isZero();
    }

    @Test
    void aRateHolds() throws ErrnoException {
        Region region = touched(Kind.ANON, true);
        touch(region, new TouchPattern.Uniform(), 4 << 20, true);
        assertThat(pieces).as("each of 1024 pages has its time").isBetween(1024L, 3 * 1024L);
    }
}
