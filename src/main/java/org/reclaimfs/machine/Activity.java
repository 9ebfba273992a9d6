package org.reclaimfs.machine;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.mm.Effort;

/**
 * Something that takes virtual time, in slices. What a slice puts on the machine's effort it has cost on a CPU; what its
 * result exceeds that by, it rests afterwards: waits for a device, a rate, a penalty.
 */
public abstract class Activity {
    /** {@link #step}: nothing is left to do. */
    public static final long DONE = -1;

    /** A slice ends when it has cost about this much, so that nobody holds the lock for long. */
    static final long SLICE_NS = 500_000;

    /** Where {@link Cpus} has it. */
    enum Place {
        /** Nowhere: not started, done, or stepped by a client of the file system, a real process of the host. */
        OUTSIDE,
        ASLEEP,
        /** In the run queue of its CPU. */
        QUEUED,
        ON_CPU
    }

    // Kept by Cpus and EventQueue, here to save a table.
    Place place = Place.OUTSIDE;
    int cpu;
    long restNs;
    long ticket;

    @Nullable
    Activity nextQueued;

    private @Nullable Activity carried;
    private boolean signalled;
    private @Nullable Errno error;

    final Pressure pressure;

    /** One that is no thread of the machine; whoever it carries may be one. */
    protected Activity() {
        pressure = new Pressure(() -> null);
    }

    /** A thread of the machine, counted in the pressure of a cgroup and those above. */
    Activity(Supplier<@Nullable Cgroup> cgroup) {
        pressure = new Pressure(cgroup);
    }

    /**
     * Runs one bounded slice at {@code nowNs}.
     *
     * @return the virtual time in ns after which the next slice is due, rest included, or {@link #DONE}
     */
    public abstract long step(long nowNs);

    /** Whether its slices need a CPU. One that only waits for a point in time does not. */
    public boolean needsCpu() {
        return true;
    }

    /** The CPU it runs on, or ran on last. */
    final int cpu() {
        return cpu;
    }

    /** The thread that this one's slices belong to, as far as pressure is concerned. */
    final void carry(Activity thread, long nowNs) {
        if (carried != thread) {
            pressure.place(Place.OUTSIDE, cpu, nowNs);
            carried = thread;
        }
        thread.placed(place, cpu, nowNs);
    }

    /** It has come to a place; {@code onCpu} is the CPU in question. */
    final void placed(Place to, int onCpu, long nowNs) {
        place = to;
        cpu = onCpu;
        Activity thread = carried;
        if (thread != null) {
            thread.placed(to, onCpu, nowNs);
        } else {
            pressure.place(to, onCpu, nowNs);
        }
    }

    /** Its slice has cost this on a CPU. */
    final void used(long userNs, long systemNs) {
        (carried == null ? this : carried).pressure.used(userNs, systemNs);
    }

    /** A signal is pending for the caller on whose behalf this runs. */
    public void signal() {
        signalled = true;
    }

    boolean signalled() {
        return signalled;
    }

    /** How it ended, once done: null is success. */
    public @Nullable Errno error() {
        return error;
    }

    /** What {@link #step} returns at the end of a slice: its cost, and the sleep that it ran into. */
    final long sliceEnd(Effort effort) {
        pressure.waitForIo(effort.blockedForIo());
        return effort.spentNs() + effort.blockedNs();
    }

    long fail(Errno errno) {
        error = errno;
        return DONE;
    }
}
