package org.reclaimfs.devfs;

import static org.reclaimfs.kernfs.Shapes.always;

import java.util.List;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.machine.Machine;

/** The files of /dev and their place in the tree. */
public final class DevFs {
    private final Machine machine;

    public DevFs(Machine machine) {
        this.machine = machine;
    }

    /** Adds the files to an empty directory; the gate's lock is held, or nobody looks yet. */
    public void mountAt(Dir dev) {
        dev.attach(rows(), machine);
    }

    private static List<FileSpec<Machine>> rows() {
        KmsgFile kmsg = new KmsgFile();
        return List.of(FileSpec.raw("kmsg", 0644, always(), kmsg).polled(kmsg));
    }
}
