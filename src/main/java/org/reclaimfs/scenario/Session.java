package org.reclaimfs.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.Kernfs;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.mm.Zone;
import org.reclaimfs.scenario.Scenario.Setup;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.units.UnitCgroups;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A machine built from a scenario, with its tree and its time. Time stands still until it is started. */
public final class Session implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    /** Attaches the kernel's file systems to an empty tree. */
    public interface Mounts {
        void attach(Dir root, Machine machine);
    }

    private final Scenario scenario;
    private final Machine machine;
    private final TimeGate gate;
    private final Kernfs kernfs;
    private final StepRunner runner;

    /**
     * Builds the machine; {@link #setUp} is still to be called.
     *
     * @param epochNs for the files' time stamps
     * @param version text of /reclaimfs/version
     */
    public Session(Scenario scenario, Mounts mounts, ToLongFunction<Machine> epochNs, String version) {
        this.scenario = scenario;
        this.machine = new Machine(scenario.machine());
        for (Scenario.DiskSpec disk : scenario.disks()) {
            machine.devices().addDisk(new Disk(disk.name(), disk.bytes(), disk.profile()));
        }
        // The driver makes zram0 when it starts, whether anyone wants it or not.
        for (int i = 0; i < Math.max(1, scenario.zrams()); i++) {
            machine.devices().addZram();
        }
        this.gate = new TimeGate(machine);
        LongSupplier epoch = () -> epochNs.applyAsLong(machine);
        this.kernfs = new Kernfs(gate, epoch, scenario.kernel());
        this.runner = new StepRunner(machine, gate, kernfs);
        gate.lock().lock();
        try {
            mounts.attach(kernfs.root(), machine);
            new ControlFiles(machine, gate, new Control(runner), version).mountAt(kernfs.root());
        } finally {
            gate.lock().unlock();
        }
    }

    public Machine machine() {
        return machine;
    }

    public TimeGate gate() {
        return gate;
    }

    public Kernfs kernfs() {
        return kernfs;
    }

    /** Applies the scenario's settings through the tree's door; returns what the kernel refused. */
    public List<Problem> setUp() {
        List<Problem> problems = new ArrayList<>();
        for (Setup setup : scenario.setup()) {
            String reason = done(setup.step());
            if (reason == null && problems.isEmpty()) {
                reason = impossible();
            }
            if (reason != null) {
                problems.add(new Problem(setup.line(), setup.column(), describe(setup.step()) + ": " + reason));
            }
        }
        unitCgroups().make((unit, reason) -> problems.add(new Problem(1, 1, "unit " + unit + ": " + reason)));
        return problems;
    }

    /** What starts and describes the machine's units. */
    public UnitCgroups unitCgroups() {
        long totalBytes = Units.pagesToBytes(machine.memory().totalPages());
        return new UnitCgroups(kernfs, scenario.units(), scenario.userUnits(), totalBytes);
    }

    /** Settings of oomd.conf. */
    public Map<String, String> oomdSettings() {
        return scenario.oomd();
    }

    /** Why no machine can be like this, or null. Linux boots it all the same, and kills the first thing it starts. */
    private @Nullable String impossible() {
        long minPages = 0;
        for (Zone zone : machine.memory().zones()) {
            if (zone.managedPages > 0 && zone.highWmark() >= zone.managedPages) {
                return "the high watermark of zone " + zone.name + " would be " + zone.highWmark() + " of its "
                        + zone.managedPages + " pages";
            }
            minPages += zone.managedPages > 0 ? zone.minWmark() : 0;
        }
        long freePages = machine.memory().freePages();
        return freePages > minPages
                ? null
                : "it leaves " + freePages + " pages free, not above the watermark " + minPages;
    }

    private @Nullable String done(Step step) {
        try {
            gate.drive(new StepWork(runner, step, false), Signal.NEVER);
            return null;
        } catch (ErrnoException e) {
            return e.getMessage();
        }
    }

    private static String describe(Step step) {
        if (step instanceof Step.Write write) {
            return "write of '" + write.text().strip() + "' to " + write.path();
        } else if (step instanceof Step.Mkdir mkdir) {
            return "mkdir " + mkdir.path();
        }
        if (step instanceof Step.MakeSwapFile file) {
            return "swapfile " + file.path();
        }
        return step instanceof Step.SwapOn swapon ? "swapon " + swapon.device() : step.toString();
    }

    /** Starts the timeline of a mounted machine: what fails goes to the log. */
    public void startTimeline() {
        startTimeline(new Timeline.Listener() {
            @Override
            public void done(Timeline.Entry entry, long nowNs) {
                LOG.debug("{} ns: {}", nowNs, entry.text());
            }

            @Override
            public void failed(Timeline.Entry entry, long nowNs, StepWork.Failure failure) {
                LOG.warn("timeline, line {}, at {} ns: {}: {}", entry.line(), nowNs, entry.text(), failure.reason());
            }
        });
    }

    Timeline startTimeline(Timeline.Listener listener) {
        Timeline timeline = new Timeline(machine, runner, scenario.timeline(), listener);
        gate.lock().lock();
        try {
            timeline.start();
        } finally {
            gate.lock().unlock();
        }
        return timeline;
    }

    @Override
    public void close() {
        gate.close();
    }
}
