package org.reclaimfs.sysfs;

import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.FileSpec.wo;
import static org.reclaimfs.kernfs.Shapes.always;

import java.util.List;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.Show;
import org.reclaimfs.kernfs.Store;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Machine;

/** /sys/class/zram-control: each read of hot_add at offset 0 makes a device (spec/23 section 1). */
final class ZramControl {
    private static final int OWNER_READS = 0400;

    private ZramControl() {}

    static List<FileSpec<Machine>> rows(Runnable refresh) {
        return List.of( // spotless:off
            ro("hot_add",    always(), hotAdd(refresh)).with(OWNER_READS),
            wo("hot_remove", always(), hotRemove(refresh)));
    } // spotless:on

    private static Show<Machine> hotAdd(Runnable refresh) {
        return (machine, out, file) -> {
            out.num(machine.addZram().id).newline();
            refresh.run();
        };
    }

    private static Store<Machine> hotRemove(Runnable refresh) {
        return (machine, in, file) -> {
            int id = Numbers.kstrtoint(in.text(), 10);
            if (id < 0) {
                throw new ErrnoException(Errno.EINVAL, "a device number is not negative");
            }
            machine.removeZram(id);
            refresh.run();
            return Work.DONE;
        };
    }
}
