package org.reclaimfs.cgroupfs;

import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.Shapes.always;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.machine.BlockDevice;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.memcg.IoStats;
import org.reclaimfs.swap.IoCounts;

/**
 * io.stat: in the root what the devices themselves have counted, all of them, the newest first; elsewhere what the
 * cgroup's tasks and memory have moved, the last device they came to use first (blkcg_print_stat, block/blk-cgroup.c 7.2).
 */
final class IoFiles {
    private final Machine machine;

    private IoFiles(Machine machine) {
        this.machine = machine;
    }

    static List<FileSpec<Cgroup>> rows(Machine machine) {
        return List.of(ro("io.stat", always(), new IoFiles(machine)::show));
    }

    private void show(Cgroup cgroup, SeqFile out, OpenFile file) {
        List<BlockDevice> devices = BlockDevice.all(machine);
        IoStats io = cgroup.io();
        if (io == null) {
            Collections.reverse(devices);
            devices.forEach(device -> line(device, own(device), out));
            return;
        }
        List<String> paths = new ArrayList<>(io.devices());
        Collections.reverse(paths);
        for (String path : paths) {
            for (BlockDevice device : devices) {
                IoStats.Counts counts = path.equals("/dev/" + device.name()) ? io.of(path) : null;
                if (counts != null) {
                    line(device, counted(counts), out);
                }
            }
        }
    }

    /** Pages and requests read, pages and requests written. */
    private static long[] own(BlockDevice device) {
        IoCounts io = device.io();
        return new long[] {io.readPages(), io.reads(), io.writtenPages(), io.writes()};
    }

    private static long[] counted(IoStats.Counts counts) {
        return new long[] {counts.readPages(), counts.readPages(), counts.writtenPages(), counts.writtenPages()};
    }

    private static void line(BlockDevice device, long[] counts, SeqFile out) {
        out.num(device.major()).ch(':').num(device.minor()).space();
        if (counts[1] != 0 || counts[3] != 0) {
            out.text("rbytes=").num(Units.pagesToBytes(counts[0]));
            out.text(" wbytes=").num(Units.pagesToBytes(counts[2]));
            out.text(" rios=").num(counts[1]).text(" wios=").num(counts[3]).text(" dbytes=0 dios=0");
        }
        out.newline();
    }
}
