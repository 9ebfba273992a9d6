package org.reclaimfs.procfs;

import static org.reclaimfs.kernfs.Shapes.always;

import java.util.Arrays;
import java.util.List;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.pressurefs.PressureFile;
import org.reclaimfs.psi.PsiResource;

/** /proc/pressure: the whole system's (kernel/sched/psi.c psi_write, 7.2; spec/09 section 7). */
final class PressureFiles {
    private static final int MODE = 0666;
    private static final int TAKEN_BYTES = 32;

    private PressureFiles() {}

    static List<FileSpec<Machine>> rows(Machine machine) {
        return List.of(
                row(machine, "cpu", PsiResource.CPU),
                row(machine, "io", PsiResource.IO),
                row(machine, "memory", PsiResource.MEMORY));
    }

    private static FileSpec<Machine> row(Machine machine, String name, PsiResource resource) {
        PressureFile<Machine> file =
                new PressureFile<>(machine, resource, m -> m.cgroups().root().psi());
        return FileSpec.<Machine>rw(
                        name, always(), file::show, (subject, in, open) -> file.addTrigger(subject, taken(in), open))
                .with(MODE)
                .polled(file::poll);
    }

    /** The last byte of what is taken is overwritten, so a text that ends with its number loses a digit. */
    private static ControlInput taken(ControlInput in) {
        return new ControlInput(Arrays.copyOf(in.raw(), Math.min(in.length(), TAKEN_BYTES) - 1));
    }
}
