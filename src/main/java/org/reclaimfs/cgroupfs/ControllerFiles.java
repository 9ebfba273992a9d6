package org.reclaimfs.cgroupfs;

import static org.reclaimfs.kernfs.Shapes.always;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.Store;
import org.reclaimfs.memcg.Cgroup;

/**
 * Rows of the controllers that do not act: they read as a fresh cgroup of the captured kernel does (golden/cgroup), and
 * refuse writes with EOPNOTSUPP, so that no setting seems to work.
 */
final class ControllerFiles {
    private static final Predicate<Cgroup> NON_ROOT = cgroup -> !cgroup.isRoot();
    private static final Predicate<Cgroup> ROOT = Cgroup::isRoot;
    private static final Predicate<Cgroup> EVERYWHERE = always();
    private static final int RO = 0444;
    private static final int RW = 0644;
    private static final String CPU = "tasks share the CPUs equally";
    private static final String CPUSET = "tasks are not bound to CPUs";
    private static final String MISC = "the machine has no misc resource";

    private ControllerFiles() {}

    static List<FileSpec<Cgroup>> cpu() {
        // spotless:off
        return List.of(
                stub("cpu.weight",      RW, NON_ROOT, "100\n", CPU),
                stub("cpu.weight.nice", RW, NON_ROOT, "0\n", CPU),
                stub("cpu.idle",        RW, NON_ROOT, "0\n", CPU),
                stub("cpu.max",         RW, NON_ROOT, "max 100000\n", CPU),
                stub("cpu.max.burst",   RW, NON_ROOT, "0\n", CPU));
        // spotless:on
    }

    static List<FileSpec<Cgroup>> cpuset(int cpus) {
        String all = cpus == 1 ? "0\n" : "0-" + (cpus - 1) + "\n";
        // spotless:off
        return List.of(
                stub("cpuset.cpus",                     RW, NON_ROOT,   "\n", CPUSET),
                stub("cpuset.mems",                     RW, NON_ROOT,   "\n", CPUSET),
                stub("cpuset.cpus.effective",           RO, EVERYWHERE, all, CPUSET),
                stub("cpuset.mems.effective",           RO, EVERYWHERE, "0\n", CPUSET),
                stub("cpuset.cpus.partition",           RW, NON_ROOT,   "member\n", CPUSET),
                stub("cpuset.cpus.exclusive",           RW, NON_ROOT,   "\n", CPUSET),
                stub("cpuset.cpus.exclusive.effective", RO, NON_ROOT,   "\n", CPUSET),
                stub("cpuset.cpus.isolated",            RO, ROOT,       "\n", CPUSET));
        // spotless:on
    }

    static List<FileSpec<Cgroup>> misc() {
        // spotless:off
        return List.of(
                stub("misc.max",          RW, NON_ROOT,   "", MISC),
                stub("misc.current",      RO, EVERYWHERE, "", MISC),
                stub("misc.peak",         RO, EVERYWHERE, "", MISC),
                stub("misc.capacity",     RO, ROOT,       "", MISC),
                stub("misc.events",       RO, NON_ROOT,   "", MISC),
                stub("misc.events.local", RO, NON_ROOT,   "", MISC));
        // spotless:on
    }

    /** A stub that refuses writes instead of swallowing them. */
    private static <T> FileSpec<T> stub(String name, int mode, Predicate<? super T> present, String text, String why) {
        FileSpec<T> row = FileSpec.stub(name, mode, present, text, why);
        @Nullable Store<? super T> store = row.store() == null ? null : refuse(name, why);
        return new FileSpec<>(name, mode, present, row.show(), store, null, null, null, false, why);
    }

    private static <T> Store<T> refuse(String name, String why) {
        return (subject, in, file) -> {
            throw new ErrnoException(Errno.EOPNOTSUPP, name + " is not modelled: " + why);
        };
    }
}
