package org.reclaimfs.cgroupfs;

import static org.reclaimfs.kernfs.Shapes.always;

import java.util.List;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.pressurefs.PressureFile;
import org.reclaimfs.psi.PsiResource;

/** io.pressure, memory.pressure and cpu.pressure of a cgroup. */
final class PressureFiles {
    private PressureFiles() {}

    /** The table; the order is that of inode numbers. */
    static List<FileSpec<Cgroup>> rows(Machine machine) {
        return List.of(
                row(machine, "io.pressure", PsiResource.IO),
                row(machine, "memory.pressure", PsiResource.MEMORY),
                row(machine, "cpu.pressure", PsiResource.CPU));
    }

    private static FileSpec<Cgroup> row(Machine machine, String name, PsiResource resource) {
        PressureFile<Cgroup> file = new PressureFile<>(machine, resource, Cgroup::psi);
        return FileSpec.<Cgroup>rw(name, always(), file::show, file::addTrigger).polled(file::poll);
    }
}
