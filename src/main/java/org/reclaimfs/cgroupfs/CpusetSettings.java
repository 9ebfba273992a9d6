package org.reclaimfs.cgroupfs;

import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.FileSpec.rw;
import static org.reclaimfs.kernfs.Shapes.single;

import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.memcg.Cgroup;

/**
 * cpuset.* of one cgroup: which CPUs and nodes its tasks would be bound to, which nobody is (kernel/cgroup/cpuset.c, 7.2).
 * Lives as long as the controller is enabled here. Lock: the machine's.
 */
final class CpusetSettings {
    private static final String FREE = "tasks are not bound to CPUs";
    private static final Predicate<CpusetSettings> ROOT = cpuset -> cpuset.above == null;
    private static final Predicate<CpusetSettings> NON_ROOT = cpuset -> cpuset.above != null;
    private static final Predicate<CpusetSettings> EVERYWHERE = cpuset -> true;

    /** Of the cgroup's parent, which has the controller if its children do; null for the root. */
    private final @Nullable CpusetSettings above;

    private BitSet cpus = new BitSet();
    private BitSet mems = new BitSet();

    /** Of the root: everything there is. */
    CpusetSettings(int allCpus, int allNodes) {
        above = null;
        cpus.set(0, allCpus);
        mems.set(0, allNodes);
    }

    CpusetSettings(Cgroup cgroup, @Nullable CpusetSettings above) {
        if (above == null) {
            throw new IllegalStateException(cgroup.path() + " has a cpuset and its parent has none");
        }
        this.above = above;
    }

    static List<FileSpec<CpusetSettings>> rows() {
        return List.of( // spotless:off
            rw("cpuset.cpus",           NON_ROOT,   single((CpusetSettings c) -> list(c.cpus)), CpusetSettings::storeCpus).withoutEffect(FREE),
            rw("cpuset.mems",           NON_ROOT,   single((CpusetSettings c) -> list(c.mems)), CpusetSettings::storeMems).withoutEffect(FREE),
            ro("cpuset.cpus.effective", EVERYWHERE, single((CpusetSettings c) -> list(c.effectiveCpus()))).withoutEffect(FREE),
            ro("cpuset.mems.effective", EVERYWHERE, single((CpusetSettings c) -> list(c.effectiveMems()))).withoutEffect(FREE),
            rw("cpuset.cpus.partition", NON_ROOT,   single((CpusetSettings c) -> "member"), CpusetSettings::storePartition).withoutEffect(FREE),
            rw("cpuset.cpus.exclusive", NON_ROOT,   single((CpusetSettings c) -> ""), CpusetSettings::storeExclusive).withoutEffect(FREE),
            ro("cpuset.cpus.exclusive.effective", NON_ROOT, single((CpusetSettings c) -> "")).withoutEffect(FREE),
            ro("cpuset.cpus.isolated",  ROOT,       single((CpusetSettings c) -> "")).withoutEffect(FREE));
    } // spotless:on

    private BitSet effectiveCpus() {
        return above == null ? cpus : effective(cpus, above.effectiveCpus());
    }

    private BitSet effectiveMems() {
        return above == null ? mems : effective(mems, above.effectiveMems());
    }

    /** What the cgroup asks for and its parent has; if that is nothing, all that its parent has. */
    private static BitSet effective(BitSet own, BitSet parents) {
        BitSet both = (BitSet) parents.clone();
        both.and(own);
        return both.isEmpty() ? parents : both;
    }

    private CpusetSettings root() {
        return above == null ? this : above.root();
    }

    private static Work storeCpus(CpusetSettings cpuset, ControlInput in, OpenFile file) throws ErrnoException {
        cpuset.cpus = parse(in.stripped(), cpuset.root().cpus);
        return Work.DONE;
    }

    private static Work storeMems(CpusetSettings cpuset, ControlInput in, OpenFile file) throws ErrnoException {
        cpuset.mems = parse(in.stripped(), cpuset.root().mems);
        return Work.DONE;
    }

    private static Work storePartition(CpusetSettings cpuset, ControlInput in, OpenFile file) throws ErrnoException {
        switch (in.stripped()) {
            case "member" -> {
                return Work.DONE;
            }
            case "root", "isolated" -> throw new ErrnoException(Errno.EOPNOTSUPP, "partitions are not modelled");
            default -> throw new ErrnoException(Errno.EINVAL, "expected member, root or isolated");
        }
    }

    private static Work storeExclusive(CpusetSettings cpuset, ControlInput in, OpenFile file) throws ErrnoException {
        if (!parse(in.stripped(), cpuset.root().cpus).isEmpty()) {
            throw new ErrnoException(Errno.EOPNOTSUPP, "partitions are not modelled");
        }
        return Work.DONE;
    }

    /** A list such as 0-2,5; EINVAL for one that is malformed or names what is not there (bitmap_parselist). */
    private static BitSet parse(String text, BitSet there) throws ErrnoException {
        BitSet set = new BitSet();
        for (String part : text.split("[,\\s]+")) {
            if (part.isEmpty()) {
                continue;
            }
            String[] ends = part.split("-", -1);
            int first = index(ends[0]);
            int last = ends.length == 1 ? first : index(ends[1]);
            if (ends.length > 2 || first > last || last >= there.length()) {
                throw new ErrnoException(Errno.EINVAL, "expected numbers and ranges below " + there.length());
            }
            set.set(first, last + 1);
        }
        return set;
    }

    private static int index(String digits) throws ErrnoException {
        if (!digits.matches("\\d{1,9}")) {
            throw new ErrnoException(Errno.EINVAL, "not a number: '" + digits + "'");
        }
        return Integer.parseInt(digits);
    }

    /** Ranges of numbers (%*pbl). */
    private static String list(BitSet set) {
        StringBuilder text = new StringBuilder();
        for (int from = set.nextSetBit(0); from >= 0; ) {
            int to = set.nextClearBit(from);
            text.append(text.isEmpty() ? "" : ",").append(from);
            if (to - from > 1) {
                text.append('-').append(to - 1);
            }
            from = set.nextSetBit(to);
        }
        return text.toString();
    }
}
