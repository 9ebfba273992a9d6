package org.reclaimfs.procfs;

import java.util.List;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.machine.BlockDevice;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.memcg.Task;

/** The files about disks (block/genhd.c) and time (fs/proc/{uptime,loadavg,stat}.c), 7.2. */
final class SystemFiles {
    private static final long NS_PER_HUNDREDTH = 10_000_000;
    private static final int BYTES_PER_KIB = 1024;
    private static final int SOFTIRQS = 10;

    private SystemFiles() {}

    static void diskstats(Machine machine, SeqFile out, OpenFile file) {
        for (BlockDevice disk : BlockDevice.all(machine)) {
            out.padded(disk.major(), 4).space().padded(disk.minor(), 7).space().text(disk.name());
            for (long field : disk.stat()) {
                out.space().unsigned(field);
            }
            out.newline();
        }
    }

    /** Disks of no capacity are left out; the header stands as soon as there is any disk. */
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
                        .newline();
            }
        }
    }

    static void loadavg(Machine machine, SeqFile out, OpenFile file) {
        int threads = 1;
        for (Task ignored : machine.cgroups().tasks()) {
            threads++;
        }
        out.text("0.00 0.00 0.00 1/").num(threads).space().num(lastPid(machine)).newline();
    }

    private static int lastPid(Machine machine) {
        int last = 0;
        for (Task task : machine.cgroups().tasks()) {
            last = Math.max(last, task.pid);
        }
        return last;
    }

    static void uptime(Machine machine, SeqFile out, OpenFile file) {
        long up = machine.nowNs() / NS_PER_HUNDREDTH;
        out.hundredths(up).space().hundredths(up * machine.cpus()).newline();
    }

    static void stat(Machine machine, SeqFile out, OpenFile file) {
        long idle = machine.nowNs() / NS_PER_HUNDREDTH;
        cpu(out.text("cpu  "), idle * machine.cpus());
        for (int cpu = 0; cpu < machine.cpus(); cpu++) {
            cpu(out.text("cpu").num(cpu).space(), idle);
        }
        out.text("intr 0\nctxt 0\nbtime 0\n").flat("processes", lastPid(machine));
        out.text("procs_running 1\nprocs_blocked 0\nsoftirq 0");
        for (int i = 0; i < SOFTIRQS; i++) {
            out.text(" 0");
        }
        out.newline();
    }

    private static void cpu(SeqFile out, long idle) {
        out.text("0 0 0 ").unsigned(idle).text(" 0 0 0 0 0 0\n");
    }
}
