package org.reclaimfs.cgroupfs;

import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Activity;
import org.reclaimfs.machine.Machine;

/** An activity of the model as the rest of a write(2): the writer waits for it and gets its errno. */
final class ActivityWork implements Work {
    private final Machine machine;
    private final Activity activity;

    ActivityWork(Machine machine, Activity activity) {
        this.machine = machine;
        this.activity = activity;
    }

    @Override
    public long slice(long nowNs) throws ErrnoException {
        long costNs = machine.step(activity);
        if (costNs != Activity.DONE) {
            return costNs;
        }
        Errno error = activity.error();
        if (error != null) {
            throw new ErrnoException(error, "the work of this write ended early");
        }
        return FINISHED;
    }

    @Override
    public void signal() {
        activity.signal();
    }
}
