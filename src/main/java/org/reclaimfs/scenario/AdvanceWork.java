package org.reclaimfs.scenario;

import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Work;

/** The step {@code advance}: moves time to a target, or waits until it is there. */
final class AdvanceWork implements Work {
    private final TimeGate gate;
    private final long targetNs;
    private final boolean waits;
    private boolean interrupted;

    AdvanceWork(TimeGate gate, long targetNs, boolean waits) {
        this.gate = gate;
        this.targetNs = targetNs;
        this.waits = waits;
    }

    @Override
    public long slice(long nowNs) throws ErrnoException {
        if (nowNs >= targetNs) {
            return FINISHED;
        }
        if (interrupted) {
            throw new ErrnoException(Errno.EINTR, "interrupted on the way");
        }
        if (waits) {
            return targetNs - nowNs;
        }
        return gate.leap(targetNs) ? FINISHED : 0;
    }

    @Override
    public void signal() {
        interrupted = true;
    }
}
