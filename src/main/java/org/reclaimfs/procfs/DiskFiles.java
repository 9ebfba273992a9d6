package org.reclaimfs.procfs;

import java.util.List;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.machine.BlockDevice;
import org.reclaimfs.machine.Machine;

/** /proc/diskstats and /proc/partitions (block/genhd.c diskstats_show, show_partition; 7.2, spec/22 section 8). */
final class DiskFiles {
    private static final int BYTES_PER_KIB = 1024;

    private DiskFiles() {}

    static void diskstats(Machine machine, SeqFile out, OpenFile file) {
        for (BlockDevice disk : BlockDevice.all(machine)) {
            out.padded(disk.major(), 4).space().padded(disk.minor(), 7).space().text(disk.name());
            for (long field : disk.stat()) {
                out.space().unsigned(field);
            }
            out.newline();
        }
    }

    /** Disks of no capacity are left out; the header stands as soon as there is any disk, and is of the first one's record. */
    static void partitions(Machine machine, SeqFile out, OpenFile file) {
        List<BlockDevice> disks = BlockDevice.all(machine);
        if (!disks.isEmpty()) {
            out.text("major minor  #blocks  name\n\n");
        }
        for (BlockDevice disk : disks) {
            if (disk.bytes() > 0) {
                out.padded(disk.major(), 4).text("  ").padded(disk.minor(), 7).space();
                out.padded(disk.bytes() / BYTES_PER_KIB, 10)
                        .space()
                        .text(disk.name())
                        .newline()
                        .endRecord();
            }
        }
    }
}
