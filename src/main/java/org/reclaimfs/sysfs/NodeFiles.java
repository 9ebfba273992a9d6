package org.reclaimfs.sysfs;

import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.FileSpec.stub;
import static org.reclaimfs.kernfs.FileSpec.wo;
import static org.reclaimfs.kernfs.Shapes.always;
import static org.reclaimfs.kernfs.Shapes.flatKeyed;
import static org.reclaimfs.kernfs.Shapes.single;

import java.util.Arrays;
import java.util.List;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;
import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Activity;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.machine.ReclaimRequest;
import org.reclaimfs.mm.VmStat;

/** /sys/devices/system/node: the one node is the machine (drivers/base/node.c, 7.2; spec/24 section 3). */
final class NodeFiles {
    /** What ReclaimRequest takes for "max". */
    private static final int ANON_ONLY = 201;

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

    static List<FileSpec<Machine>> nodeRows() {
        return List.of( // spotless:off
            ro("has_cpu",               always(), single(m -> "0")),
            ro("has_generic_initiator", always(), single(m -> "")),
            ro("has_memory",            always(), single(m -> "0")),
            ro("has_normal_memory",     always(), single(m -> "0")),
            ro("online",                always(), single(m -> "0")),
            ro("possible",              always(), single(m -> "0")),
            stub("uevent", 0644,        always(), "", "there is no udev to tell"));
    } // spotless:on

    static List<FileSpec<Machine>> node0Rows() {
        return List.of( // spotless:off
            stub("compact", 0200, always(), "", "all pages are single: there is no compaction"),
            ro("cpulist",         always(), single(NodeFiles::cpulist)),
            ro("cpumap",          always(), single(NodeFiles::cpumap)),
            ro("distance",        always(), single(m -> "10")),
            ro("meminfo",         always(), NodeMemInfo::show),
            ro("numastat",        always(), NodeFiles::numastat),
            wo("reclaim",         always(), NodeFiles::reclaim),
            stub("uevent", 0644,  always(), "", "there is no udev to tell"),
            ro("vmstat",          always(), flatKeyed(ITEMS, VmStat::key, Machine::vmstat)));
    } // spotless:on

    private static String cpulist(Machine machine) {
        return machine.cpus() == 1 ? "0" : "0-" + (machine.cpus() - 1);
    }

    /** Groups of 32 CPUs, the highest first. */
    private static String cpumap(Machine machine) {
        int cpus = machine.cpus();
        StringBuilder map = new StringBuilder(Long.toHexString((1L << (cpus - 1) % 32 + 1) - 1));
        for (int group = (cpus - 1) / 32; group > 0; group--) {
            map.append(",ffffffff");
        }
        return map.toString();
    }

    private static void numastat(Machine machine, SeqFile out, OpenFile file) {
        for (int i = 0; i < NUMA.length; i++) {
            out.flat(NUMASTAT_KEYS[i], machine.vmstat(NUMA[i]));
        }
    }

    /** Node-wide proactive reclaim; whatever goes wrong is EAGAIN here (golden errno.tsv). */
    private static Work reclaim(Machine machine, ControlInput in, OpenFile file) throws ErrnoException {
        ReclaimRequest request = parse(in);
        if (request.bytes() >>> Units.PAGE_SHIFT == 0) {
            return Work.DONE;
        }
        Activity activity = machine.reclaim(machine.cgroups().root().effectiveMemcg(), request);
        return new Reclaiming(machine, activity);
    }

    private static ReclaimRequest parse(ControlInput in) throws ErrnoException {
        String[] words = in.stripped().split(" +");
        Numbers.Memparse size = Numbers.memparse(words[0], 0);
        int swappiness = -1;
        boolean good = size.end() > 0 && size.end() == words[0].length();
        for (int i = 1; i < words.length; i++) {
            String value = words[i].startsWith("swappiness=") ? words[i].substring("swappiness=".length()) : "";
            swappiness = value.equals("max") ? ANON_ONLY : level(value);
            good &= swappiness >= 0;
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

    /** The writer's wait for the reclaim it asked for. */
    private record Reclaiming(Machine machine, Activity activity) implements Work {
        @Override
        public long slice(long nowNs) throws ErrnoException {
            long cost = machine.step(activity);
            if (cost != Activity.DONE) {
                return cost;
            }
            if (activity.error() != null) {
                throw again("not that much could be reclaimed");
            }
            return FINISHED;
        }

        @Override
        public void signal() {
            activity.signal();
        }
    }
}
