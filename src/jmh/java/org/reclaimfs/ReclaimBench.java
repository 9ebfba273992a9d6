package org.reclaimfs;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A write of 1 GiB to memory.reclaim of a cgroup with 2 GiB of anonymous memory, compressed 3:1. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 60) // a second and more of work: before that the JVM is still compiling it
@Measurement(iterations = 20)
public class ReclaimBench {
    private static final long GIB_PAGES = 1L << 18;

    private static final String HOG =
            """
            cgroups: {/hog: {}}
            timeline:
              - 0s: task hog cgroup=/hog
              - 0s: alloc hog 2G content=ratio:3
              - 10s: write /sys/fs/cgroup/hog/memory.reclaim 1G
              - 10s: task done cgroup=/
            """;

    /** Where the pages go. */
    public enum To {
        ZSWAP(
                "zswap: {enabled: true, max_pool_percent: 90}\ndisks: [{name: vda, size: 4G}]\nswap: [{device: /dev/vda}]"),
        ZRAM("zram: [{disksize: 4G}]\nswap: [{device: /dev/zram0}]");

        private final String devices;

        To(String devices) {
            this.devices = devices;
        }
    }

    @Param
    public To to = To.ZSWAP;

    private World world = new World("");

    @Setup(Level.Invocation)
    public void fill() {
        world = new World("machine: {memory: 4GiB, cpus: 2}\n" + to.devices + "\n" + HOG).leap(9_000_000_000L);
    }

    @Benchmark
    public long oneGiB() {
        return world.playToEnd();
    }

    @TearDown(Level.Invocation)
    public void check() {
        long out = world.value("/proc/vmstat", "pswpout") + world.value("/proc/vmstat", "zswpout");
        if (out < GIB_PAGES) {
            throw new IllegalStateException(out + " pages went out");
        }
        world.close();
    }
}
