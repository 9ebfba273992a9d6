package org.reclaimfs.procfs;

import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.sched.RunQueues;
import org.reclaimfs.sched.RunQueues.Times;

/** /proc/stat, /proc/loadavg and /proc/uptime (fs/proc/{stat,loadavg,uptime}.c, 7.2; spec/22 section 9). */
final class CpuFiles {
    /** USER_HZ is 100. */
    private static final long NS_PER_CLOCK = 10_000_000;

    private static final long NS_PER_SECOND = 1_000_000_000;
    private static final int SOFTIRQS = 10;
    /** Whoever reads the file: a process of the host, but here it runs. */
    private static final int READER = 1;

    // Interrupt numbers that x86 provides for: vectors of each CPU, or the I/O APIC's 24 pins and 16 more each, the 16
    // of
    // old, and 8 a CPU (arch_probe_nr_irqs).
    private static final int VECTORS = 256;
    private static final int FIXED_IRQS = 24 + 16 + 24 * 16;
    private static final int IRQS_PER_CPU = 8;

    private final long bootNs;

    /** @param bootNs in ns since the epoch */
    CpuFiles(long bootNs) {
        this.bootNs = bootNs;
    }

    static void loadavg(Machine machine, SeqFile out, OpenFile file) {
        RunQueues queues = machine.runQueues();
        int threads = READER;
        for (Task ignored : machine.cgroups().tasks()) {
            threads++;
        }
        for (int window = 0; window < 3; window++) {
            out.hundredths(queues.loadHundredths(window)).space();
        }
        out.num(queues.runnable() + READER).ch('/').num(threads).space();
        out.num(machine.cgroups().lastPid()).newline();
    }

    static void uptime(Machine machine, SeqFile out, OpenFile file) {
        out.hundredths(machine.nowNs() / NS_PER_CLOCK).space();
        out.hundredths(allCpus(machine).idleNs() / NS_PER_CLOCK).newline();
    }

    private static Times allCpus(Machine machine) {
        Times sum = new Times(0, 0, 0, 0);
        for (int cpu = 0; cpu < machine.cpus(); cpu++) {
            sum = sum.plus(machine.runQueues().times(cpu));
        }
        return sum;
    }

    void stat(Machine machine, SeqFile out, OpenFile file) {
        RunQueues queues = machine.runQueues();
        cpu(out.text("cpu  "), allCpus(machine));
        for (int cpu = 0; cpu < machine.cpus(); cpu++) {
            cpu(out.text("cpu").num(cpu).space(), queues.times(cpu));
        }
        zeros(out.text("intr 0"), Math.min(VECTORS * machine.cpus(), FIXED_IRQS + IRQS_PER_CPU * machine.cpus()));
        out.flat("ctxt", queues.switches());
        out.flat("btime", bootNs / NS_PER_SECOND);
        out.flat("processes", machine.cgroups().forks());
        out.flat("procs_running", queues.runnable() + READER);
        out.flat("procs_blocked", queues.waiting());
        zeros(out.text("softirq 0"), SOFTIRQS);
    }

    /** user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice. */
    private static void cpu(SeqFile out, Times times) {
        out.unsigned(times.userNs() / NS_PER_CLOCK).text(" 0 ");
        out.unsigned(times.systemNs() / NS_PER_CLOCK).space();
        out.unsigned(times.idleNs() / NS_PER_CLOCK).space();
        out.unsigned(times.iowaitNs() / NS_PER_CLOCK).text(" 0 0 0 0 0\n");
    }

    private static void zeros(SeqFile out, int count) {
        for (int i = 0; i < count; i++) {
            out.text(" 0");
        }
        out.newline();
    }
}
