package org.reclaimfs;

import java.util.List;
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
import org.openjdk.jmh.infra.BenchmarkParams;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;

/** Many cgroups: made, read as an OOM daemon reads them, removed; and what the root's memory.stat costs meanwhile. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 10)
@Measurement(iterations = 10)
public class CgroupBench {
    private static final int ROOT_READS = 1000;

    private static final List<String> OOMD_FILES = List.of(
            "memory.current",
            "memory.min",
            "memory.low",
            "memory.high",
            "memory.max",
            "memory.stat",
            "memory.pressure",
            "io.pressure",
            "memory.swap.current",
            "memory.swap.max");

    @Param({"100", "1000", "10000"})
    public int cgroups = 100;

    private World world = new World("");
    private int made;

    @Setup(Level.Invocation)
    public void machine(BenchmarkParams params) throws ErrnoException {
        world = new World("cgroups: {/top: {cgroup.subtree_control: +memory}}");
        made = 0;
        if (!params.getBenchmark().endsWith(".create")) {
            make();
            System.gc(); // an old machine: what it is made of is not copied while it is looked at
        }
    }

    private static String path(int i) {
        return "/sys/fs/cgroup/top/c" + i;
    }

    private void make() throws ErrnoException {
        for (; made < cgroups; made++) {
            world.files().mkdir(path(made), 0755, Caller.ROOT);
        }
    }

    @Benchmark
    public int create() throws ErrnoException {
        make();
        return made;
    }

    @Benchmark
    public long pass() throws ErrnoException {
        long chars = 0;
        for (int i = 0; i < cgroups; i++) {
            for (String file : OOMD_FILES) {
                chars += world.files().readText(path(i) + "/" + file).length();
            }
        }
        return chars;
    }

    @Benchmark
    public void remove() throws ErrnoException {
        for (int i = 0; i < cgroups; i++) {
            world.files().rmdir(path(i), Caller.ROOT);
        }
    }

    /** The time is of {@value #ROOT_READS} reads. */
    @Benchmark
    public long rootStat() throws ErrnoException {
        long chars = 0;
        for (int i = 0; i < ROOT_READS; i++) {
            chars += world.files().readText("/sys/fs/cgroup/memory.stat").length();
        }
        return chars;
    }

    @TearDown(Level.Invocation)
    public void close() {
        world.close();
    }
}
