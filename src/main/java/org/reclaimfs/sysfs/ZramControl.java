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
import org.reclaimfs.zram.ZramDevice;

/** /sys/class/zram-control: each read of hot_add at offset 0 makes a device (spec/23 section 1). */
final class ZramControl {
    private static final int OWNER_READS = 0400;

    private ZramControl() {}

    static List<FileSpec<Machine>> rows(Runnable refresh, Nodes nodes) {
        return List.of( // spotless:off
            ro("hot_add",    always(), hotAdd(refresh, nodes)).with(OWNER_READS),
            wo("hot_remove", always(), hotRemove(refresh, nodes)));
    } // spotless:on

    private static Show<Machine> hotAdd(Runnable refresh, Nodes nodes) {
        return Show.changing((machine, out, file) -> {
            ZramDevice device = machine.devices().addZram();
            out.num(device.id).newline();
            refresh.run();
            if (nodes.kept()) {
                file.then(nodes.follow(device.name()));
            }
        });
    }

    private static Store<Machine> hotRemove(Runnable refresh, Nodes nodes) {
        return (machine, in, file) -> {
            int id = Numbers.kstrtoint(in.text(), 10);
            if (id < 0) {
                throw new ErrnoException(Errno.EINVAL, "a device number is not negative");
            }
            NodeChange.Body removal = () -> {
                machine.devices().removeZram(id);
                refresh.run();
                return Work.DONE;
            };
            ZramDevice device = machine.devices().zram(id);
            return device == null
                    ? removal.run()
                    : NodeChange.ending(nodes, device, machine.swap().byPath("/dev/" + device.name()) != null, removal);
        };
    }
}
