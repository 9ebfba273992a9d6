package org.reclaimfs.cgroupfs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.Dir;
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
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Kind;

/** The captured guest (512 MiB, 2 CPUs) with its cgroup tree at {@link #ROOT}, and a clock that stands still. */
final class CgroupWorld implements Gate {
    static final String ROOT = "/sys/fs/cgroup";

    final Machine machine;
    final Kernfs fs;
    final CgroupFs cgroups;

    CgroupWorld() {
        this(EnumSet.of(Patch.ZSWAP_PROACTIVE_WRITEBACK));
    }

    CgroupWorld(Set<Patch> patches) {
        this(patches, RealProcesses.NONE);
    }

    CgroupWorld(RealProcesses real) {
        this(EnumSet.noneOf(Patch.class), real);
    }

    private CgroupWorld(Set<Patch> patches, RealProcesses real) {
        machine = new Machine(new MachineConfig(512L << 20, 32L << 20, 2, 1, patches, Costs.of(Costs.Profile.SERVER)));
        fs = new Kernfs(this, () -> 1_600_000_000_000_000_000L, KernelVersion.MIRRORED);
        Dir root = fs.root().dir("sys").dir("fs").addDir("cgroup", FsKind.CGROUP);
        cgroups = new CgroupFs(machine, real);
        cgroups.mountAt(root);
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
        while (costNs != Work.FINISHED) {
            machine.lock().lock();
            try {
                if (signal.pending()) {
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

    static List<String> fixture(String name) {
        try {
            return Files.readAllLines(Path.of("tests/fixtures/linux-7.2/cgroup", name));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    String read(String path) throws ErrnoException {
        return fs.readText(ROOT + path);
    }

    void write(String path, String text) throws ErrnoException {
        fs.writeText(ROOT + path, text, Signal.NEVER);
    }

    void mkdir(String path) throws ErrnoException {
        fs.mkdir(ROOT + path, 0755, Caller.ROOT);
    }

    void rmdir(String path) throws ErrnoException {
        fs.rmdir(ROOT + path, Caller.ROOT);
    }

    OpenFile open(String path, int flags) throws ErrnoException {
        return fs.open(ROOT + path, flags, Caller.ROOT);
    }

    String read(OpenFile file) throws ErrnoException {
        StringBuilder text = new StringBuilder();
        fs.read(
                file,
                0,
                64 << 10,
                (bytes, from, length) ->
                        text.append(new String(bytes, from, length, java.nio.charset.StandardCharsets.UTF_8)));
        return text.toString();
    }

    int write(OpenFile file, String text) throws ErrnoException {
        return fs.write(file, text.getBytes(java.nio.charset.StandardCharsets.UTF_8), 0, Signal.NEVER);
    }

    long ino(String path) throws ErrnoException {
        return fs.getattr(ROOT + path, Caller.ROOT).ino();
    }

    Cgroup cgroup(String path) {
        Cgroup cgroup = machine.cgroups().find(path);
        if (cgroup == null) {
            throw new IllegalStateException("no " + path);
        }
        return cgroup;
    }

    /** A process with {@code mib} of anonymous memory in a cgroup. */
    Task hold(String name, String cgroupPath, int mib, Content content) throws ErrnoException {
        Task task = machine.spawn(name, name, cgroupPath, 0);
        long pages = Units.bytesToPages((long) mib << 20);
        Activity alloc = machine.alloc(task, "heap", Kind.ANON, content, pages, 0);
        while (machine.step(alloc) != Activity.DONE) {
            machine.completeIo();
            machine.completeExits();
        }
        return task;
    }
}
