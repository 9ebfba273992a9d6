package org.reclaimfs;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Machines by size: built, filled once, and filled until 2:1 data have nowhere to grow (spec/11 section 4, A2). */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2)
@Measurement(iterations = 4)
public class GrowBench {
    private static final String MACHINE =
            """
            machine: {memory: SIZEGiB, cpus: 2}
            zram: [{disksize: SIZEGiB}]
            swap: [{device: /dev/zram0}]
            cgroups: {/hog: {}}
            timeline:
            """;
    private static final String FILL =
            """
              - 0s: task hog cgroup=/hog
              - 0s: alloc hog HALFM content=ratio:2
              - 0s: task done cgroup=/
            """;
    /** Twice the machine: the OOM killer ends the step. */
    private static final String GROW =
            """
              - 0s: task hog cgroup=/hog
              - 0s: alloc hog TWICEG content=ratio:2
              - 0s: task done cgroup=/
            """;

    @Param({"1", "4", "16"})
    public int gib = 1;

    private String scenario(String timeline) {
        return (MACHINE + timeline)
                .replace("SIZE", "" + gib)
                .replace("HALF", "" + gib * 512)
                .replace("TWICE", "" + 2 * gib);
    }

    @Benchmark
    public long build() {
        try (World world = new World(scenario(""))) {
            return world.value("/proc/vmstat", "nr_free_pages");
        }
    }

    @Benchmark
    public long fill() {
        try (World world = new World(scenario(FILL))) {
            return world.playToEnd();
        }
    }

    @Benchmark
    public long growIntoZram() {
        try (World world = new World(scenario(GROW))) {
            return world.playToEnd();
        }
    }
}
