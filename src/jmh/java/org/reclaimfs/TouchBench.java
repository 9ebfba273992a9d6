package org.reclaimfs;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Random touches of 1536 MiB in a machine of 1 GiB with zram: every run is a single page by then, and most touches are
 * major faults with a swap-out of another page.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4)
@Measurement(iterations = 8)
public class TouchBench {
    /** One for each page of the region. */
    private static final int TOUCHES = 1536 << 8;

    private static final String HOG =
            """
            machine: {memory: 1GiB, cpus: 2}
            zram: [{disksize: 4G}]
            swap: [{device: /dev/zram0}]
            cgroups: {/hog: {}}
            timeline:
              - 0s: task hog cgroup=/hog
              - 0s: alloc hog 1536M content=ratio:3
              - 100s: touch hog pattern=uniform
              - 1000s: touch hog pattern=PATTERN
              - 1000s: task done cgroup=/
            """;

    @Param({"uniform", "zipf:1", "hot:0.1:0.9"})
    public String pattern = "uniform";

    private World world = new World("");

    @Setup(Level.Invocation)
    public void thrash() {
        world = new World(HOG.replace("PATTERN", pattern)).leap(999_000_000_000L);
    }

    @Benchmark
    @OperationsPerInvocation(TOUCHES)
    public long touch() {
        return world.playToEnd();
    }

    @TearDown(Level.Invocation)
    public void check() {
        if (world.value("/proc/vmstat", "pswpin") == 0) {
            throw new IllegalStateException("nothing came back from swap");
        }
        world.close();
    }
}
