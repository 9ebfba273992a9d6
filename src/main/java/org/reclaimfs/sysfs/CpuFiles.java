package org.reclaimfs.sysfs;

import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.Shapes.always;
import static org.reclaimfs.kernfs.Shapes.number;
import static org.reclaimfs.kernfs.Shapes.single;

import java.util.List;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.machine.Machine;

/**
 * /sys/devices/system/cpu (drivers/base/{cpu,topology}.c, 7.2): which CPUs there are and how they belong together; all that
 * lscpu, sysconf(3) and runtimes count by. A machine has a socket for each node, and in it a core for each of its CPUs.
 *
 * <p>Not here: caches, frequencies, vulnerabilities, and taking CPUs offline.
 */
final class CpuFiles {
    /** CONFIG_NR_CPUS of Debian's x86-64 kernels, which is more than any scenario may have. */
    private static final int NR_CPUS = 8192;

    private CpuFiles() {}

    /** One CPU's directory. */
    record Cpu(Machine machine, int id) {
        int node() {
            return machine.memory().nodeOfCpu(id);
        }

        int firstOfNode() {
            return NodeFiles.firstCpu(machine, node());
        }

        int endOfNode() {
            return NodeFiles.firstCpu(machine, node() + 1);
        }
    }

    /** Adds cpu/ with a directory for each CPU; it and node/ have links into each other. */
    static void mountAt(Dir system, Machine machine) {
        Dir all = system.dir("cpu");
        all.attach(rows(), machine);
        for (int id = 0; id < machine.cpus(); id++) {
            Cpu cpu = new Cpu(machine, id);
            Dir dir = all.dir("cpu" + id);
            dir.addLink("node" + cpu.node(), "../../node/node" + cpu.node());
            dir.dir("topology").attach(topologyRows(), cpu);
        }
    }

    private static List<FileSpec<Machine>> rows() {
        return List.of( // spotless:off
            ro("isolated",   always(), single(m -> "")),
            ro("kernel_max", always(), number(m -> NR_CPUS - 1)),
            ro("offline",    always(), single(m -> "")),
            ro("online",     always(), single(m -> NodeFiles.range(0, m.cpus() - 1))),
            ro("possible",   always(), single(m -> NodeFiles.range(0, m.cpus() - 1))),
            ro("present",    always(), single(m -> NodeFiles.range(0, m.cpus() - 1))));
    } // spotless:on

    private static List<FileSpec<Cpu>> topologyRows() {
        return List.of( // spotless:off
            ro("core_cpus",            always(), single(CpuFiles::itself)),
            ro("core_cpus_list",       always(), number(Cpu::id)),
            ro("core_id",              always(), number(cpu -> cpu.id() - cpu.firstOfNode())),
            ro("core_siblings",        always(), single(CpuFiles::socket)),
            ro("core_siblings_list",   always(), single(CpuFiles::socketList)),
            ro("package_cpus",         always(), single(CpuFiles::socket)),
            ro("package_cpus_list",    always(), single(CpuFiles::socketList)),
            ro("physical_package_id",  always(), number(Cpu::node)),
            ro("thread_siblings",      always(), single(CpuFiles::itself)),
            ro("thread_siblings_list", always(), number(Cpu::id)));
    } // spotless:on

    private static String itself(Cpu cpu) {
        return NodeFiles.mask(cpu.id(), cpu.id() + 1, cpu.machine().cpus());
    }

    private static String socket(Cpu cpu) {
        return NodeFiles.mask(cpu.firstOfNode(), cpu.endOfNode(), cpu.machine().cpus());
    }

    private static String socketList(Cpu cpu) {
        return NodeFiles.range(cpu.firstOfNode(), cpu.endOfNode() - 1);
    }
}
