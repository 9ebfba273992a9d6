package org.reclaimfs.scenario;

import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.LateWork;
import org.reclaimfs.kernfs.Work;

/** A write that is expected to be refused. */
final class ErrnoWork implements Work {
    private final Step.ExpectErrno step;
    private final LateWork write;

    /** @param write does the write; returns its slow part */
    ErrnoWork(Step.ExpectErrno step, LateWork.Beginning write) {
        this.step = step;
        this.write = new LateWork(write);
    }

    @Override
    public long slice(long nowNs) throws ErrnoException {
        Errno got = null;
        try {
            long cost = write.slice(nowNs);
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
        write.signal();
    }
}
