package org.reclaimfs.scenario;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Work;

/** A write that is expected to be refused. */
final class ErrnoWork implements Work {
    /** Does the write; returns its slow part. */
    interface Attempt {
        Work begin() throws ErrnoException;
    }

    private final Step.ExpectErrno step;
    private final Attempt attempt;
    private @Nullable Work work;
    private boolean signalled;

    ErrnoWork(Step.ExpectErrno step, Attempt attempt) {
        this.step = step;
        this.attempt = attempt;
    }

    @Override
    public long slice(long nowNs) throws ErrnoException {
        Errno got = null;
        try {
            Work running = work;
            if (running == null) {
                running = attempt.begin();
                work = running;
                if (signalled) {
                    running.signal();
                }
            }
            long cost = running.slice(nowNs);
            if (cost != FINISHED) {
                return cost;
            }
        } catch (ErrnoException e) {
            got = e.errno();
        }
        if (got == step.errno()) {
            return FINISHED;
        }
        throw new ExpectFailure(step.errno() + " for " + step.path(), got == null ? "success" : got.name());
    }

    @Override
    public void signal() {
        signalled = true;
        if (work != null) {
            work.signal();
        }
    }
}
