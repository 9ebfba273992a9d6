package org.reclaimfs.machine;

import java.util.EnumSet;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.memcg.Controller;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Flags;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.mm.Region;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.swap.SwapDevices;
import org.reclaimfs.zram.ZramDevice;

/** A machine like the captured guest (512 MiB, 2 CPUs), for tests that repeat what was done there. */
final class Lab {
    static final long MIB = 1L << 20;

    final Machine machine;

    Lab() {
        this(512);
    }

    Lab(int memoryMib) {
        this(memoryMib, MachineConfig.defaults().costs());
    }

    Lab(int memoryMib, Costs costs) {
        this(memoryMib, costs, 1);
    }

    Lab(int memoryMib, long seed) {
        this(memoryMib, MachineConfig.defaults().costs(), seed);
    }

    private Lab(int memoryMib, Costs costs, long seed) {
        MachineConfig d = MachineConfig.defaults();
        machine = new Machine(new MachineConfig(memoryMib * MIB, d.reservedBytes(), 2, seed, d.patches(), costs));
    }

    /** Makes a cgroup and, on the way, enables the memory controller above it. */
    MemCgroup cgroup(String path) throws ErrnoException {
        int slash = path.lastIndexOf('/');
        Cgroup parent = machine.cgroups().find(path.substring(0, slash));
        machine.cgroups().setSubtreeControl(parent, EnumSet.of(Controller.MEMORY), EnumSet.noneOf(Controller.class));
        return machine.cgroups()
                .mkdir(parent, path.substring(slash + 1), machine.nowNs())
                .effectiveMemcg();
    }

    void disk(String name, int mib, Disk.Profile profile) throws ErrnoException {
        machine.devices().addDisk(new Disk(name, mib * MIB, profile));
        machine.devices().swapon("/dev/" + name, SwapDevices.DEFAULT_PRIORITY);
    }

    ZramDevice zram(int mib) throws ErrnoException {
        ZramDevice zram = machine.devices().addZram();
        zram.setDisksize(mib * MIB / 4096);
        machine.devices().swapon("/dev/" + zram.name(), 100);
        return zram;
    }

    /** A task with one region of fresh pages. */
    Task task(String name, String cgroup, Kind kind, long pages, Content content) throws ErrnoException {
        Task task = machine.spawn(name, name, cgroup, 0);
        run(machine.alloc(task, "data", kind, content, pages, 0));
        return task;
    }

    /** Runs an activity to its end, devices finishing after each slice. */
    @Nullable
    Errno run(Activity activity) {
        while (machine.step(activity) != Activity.DONE) {
            machine.completeIo();
            machine.completeExits();
        }
        machine.completeIo();
        machine.completeExits();
        return activity.error();
    }

    @Nullable
    Errno reclaim(MemCgroup memcg, long bytes) throws ErrnoException {
        return run(machine.reclaim(memcg, new ReclaimRequest(bytes, -1, false)));
    }

    @Nullable
    Errno sourceZswap(MemCgroup memcg, long bytes) throws ErrnoException {
        return run(machine.reclaim(memcg, new ReclaimRequest(bytes, -1, true)));
    }

    /** Touches a region from its first page to its last. */
    void touch(Task task, boolean write) throws ErrnoException {
        Region region = machine.region(task, "data");
        run(machine.touch(task, region, new TouchPattern.Sequential(), region.pages(), 0, 0, write));
    }

    /** Reads the first pages of a region. */
    void touch(Task task, long pages) throws ErrnoException {
        run(machine.touch(task, machine.region(task, "data"), new TouchPattern.Sequential(), pages, 0, 0, false));
    }

    /** Puts the region's pages on the active list. */
    void activate(Task task) throws ErrnoException {
        Region region = machine.region(task, "data");
        new PageTables(machine.core()).forRuns(region, 0, region.pages(), run -> {
            machine.core().folios.lruDel(run);
            machine.core().folios.lruAddHead(run, Flags.ACTIVE_ANON);
        });
    }

    static long scanned(MemCgroup m) {
        return m.stat(MemoryStat.PGSCAN);
    }

    static long stolen(MemCgroup m) {
        return m.stat(MemoryStat.PGSTEAL);
    }
}
