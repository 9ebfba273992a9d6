package org.reclaimfs.cgroupfs;

import static org.reclaimfs.kernfs.FileSpec.event;
import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.FileSpec.rw;
import static org.reclaimfs.kernfs.Shapes.always;
import static org.reclaimfs.kernfs.Shapes.number;
import static org.reclaimfs.kernfs.Shapes.single;

import java.util.List;
import java.util.function.Predicate;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.memcg.PidsCgroup;

/** The pids.* rows of a cgroup that is not the root (pids_files, kernel/cgroup/pids.c 7.2). */
final class PidsFiles {
    private static final Predicate<PidsCgroup> ALL = always();

    private PidsFiles() {}

    static List<FileSpec<PidsCgroup>> rows() {
        // spotless:off
        return List.of(
                rw("pids.max",             ALL, single(PidsFiles::max), PidsFiles::setMax),
                ro("pids.current",         ALL, number(PidsCgroup::current)),
                ro("pids.peak",            ALL, number(PidsCgroup::peak)),
                event("pids.events",       ALL, (p, out, file) -> out.flat("max", p.refused()), PidsCgroup::refused),
                event("pids.events.local", ALL, (p, out, file) -> out.flat("max", p.refusedHere()), PidsCgroup::refusedHere));
        // spotless:on
    }

    private static String max(PidsCgroup pids) {
        return pids.max() == PidsCgroup.NO_LIMIT ? "max" : Integer.toString(pids.max());
    }

    private static Work setMax(PidsCgroup pids, ControlInput in, OpenFile file) throws ErrnoException {
        String text = in.stripped();
        if (text.equals("max")) {
            pids.setMax(PidsCgroup.NO_LIMIT);
            return Work.DONE;
        }
        long limit = Numbers.kstrtoll(text, 0);
        if (limit < 0 || limit >= PidsCgroup.NO_LIMIT) {
            throw new ErrnoException(Errno.EINVAL, "pids.max is 0 to 4194304 or max");
        }
        pids.setMax((int) limit);
        return Work.DONE;
    }
}
