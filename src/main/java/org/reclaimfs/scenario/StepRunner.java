package org.reclaimfs.scenario;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.Kernfs;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Activity;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Region;
import org.reclaimfs.swap.Disk;

/** Begins steps. Every method expects the gate's lock. */
final class StepRunner {
    private static final String CGROUPS = "/sys/fs/cgroup";
    private static final long MAX_REGION_BYTES = 4L << 40;
    private static final int DIRECTORY_MODE = 0755;

    private final Machine machine;
    private final TimeGate gate;
    private final Kernfs kernfs;

    StepRunner(Machine machine, TimeGate gate, Kernfs kernfs) {
        this.machine = machine;
        this.gate = gate;
        this.kernfs = kernfs;
    }

    /**
     * Begins a step.
     *
     * @param waits whether {@code advance} waits for time to pass, as a timeline does, instead of moving it
     * @return what is left to do; the step is done when that is
     * @throws ErrnoException the step is refused; its message is the reason
     */
    Work begin(Step step, boolean waits) throws ErrnoException {
        if (step instanceof Step.Alloc alloc) {
            return alloc(alloc);
        } else if (step instanceof Step.Touch touch) {
            return touch(touch);
        } else if (step instanceof Step.Fork fork) {
            return fork(fork);
        } else if (step instanceof Step.SwapOff swapoff) {
            return new ActivityWork(machine, machine.devices().swapoff(swapoff.device()), false);
        } else if (step instanceof Step.DeviceIo io) {
            return new ActivityWork(
                    machine,
                    machine.devices().blockIo(io.device(), io.kind(), io.page(), io.pages(), io.content()),
                    true);
        } else if (step instanceof Step.Exit exit) {
            return new ActivityWork(machine, machine.exit(machine.task(exit.task())), true);
        } else if (step instanceof Step.KillTask kill) {
            return kill(kill);
        } else if (step instanceof Step.Write write) {
            return gate.capture(() -> kernfs.writeText(write.path(), write.text(), Signal.NEVER));
        } else if (step instanceof Step.ExpectErrno expected) {
            return new ErrnoWork(expected, () -> begin(new Step.Write(expected.path(), expected.text()), waits));
        } else if (step instanceof Step.Advance advance) {
            long target = machine.nowNs() + advance.ns();
            if (target < 0) {
                throw new ErrnoException(Errno.EINVAL, "the machine's time ends after 292 years");
            }
            return new AdvanceWork(gate, target, waits);
        }
        now(step);
        return Work.DONE;
    }

    private void now(Step step) throws ErrnoException {
        if (step instanceof Step.Spawn spawn) {
            machine.spawn(spawn.name(), spawn.comm(), spawn.cgroup(), spawn.oomScoreAdj());
        } else if (step instanceof Step.Mlock mlock) {
            machine.setMlocked(region(mlock.task(), mlock.region()), mlock.on());
        } else if (step instanceof Step.Cold cold) {
            machine.setCold(region(cold.task(), cold.region()));
        } else if (step instanceof Step.Release release) {
            Region region = region(release.task(), release.region());
            machine.release(region, Math.min(region.pages(), Units.bytesToPagesUp(release.bytes())));
        } else if (step instanceof Step.SwapOn swapon) {
            machine.devices().swapon(swapon.device(), swapon.priority(), swapon.discard());
        } else if (step instanceof Step.MakeSwapFile file) {
            machine.devices().addSwapFile(file.path(), Units.bytesToPages(file.bytes()), file.disk());
        } else if (step instanceof Step.DiskHealth health) {
            disk(health.name()).setHealth(health.fails(), health.slowdown());
        } else if (step instanceof Step.Mkdir mkdir) {
            kernfs.mkdir(mkdir.path(), DIRECTORY_MODE, Caller.ROOT);
        } else if (step instanceof Step.Expect expect) {
            check(expect.expectation());
        } else if (step instanceof Step.Check) {
            checkBooks();
        } else {
            clock(step);
        }
    }

    private void clock(Step step) {
        if (step instanceof Step.Pause) {
            gate.pause();
        } else if (step instanceof Step.Resume) {
            gate.resume();
        } else if (step instanceof Step.Speed speed) {
            gate.setSpeed(speed.factor());
        } else {
            throw new IllegalStateException("a step nobody knows: " + step);
        }
    }

    // ---- tasks and their memory ----

    private Work alloc(Step.Alloc alloc) throws ErrnoException {
        Task task = machine.task(alloc.task());
        String name = alloc.region() == null ? alloc.kind().name().toLowerCase(Locale.ROOT) : alloc.region();
        long pages = Units.bytesToPagesUp(alloc.bytes());
        // Not overcommit's business: a process maps piece by piece, and to fill a machine until it kills is the point.
        if (alloc.bytes() > MAX_REGION_BYTES) {
            throw new ErrnoException(
                    Errno.ENOMEM, "found " + alloc.bytes() + " bytes, expected at most " + MAX_REGION_BYTES);
        }
        return started(machine.alloc(task, name, alloc.kind(), alloc.content(), pages, alloc.rate()), alloc.rate() > 0);
    }

    private Work touch(Step.Touch touch) throws ErrnoException {
        Task task = machine.task(touch.task());
        Region region = touch.region() == null ? onlyRegion(task) : machine.region(task, touch.region());
        long pages = Math.min(region.pages(), Units.bytesToPagesUp(touch.bytes()));
        return started(
                machine.touch(task, region, touch.pattern(), pages, touch.forNs(), touch.rate(), touch.write()),
                touch.rate() > 0 || touch.forNs() > 0);
    }

    private Work fork(Step.Fork fork) throws ErrnoException {
        Task task = machine.task(fork.task());
        return started(machine.fork(task, Units.bytesToPagesUp(fork.bytes()), fork.rate()), true);
    }

    private Work started(Activity activity, boolean alone) {
        if (alone) {
            machine.start(activity);
            return Work.DONE;
        }
        return new ActivityWork(machine, activity, true);
    }

    private Region region(String task, String name) throws ErrnoException {
        return machine.region(machine.task(task), name);
    }

    private static Region onlyRegion(Task task) throws ErrnoException {
        if (task.regions.size() != 1) {
            throw new ErrnoException(
                    Errno.EINVAL,
                    "task " + task.name + " has " + task.regions.size()
                            + " regions, expected region= with one of them: "
                            + String.join(", ", task.regions.keySet()));
        }
        return task.regions.values().iterator().next();
    }

    private Work kill(Step.KillTask kill) throws ErrnoException {
        Task task = machine.task(kill.task());
        return switch (kill.signal()) {
            // SIGCHLD, SIGCONT, SIGURG, SIGWINCH: ignored by default
            case 17, 18, 23, 28 -> Work.DONE;
            case 19, 20, 21, 22 ->
                throw new ErrnoException(
                        Errno.EOPNOTSUPP, "stop signals are not modelled yet; cgroup.freeze stops tasks");
            default -> new ActivityWork(machine, machine.kill(task, "step"), true);
        };
    }

    private Disk disk(String name) throws ErrnoException {
        Disk disk = machine.devices().disk(name);
        if (disk == null) {
            throw new ErrnoException(Errno.ENODEV, "no disk " + name);
        }
        return disk;
    }

    // ---- files ----

    private void check(Expectation expectation) throws ErrnoException {
        String text;
        try {
            text = kernfs.readText(expectation.path());
        } catch (ErrnoException e) {
            throw new ExpectFailure(expectation.describe(), e.errno().name());
        }
        String seen = FileValue.find(text, expectation.key());
        if (seen == null) {
            throw new ExpectFailure(expectation.describe(), "no such key");
        }
        if (!expectation.holds(seen)) {
            throw new ExpectFailure(expectation.describe(), seen);
        }
    }

    /** A broken promise of the model's is told, not thrown: who asks is to learn which one, and goes on. */
    private void checkBooks() throws ErrnoException {
        IllegalStateException broken = gate.broken();
        if (broken != null) {
            throw new ErrnoException(Errno.EIO, "the model broke, and time stands still: " + broken.getMessage());
        }
        try {
            machine.checkInvariants();
        } catch (IllegalStateException e) {
            throw new ErrnoException(Errno.EIO, "the model's books do not balance: " + e.getMessage());
        }
    }

    /** A path below the cgroup mount as one from the root of the tree. */
    static String cgroupPath(String path, @Nullable String file) {
        return CGROUPS + (path.equals("/") ? "" : path) + (file == null ? "" : "/" + file);
    }
}
