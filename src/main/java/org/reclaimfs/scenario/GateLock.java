package org.reclaimfs.scenario;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The machine's lock, as those take it who have work for the machine. A piece of work takes microseconds, many in a row
 * up to a slice of virtual time, which may be long by the wall clock; so who wants nothing but a look gets in between two
 * pieces ({@link #lookIn}), without the right to work. Lock order: {@code work}, then the machine's own, which guards its
 * state; a looker never takes {@code work} while it holds the other. {@code beforeRelease} is called each time the lock is
 * about to become free.
 */
final class GateLock implements Lock {
    /** A look takes a few microseconds: to sleep and be woken takes longer. */
    private static final int SPINS = 400;

    private final ReentrantLock work = new ReentrantLock(true);
    private final Lock state;
    private final Runnable beforeRelease;
    private final AtomicInteger waitingLookers = new AtomicInteger();

    GateLock(Lock state, Runnable beforeRelease) {
        this.state = state;
        this.beforeRelease = beforeRelease;
    }

    boolean heldByMe() {
        return work.isHeldByCurrentThread();
    }

    /** Whether somebody waits with work of his own. */
    boolean wanted() {
        return work.hasQueuedThreads();
    }

    @Override
    public void lock() {
        work.lock();
        state.lock();
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        work.lockInterruptibly();
        state.lock();
    }

    @Override
    public boolean tryLock() {
        boolean got = work.tryLock();
        if (got) {
            state.lock();
        }
        return got;
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        boolean got = work.tryLock(time, unit);
        if (got) {
            state.lock();
        }
        return got;
    }

    @Override
    public void unlock() {
        if (work.getHoldCount() == 1) {
            beforeRelease.run();
        }
        state.unlock();
        work.unlock();
    }

    /**
     * Takes the lock for a look; {@link #lookedIn} gives it back.
     *
     * @return whether nobody works, so that the looker may do everything; otherwise it may change nothing
     */
    boolean lookIn() {
        if (tryLock()) {
            return true;
        }
        waitingLookers.incrementAndGet();
        try {
            for (int i = 0; i < SPINS; i++) {
                if (state.tryLock()) {
                    return false;
                }
                Thread.onSpinWait();
            }
            state.lock();
            return false;
        } finally {
            waitingLookers.decrementAndGet();
        }
    }

    /** Ends a look. */
    void lookedIn() {
        if (heldByMe()) {
            unlock();
        } else {
            state.unlock();
        }
    }

    /** Called by who works, between two pieces: those who wait for a look have it now. */
    void letLookersIn() {
        if (waitingLookers.get() == 0 || !heldByMe()) {
            return;
        }
        int holds = work.getHoldCount();
        for (int i = 0; i < holds; i++) {
            state.unlock();
        }
        for (int i = 0; i < SPINS && waitingLookers.get() > 0; i++) {
            Thread.onSpinWait();
        }
        boolean back = false;
        for (int i = 0; i < SPINS && !back && waitingLookers.get() == 0; i++) {
            back = state.tryLock();
            Thread.onSpinWait();
        }
        for (int i = back ? 1 : 0; i < holds; i++) {
            state.lock(); // fair: after those who sleep for a look
        }
    }

    @Override
    public Condition newCondition() {
        throw new UnsupportedOperationException("nobody waits on conditions of the machine's lock");
    }
}
