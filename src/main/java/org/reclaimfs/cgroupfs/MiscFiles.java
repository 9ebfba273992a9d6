package org.reclaimfs.cgroupfs;

import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.FileSpec.rw;
import static org.reclaimfs.kernfs.Shapes.always;

import java.util.List;
import java.util.function.Predicate;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.Show;
import org.reclaimfs.memcg.Cgroup;

/** misc.* of a machine that has no misc resource, as the captured one: all is empty (kernel/cgroup/misc.c, 7.2). */
final class MiscFiles {
    private static final Predicate<Cgroup> NON_ROOT = cgroup -> !cgroup.isRoot();
    private static final Show<Cgroup> NOTHING = (cgroup, out, file) -> {};

    private MiscFiles() {}

    static List<FileSpec<Cgroup>> rows() {
        return List.of( // spotless:off
            rw("misc.max",          NON_ROOT,      NOTHING, (cgroup, in, file) -> {
                throw new ErrnoException(Errno.EINVAL, "no such resource");
            }),
            ro("misc.current",      always(),      NOTHING),
            ro("misc.peak",         always(),      NOTHING),
            ro("misc.capacity",     Cgroup::isRoot, NOTHING),
            ro("misc.events",       NON_ROOT,      NOTHING),
            ro("misc.events.local", NON_ROOT,      NOTHING));
    } // spotless:on
}
