package org.reclaimfs.scenario;

import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Activity;
import org.reclaimfs.machine.Machine;

/** A machine's activity as work that someone waits for. */
final class ActivityWork implements Work {
    private final Machine machine;
    private final Activity activity;
    private final boolean goesOn;
    private boolean interrupted;

    /** @param goesOn whether the activity continues by itself when the one who waits for it is interrupted */
    ActivityWork(Machine machine, Activity activity, boolean goesOn) {
        this.machine = machine;
        this.activity = activity;
        this.goesOn = goesOn;
    }

    @Override
    public long slice(long nowNs) throws ErrnoException {
        if (interrupted) {
            machine.start(activity);
            throw new ErrnoException(Errno.EINTR, "interrupted; the task goes on by itself");
        }
        long cost = machine.step(activity);
        if (cost != Activity.DONE) {
            return cost;
        }
        Errno error = activity.error();
        if (error != null) {
            throw new ErrnoException(error, "ended with " + error);
        }
        return FINISHED;
    }

    @Override
    public void signal() {
        if (goesOn) {
            interrupted = true;
        } else {
            activity.signal();
        }
    }
}
