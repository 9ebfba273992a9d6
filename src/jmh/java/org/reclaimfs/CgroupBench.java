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
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Sink;

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

    private final byte[] into = new byte[64 << 10];
    private final Sink sink = (source, from, length) -> System.arraycopy(source, from, into, 0, length);
    private World world = new World("");
    private int made;

    @Setup(Level.Invocation)
    public void machine(BenchmarkParams params) throws ErrnoException {
        world = new World("cgroups: {/top: {cgroup.subtree_control: +memory}}");
        made = 0;
        if (!params.getBenchmark().endsWith(".create")) {
            make();
        }
        // The last machine is gone, and what this one is made of is old: the collector copies neither while it is
        // looked at.
        System.gc();
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
        long bytes = 0;
        for (int i = 0; i < cgroups; i++) {
            for (String file : OOMD_FILES) {
                bytes += read(path(i) + "/" + file);
            }
        }
        return bytes;
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
        long bytes = 0;
        for (int i = 0; i < ROOT_READS; i++) {
            bytes += read("/sys/fs/cgroup/memory.stat");
        }
        return bytes;
    }

    /** Reads a file to its end, as a mount does: into a buffer that is there. */
    private long read(String path) throws ErrnoException {
        OpenFile file = world.files().open(path, OpenFile.O_RDONLY, Caller.ROOT);
        int bytes = world.files().read(file, 0, into.length, sink);
        world.files().release(file);
        return bytes;
    }

    @TearDown(Level.Invocation)
    public void close() {
        world.close();
    }
}
