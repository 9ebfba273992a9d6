package org.reclaimfs.cgroupfs;

import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.DirOps;
import org.reclaimfs.kernfs.FileSet;
import org.reclaimfs.kernfs.FileTable;
import org.reclaimfs.kernfs.FsKind;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.memcg.Controller;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.PidsCgroup;

/**
 * The directories of /sys/fs/cgroup: one for each cgroup of the machine, with the files its controllers bring. All
 * methods expect the machine's lock.
 */
public final class CgroupFs {
    private static final int ROOT_MODE = 0555;

    /** A cgroup's directory and the file sets that come and go. */
    private record Entry(Dir dir, FileSet<Cgroup> pressure, Map<Controller, FileSet<?>> controllers) {}

    private final Machine machine;
    private final RealProcesses real;
    private final FileTable<Cgroup> core;
    private final FileTable<Cgroup> pressure;
    private final FileTable<Cgroup> pressureSwitch;
    private final FileTable<MemCgroup> memory;
    private final FileTable<PidsCgroup> pids = new FileTable<>(PidsFiles.rows());
    private final FileTable<CpuSettings> cpu = new FileTable<>(CpuSettings.rows());
    private final FileTable<CpusetSettings> cpuset = new FileTable<>(CpusetSettings.rows());
    private final Map<Controller, FileTable<Cgroup>> others = new EnumMap<>(Controller.class);
    private final Map<Cgroup, Entry> entries = new IdentityHashMap<>();
    private final DirOps ops = new Ops();

    /** Makes the tables of one machine; {@link #mountAt} makes the directories. */
    public CgroupFs(Machine machine) {
        this(machine, RealProcesses.NONE);
    }

    /** The same with real processes as members, too. */
    public CgroupFs(Machine machine, RealProcesses real) {
        this.machine = machine;
        this.real = real;
        core = new FileTable<>(CoreFiles.rows(machine, this));
        pressure = new FileTable<>(PressureFiles.rows(machine));
        pressureSwitch = new FileTable<>(CoreFiles.pressureSwitch(this));
        memory = new FileTable<>(MemoryFiles.rows(machine));
        others.put(Controller.IO, new FileTable<>(IoFiles.rows(machine)));
        others.put(Controller.MISC, new FileTable<>(MiscFiles.rows()));
    }

    /** Makes {@code cgroupRoot} the directory of the root cgroup, with one below it for every cgroup there is. */
    public void mountAt(Dir cgroupRoot) {
        cgroupRoot.mode(ROOT_MODE);
        fill(machine.cgroups().root(), cgroupRoot, Caller.ROOT);
    }

    /** Adds what /sys/kernel/cgroup tells about all cgroups. */
    public void mountFeaturesAt(Dir sysKernelCgroup) {
        sysKernelCgroup.attach(FeatureFiles.rows(), machine);
    }

    private void fill(Cgroup cgroup, Dir dir, Caller owner) {
        dir.ops(ops).subject(cgroup);
        cgroup.id(dir.ino());
        dir.attach(core, cgroup, owner);
        FileSet<Cgroup> hideable = dir.attach(pressure, cgroup, owner);
        dir.attach(pressureSwitch, cgroup, owner);
        entries.put(cgroup, new Entry(dir, hideable, new EnumMap<>(Controller.class)));
        sync(cgroup, owner);
        for (Cgroup child : cgroup.children()) {
            fill(child, dir.addDir(child.name(), FsKind.CGROUP), owner);
        }
    }

    /**
     * The directory of a live cgroup.
     *
     * @throws IllegalStateException if the tree has none
     */
    public Dir directory(Cgroup cgroup) {
        return entry(cgroup).dir();
    }

    RealProcesses real() {
        return real;
    }

    private Entry entry(Cgroup cgroup) {
        Entry entry = entries.get(cgroup);
        if (entry == null) {
            throw new IllegalStateException("no directory for " + cgroup.path());
        }
        return entry;
    }

    /** Gives a directory the files of the controllers its cgroup has now, and takes away the others. */
    void sync(Cgroup cgroup, Caller owner) {
        Entry entry = entry(cgroup);
        for (Controller controller : Controller.values()) {
            FileSet<?> attached = entry.controllers().get(controller);
            boolean wanted = cgroup.controllers().contains(controller);
            if (wanted && attached == null) {
                attach(entry, cgroup, controller, owner);
            } else if (!wanted && attached != null) {
                entry.dir().detach(attached);
                entry.controllers().remove(controller);
            }
        }
    }

    private void attach(Entry entry, Cgroup cgroup, Controller controller, Caller owner) {
        FileSet<?> set =
                switch (controller) {
                    case MEMORY -> entry.dir().attach(memory, cgroup.effectiveMemcg(), owner);
                    case PIDS -> cgroup.pids() == null ? null : entry.dir().attach(pids, cgroup.pids(), owner);
                    case CPU -> entry.dir().attach(cpu, new CpuSettings(cgroup), owner);
                    case CPUSET -> entry.dir().attach(cpuset, cpusetOf(cgroup), owner);
                    default -> entry.dir().attach(table(controller), cgroup, owner);
                };
        if (set != null) {
            entry.controllers().put(controller, set);
        }
    }

    private CpusetSettings cpusetOf(Cgroup cgroup) {
        Cgroup parent = cgroup.parent();
        if (parent == null) {
            return new CpusetSettings(machine.cpus(), machine.memory().nodes().size());
        }
        FileSet<?> above = entry(parent).controllers().get(Controller.CPUSET);
        return new CpusetSettings(cgroup, above == null ? null : (CpusetSettings) above.subject());
    }

    private FileTable<Cgroup> table(Controller controller) {
        @Nullable FileTable<Cgroup> table = others.get(controller);
        if (table == null) {
            throw new IllegalStateException("no rows for " + controller);
        }
        return table;
    }

    /** cgroup.pressure: 0 stops the accounting and hides the pressure files. */
    void setPressure(Cgroup cgroup, int on) {
        cgroup.psi().setEnabled(on == 1, machine.nowNs());
        entry(cgroup).pressure().hide(on == 0);
    }

    /** mkdir and rmdir by a user or a step: the model first, then the tree. */
    private final class Ops implements DirOps {
        @Override
        public void mkdir(Dir parent, String name, int mode, Caller caller) throws ErrnoException {
            Cgroup child = machine.cgroups().mkdir(cgroupOf(parent), name, machine.nowNs());
            fill(child, parent.addDir(name, FsKind.CGROUP, mode, caller), caller);
        }

        @Override
        public void rmdir(Dir dir, Caller caller) throws ErrnoException {
            Cgroup cgroup = cgroupOf(dir);
            machine.cgroups().rmdir(cgroup, machine.nowNs());
            entries.remove(cgroup);
            dir.remove();
        }

        private Cgroup cgroupOf(Dir dir) {
            if (dir.subject() instanceof Cgroup cgroup) {
                return cgroup;
            }
            throw new IllegalStateException(dir.path() + " is no cgroup");
        }
    }
}
