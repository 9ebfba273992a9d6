package org.reclaimfs.cgroupfs;

import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.memcg.Cgroup;

/** The pids controller's state of one cgroup (kernel/cgroup/pids.c 7.2): real counts, a limit that is only kept. */
final class Pids {
    /** PIDS_MAX: PID_MAX_LIMIT + 1, printed as {@code max}. */
    private static final long NO_LIMIT = 4_194_305;

    private final Cgroup cgroup;
    private long max = NO_LIMIT;

    Pids(Cgroup cgroup) {
        this.cgroup = cgroup;
    }

    long current() {
        return cgroup.populatedTasks();
    }

    long peak() {
        return cgroup.peakTasks();
    }

    void showMax(SeqFile out, OpenFile file) {
        if (max >= NO_LIMIT) {
            out.text("max\n");
        } else {
            out.num(max).newline();
        }
    }

    Work setMax(ControlInput in, OpenFile file) throws ErrnoException {
        String text = in.stripped();
        long limit = text.equals("max") ? NO_LIMIT : Numbers.kstrtoll(text, 0);
        if (limit < 0 || limit > NO_LIMIT || limit == NO_LIMIT && !text.equals("max")) {
            throw new ErrnoException(Errno.EINVAL, "pids.max is 0 to 4194304 or max");
        }
        max = limit;
        return Work.DONE;
    }
}
