package org.reclaimfs.kernfs;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.reclaimfs.abi.ErrnoException;

/** A gate with no model behind it: time is a counter of slice costs; {@code realTime} lets the writer wait. */
public final class ToyGate implements Gate {
    private final ReentrantLock lock = new ReentrantLock();
    private final boolean realTime;
    private long nowNs;

    public ToyGate(boolean realTime) {
        this.realTime = realTime;
    }

    @Override
    public Lock lock() {
        return lock;
    }

    @Override
    public long enter() {
        if (!lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("enter() without the lock");
        }
        return nowNs;
    }

    @Override
    public void drive(Work work, Signal signal) throws ErrnoException {
        boolean told = false;
        while (true) {
            boolean pending = signal.pending();
            lock.lock();
            long costNs;
            try {
                if (pending && !told) {
                    work.signal();
                    told = true;
                }
                costNs = work.slice(nowNs);
                nowNs += Math.max(costNs, 0);
            } finally {
                lock.unlock();
            }
            if (costNs == Work.FINISHED) {
                return;
            }
            if (costNs == Work.IDLE) {
                LockSupport.parkNanos(5_000_000);
                continue;
            }
            long untilNs = System.nanoTime() + costNs;
            while (realTime && System.nanoTime() < untilNs && !signal.pending()) {
                LockSupport.parkNanos(Math.min(10_000_000, untilNs - System.nanoTime()));
            }
        }
    }
}
