package org.reclaimfs.procfs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.locks.Lock;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.FsKind;
import org.reclaimfs.kernfs.Gate;
import org.reclaimfs.kernfs.KernelVersion;
import org.reclaimfs.kernfs.Kernfs;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Activity;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.machine.MachineConfig;
import org.reclaimfs.machine.Patch;
import org.reclaimfs.machine.ReclaimRequest;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.sysfs.SysFs;
import org.reclaimfs.vmscan.Vmscan;

/** The captured guest (512 MiB, 2 CPUs, four disks, zram0) with /proc and /sys, and a clock that tests move. */
public final class Guest implements Gate {
    private static final Path FIXTURES = Path.of("tests/fixtures/linux-7.2");

    public final Machine machine;
    public final Kernfs fs;
    public final SysFs sys;

    public Guest() {
        this(1);
    }

    /** The same machine with its memory in several nodes. */
    public Guest(int nodes) {
        machine = new Machine(new MachineConfig(
                512L << 20,
                32L << 20,
                2,
                nodes,
                250,
                true,
                MachineConfig.KSWAPD_FAILURES,
                1,
                EnumSet.of(Patch.ZSWAP_PROACTIVE_WRITEBACK),
                Costs.of(Costs.Profile.SERVER)));
        machine.devices().addDisk(new Disk("vda", 512L << 20, Disk.Profile.VIRTIO));
        machine.devices().addDisk(new Disk("vdb", 256L << 20, Disk.Profile.VIRTIO));
        machine.devices().addDisk(new Disk("vdc", 256L << 20, Disk.Profile.VIRTIO));
        machine.devices().addDisk(new Disk("vdd", 64L << 20, Disk.Profile.VIRTIO));
        machine.devices().addZram();
        fs = new Kernfs(this, () -> 1_600_000_000_000_000_000L, KernelVersion.MIRRORED);
        new ProcFs(machine).mountAt(fs.root().addDir("proc", FsKind.PROC));
        sys = new SysFs(machine);
        sys.mountAt(fs.root().addDir("sys", FsKind.SYSFS));
        sys.mountNodesAt(fs.root().dir("reclaimfs"));
    }

    @Override
    public Lock lock() {
        return machine.lock();
    }

    @Override
    public long enter() {
        return machine.nowNs();
    }

    @Override
    public void drive(Work work, Signal signal) throws ErrnoException {
        long costNs = 0;
        boolean told = false;
        while (costNs != Work.FINISHED) {
            machine.lock().lock();
            try {
                if (!told && signal.pending()) {
                    told = true;
                    work.signal();
                }
                costNs = work.slice(machine.nowNs());
                machine.completeIo();
                machine.completeExits();
            } finally {
                machine.lock().unlock();
            }
        }
    }

    public String read(String path) throws ErrnoException {
        return fs.readText(path);
    }

    public int write(String path, String text) throws ErrnoException {
        return fs.writeText(path, text, Signal.NEVER);
    }

    public OpenFile open(String path, int flags) throws ErrnoException {
        return fs.open(path, flags, Caller.ROOT);
    }

    public int write(OpenFile file, String text) throws ErrnoException {
        return fs.write(file, text.getBytes(StandardCharsets.ISO_8859_1), 0, Signal.NEVER);
    }

    /** OK, or the errno of a write. */
    public String tryWrite(String path, String text) {
        try {
            write(path, text);
            return "OK";
        } catch (ErrnoException e) {
            return e.errno().toString();
        }
    }

    /** A process with {@code mib} of memory. */
    public Task hold(String name, Kind kind, int mib) throws ErrnoException {
        Task task = machine.spawn(name, name, "/", 0);
        Activity alloc = machine.alloc(task, "heap", kind, Content.RANDOM, Units.bytesToPages((long) mib << 20), 0);
        while (machine.step(alloc) != Activity.DONE) {
            machine.completeIo();
            machine.completeExits();
        }
        return task;
    }

    /** Runs swapoff to its end. */
    public void swapoff(String path) throws ErrnoException {
        Activity work = machine.devices().swapoff(path);
        while (machine.step(work) != Activity.DONE) {
            machine.completeIo();
            machine.completeExits();
        }
        Errno error = work.error();
        if (error != null) {
            throw new ErrnoException(error, "swapoff");
        }
    }

    /** Lines of a captured text. */
    public static List<String> lines(String fixture) {
        try {
            return Files.readAllLines(FIXTURES.resolve(fixture), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A captured text. */
    public static String text(String fixture) {
        try {
            return Files.readString(FIXTURES.resolve(fixture));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reclaims anonymous memory of the whole machine. */
    public void swapOut(long bytes) throws ErrnoException {
        Activity reclaim = machine.reclaim(
                machine.cgroups().root().effectiveMemcg(),
                new ReclaimRequest(bytes, Vmscan.SWAPPINESS_ANON_ONLY, false));
        while (machine.step(reclaim) != Activity.DONE) {
            machine.completeIo();
        }
        machine.completeIo();
    }
}
