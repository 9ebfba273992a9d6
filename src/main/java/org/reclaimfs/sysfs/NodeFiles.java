package org.reclaimfs.sysfs;

import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.FileSpec.stub;
import static org.reclaimfs.kernfs.FileSpec.wo;
import static org.reclaimfs.kernfs.Shapes.always;
import static org.reclaimfs.kernfs.Shapes.flatKeyed;
import static org.reclaimfs.kernfs.Shapes.single;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;
import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.kernfs.SteppedWork;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Activity;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.machine.ReclaimRequest;
import org.reclaimfs.mm.Node;
import org.reclaimfs.mm.VmStat;

/** /sys/devices/system/node (drivers/base/node.c, 7.2; spec/24 section 3). */
final class NodeFiles {
    /** What ReclaimRequest takes for "max". */
    private static final int ANON_ONLY = 201;

    private static final int LOCAL_DISTANCE = 10;
    private static final int REMOTE_DISTANCE = 20;

    private static final VmStat[] ITEMS = Arrays.copyOf(VmStat.values(), VmStat.NR_GPU_RECLAIM.ordinal() + 1);
    private static final VmStat[] NUMA = {
        VmStat.NUMA_HIT,
        VmStat.NUMA_MISS,
        VmStat.NUMA_FOREIGN,
        VmStat.NUMA_INTERLEAVE,
        VmStat.NUMA_LOCAL,
        VmStat.NUMA_OTHER
    };
    private static final String[] NUMASTAT_KEYS = {
        "numa_hit", "numa_miss", "numa_foreign", "interleave_hit", "local_node", "other_node"
    };

    private NodeFiles() {}

    /** One node's directory. */
    record NodeDir(Machine machine, int id) {
        Node node() {
            return machine.memory().node(id);
        }
    }

    /** Adds node/ with a directory for each node. */
    static void mountAt(Dir system, Machine machine) {
        Dir all = system.dir("node");
        all.attach(nodeRows(), machine);
        for (int id = 0; id < machine.memory().nodes().size(); id++) {
            Dir dir = all.dir("node" + id);
            dir.attach(rows(), new NodeDir(machine, id));
            HugePageFiles.mountNodePools(dir);
            dir.addLink("subsystem", "../../../../bus/node");
            for (int cpu = firstCpu(machine, id); cpu < firstCpu(machine, id + 1); cpu++) {
                dir.addLink("cpu" + cpu, "../../cpu/cpu" + cpu);
            }
        }
    }

    private static List<FileSpec<Machine>> nodeRows() {
        return List.of( // spotless:off
            ro("has_cpu",               always(), single(m -> nodeList(m, n -> firstCpu(m, n) < firstCpu(m, n + 1)))),
            ro("has_generic_initiator", always(), single(m -> "")),
            ro("has_memory",            always(), single(m -> nodeList(m, n -> m.memory().node(n).managedPages() > 0))),
            ro("has_normal_memory",     always(), single(m -> nodeList(m, n -> m.memory().node(n).managedPages() > 0))),
            ro("online",                always(), single(m -> nodeList(m, n -> true))),
            ro("possible",              always(), single(m -> nodeList(m, n -> true))),
            Uevents.row());
    } // spotless:on

    static List<FileSpec<NodeDir>> rows() {
        return List.of( // spotless:off
            stub("compact", 0200, always(), "", "all pages are single: there is no compaction"),
            ro("cpulist",         always(), single(NodeFiles::cpulist)),
            ro("cpumap",          always(), single(NodeFiles::cpumap)),
            ro("distance",        always(), single(NodeFiles::distance)),
            ro("meminfo",         always(), NodeMemInfo::show),
            ro("numastat",        always(), NodeFiles::numastat),
            wo("reclaim",         always(), NodeFiles::reclaim),
            Uevents.row(),
            ro("vmstat",          always(), flatKeyed(ITEMS, VmStat::key, (dir, item) -> dir.machine().nodeVmstat(item, dir.id()))));
    } // spotless:on

    /** The nodes for which the condition holds, as ranges. */
    private static String nodeList(Machine machine, IntPredicate condition) {
        StringBuilder list = new StringBuilder();
        int nodes = machine.memory().nodes().size();
        for (int n = 0; n < nodes; n++) {
            int first = n;
            while (n < nodes && condition.test(n)) {
                n++;
            }
            if (n > first) {
                list.append(list.isEmpty() ? "" : ",").append(range(first, n - 1));
            }
        }
        return list.toString();
    }

    /** CPUs or nodes as a list. */
    static String range(int first, int last) {
        return first == last ? Integer.toString(first) : first + "-" + last;
    }

    /** The lowest CPU of a node; CPUs are dealt out evenly, in order. */
    static int firstCpu(Machine machine, int node) {
        int cpu = 0;
        while (cpu < machine.cpus() && machine.memory().nodeOfCpu(cpu) < node) {
            cpu++;
        }
        return cpu;
    }

    private static String cpulist(NodeDir dir) {
        int first = firstCpu(dir.machine(), dir.id());
        int end = firstCpu(dir.machine(), dir.id() + 1);
        return first == end ? "" : range(first, end - 1);
    }

    private static String distance(NodeDir dir) {
        StringBuilder row = new StringBuilder();
        for (int n = 0; n < dir.machine().memory().nodes().size(); n++) {
            row.append(n == 0 ? "" : " ").append(n == dir.id() ? LOCAL_DISTANCE : REMOTE_DISTANCE);
        }
        return row.toString();
    }

    private static String cpumap(NodeDir dir) {
        int first = firstCpu(dir.machine(), dir.id());
        return mask(first, firstCpu(dir.machine(), dir.id() + 1), dir.machine().cpus());
    }

    /**
     * The CPUs from {@code first} to below {@code end}, as bits in groups of 32, the highest first. The first group has as
     * many digits as the CPUs of the machine need in it (lib/vsprintf.c bitmap_string).
     */
    static String mask(int first, int end, int cpus) {
        StringBuilder map = new StringBuilder();
        for (int group = (cpus - 1) / 32; group >= 0; group--) {
            long bits = 0;
            for (int cpu = Math.max(first, group * 32); cpu < Math.min(end, group * 32 + 32); cpu++) {
                bits |= 1L << cpu % 32;
            }
            int digits = (Math.min(32, cpus - group * 32) + 3) / 4;
            map.append(map.isEmpty() ? "" : ",").append(String.format("%0" + digits + "x", bits));
        }
        return map.toString();
    }

    private static void numastat(NodeDir dir, SeqFile out, OpenFile file) {
        for (int i = 0; i < NUMA.length; i++) {
            out.flat(NUMASTAT_KEYS[i], dir.machine().nodeVmstat(NUMA[i], dir.id()));
        }
    }

    /** Proactive reclaim of the node; whatever goes wrong is EAGAIN here (golden errno.tsv). */
    private static Work reclaim(NodeDir dir, ControlInput in, OpenFile file) throws ErrnoException {
        ReclaimRequest request = parse(in);
        if (request.bytes() >>> Units.PAGE_SHIFT == 0) {
            return Work.DONE;
        }
        Activity activity = dir.machine().reclaimNode(dir.id(), request);
        if (activity == null) {
            throw again("somebody else reclaims this node");
        }
        return new SteppedWork(() -> dir.machine().step(activity), activity::error, activity::signal);
    }

    // user_proactive_reclaim, as of memory.reclaim: nothing need stand between the size and the first word.
    private static ReclaimRequest parse(ControlInput in) throws ErrnoException {
        String text = in.stripped();
        Numbers.Memparse size = Numbers.memparse(text, 0);
        int swappiness = -1;
        boolean good = size.end() > 0;
        for (String word : Numbers.strstrip(text.substring(size.end())).split(" +")) {
            String value = word.startsWith("swappiness=") ? word.substring("swappiness=".length()) : "";
            swappiness = value.equals("max") ? ANON_ONLY : level(value);
            good &= swappiness >= 0 || word.isEmpty();
        }
        if (!good) {
            throw again("expected SIZE [swappiness=0..200|max]");
        }
        return new ReclaimRequest(size.value(), swappiness, false);
    }

    private static int level(String text) {
        try {
            int value = Numbers.matchInt(text);
            return value > 200 ? -1 : value;
        } catch (ErrnoException e) {
            return -1;
        }
    }

    private static ErrnoException again(String reason) {
        return new ErrnoException(Errno.EAGAIN, reason);
    }
}
