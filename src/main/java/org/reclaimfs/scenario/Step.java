package org.reclaimfs.scenario;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.machine.BlockIo;
import org.reclaimfs.machine.TouchPattern;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.swap.SwapDiscard;

/** One thing to do, as one line says it. Sizes in bytes, rates in bytes a second (0: as fast as it goes). */
public sealed interface Step {
    record Spawn(String name, String comm, String cgroup, int oomScoreAdj) implements Step {}

    record Alloc(String task, long bytes, Kind kind, @Nullable String region, @Nullable Content content, long rate)
            implements Step {}

    /**
     * Touches.
     *
     * @param bytes of the region's start; {@code Long.MAX_VALUE} for all of it
     * @param forNs 0: once around
     */
    record Touch(
            String task,
            @Nullable String region,
            long bytes,
            TouchPattern pattern,
            long rate,
            long forNs,
            boolean write)
            implements Step {}

    /**
     * Children for as long as the task lives.
     *
     * @param bytes that each child writes
     * @param rate children a second; 0: one after the other
     */
    record Fork(String task, long bytes, int rate) implements Step {}

    record Mlock(String task, String region, boolean on) implements Step {}

    /** Gives memory back: {@code release}, or {@code madvise … advice=dontneed}. */
    record Release(String task, String region, long bytes) implements Step {}

    /** {@code madvise … advice=cold}: the region's pages are the next to be reclaimed. */
    record Cold(String task, String region) implements Step {}

    record Exit(String task) implements Step {}

    record KillTask(String task, int signal) implements Step {}

    record SwapOn(String device, int priority, SwapDiscard discard) implements Step {
        SwapOn(String device, int priority) {
            this(device, priority, SwapDiscard.NONE);
        }
    }

    /** A swap file appears on a disk's file system. */
    record MakeSwapFile(String path, long bytes, String disk) implements Step {}

    record SwapOff(String device) implements Step {}

    /**
     * Direct I/O to a zram device.
     *
     * @param page the first
     */
    record DeviceIo(String device, BlockIo.Kind kind, long page, long pages, Content content) implements Step {}

    record DiskHealth(String name, boolean fails, double slowdown) implements Step {}

    /** One write(2) of exactly this text. */
    record Write(String path, String text) implements Step {}

    /** Only a scenario's {@code cgroups} makes these; shells have mkdir. */
    record Mkdir(String path) implements Step {}

    record Expect(Expectation expectation) implements Step {}

    record ExpectErrno(String path, String text, Errno errno) implements Step {}

    record Advance(long ns) implements Step {}

    record Pause() implements Step {}

    record Resume() implements Step {}

    record Speed(double factor) implements Step {}
}
