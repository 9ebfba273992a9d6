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
    private static final String NO_CPU_TIME = "the CPUs are shown idle: their time is not counted";

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
        procRoot.attach(rows(), machine);
        procRoot.addDir("pressure").attach(PressureFiles.rows(machine), machine);
        procRoot.addDir("sys", FsKind.PROC_SYS).addDir("vm").attach(VmSysctls.rows(), settings);
    }

    /** The rows of /proc itself. */
    List<FileSpec<Machine>> rows() {
        MemInfo memInfo = new MemInfo(settings);
        return List.of( // spotless:off
            event("swaps",   always(), SwapsFile::show, m -> m.swap().eventSeq()).multiRecord(),
            ro("meminfo",    always(), memInfo::show),
            ro("vmstat",     always(), flatKeyed(VmStat.values(), VmStat::key, Machine::vmstat)).multiRecord(),
            ro("zoneinfo",   always(), ZoneFiles::zoneinfo).multiRecord(),
            ro("buddyinfo",  always(), ZoneFiles::buddyinfo).multiRecord(),
            ro("diskstats",  always(), SystemFiles::diskstats).multiRecord(),
            ro("partitions", always(), SystemFiles::partitions).multiRecord(),
            ro("loadavg",    always(), SystemFiles::loadavg).withoutEffect(NO_CPU_TIME),
            ro("uptime",     always(), SystemFiles::uptime),
            ro("stat",       always(), SystemFiles::stat).withoutEffect(NO_CPU_TIME));
    } // spotless:on
}
