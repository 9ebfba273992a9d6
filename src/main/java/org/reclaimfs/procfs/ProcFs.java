package org.reclaimfs.procfs;

import static org.reclaimfs.kernfs.FileSpec.event;
import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.Shapes.always;
import static org.reclaimfs.kernfs.Shapes.flatKeyed;

import java.util.List;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.FsKind;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.mm.VmStat;

/** The files of /proc and their place in the tree. */
public final class ProcFs {
    private final Machine machine;
    private final VmSettings settings;

    /** The files that show one machine; sysctl defaults are taken from it now. */
    public ProcFs(Machine machine) {
        this.machine = machine;
        this.settings = new VmSettings(machine);
    }

    /**
     * Adds the files, pressure/ and sys/vm/.
     *
     * @param procRoot an empty directory of kind {@link FsKind#PROC}; the gate's lock is held, or nobody looks yet
     */
    public void mountAt(Dir procRoot) {
        procRoot.attach(rows(procRoot.now() - machine.nowNs()), machine);
        procRoot.addDir("pressure").attach(PressureFiles.rows(machine), machine);
        procRoot.addDir("sys", FsKind.PROC_SYS).addDir("vm").attach(VmSysctls.rows(), settings);
    }

    /**
     * The rows of /proc itself.
     *
     * @param bootNs when the machine booted, in ns since the epoch
     */
    private List<FileSpec<Machine>> rows(long bootNs) {
        CpuFiles cpus = new CpuFiles(bootNs);
        return List.of( // spotless:off
            event("swaps",   always(), SwapsFile::show, m -> m.swap().eventSeq()).multiRecord(),
            ro("meminfo",    always(), MemInfo::show),
            ro("vmstat",     always(), flatKeyed(VmStat.values(), VmStat::key, Machine::vmstat)).multiRecord(),
            ro("zoneinfo",   always(), ZoneFiles::zoneinfo).multiRecord(),
            ro("buddyinfo",  always(), ZoneFiles::buddyinfo).multiRecord(),
            FileSpec.<Machine>ro("pagetypeinfo", always(), ZoneFiles::pagetypeinfo).with(0400).multiRecord().withoutEffect(ZoneFiles.MIXED),
            ro("diskstats",  always(), DiskFiles::diskstats).multiRecord(),
            ro("partitions", always(), DiskFiles::partitions).multiRecord(),
            ro("loadavg",    always(), CpuFiles::loadavg),
            ro("uptime",     always(), CpuFiles::uptime),
            ro("stat",       always(), cpus::stat));
    } // spotless:on
}
