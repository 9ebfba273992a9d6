package org.reclaimfs.scenario;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** The machine's lock, which knows its holder, and calls {@code beforeRelease} each time it is about to become free. */
final class GateLock implements Lock {
    private final Lock inner;
    private final Runnable beforeRelease;
    private volatile @Nullable Thread owner;
    private int holds; // GUARDED_BY(inner)

    GateLock(Lock inner, Runnable beforeRelease) {
        this.inner = inner;
        this.beforeRelease = beforeRelease;
    }

    boolean heldByMe() {
        return owner == Thread.currentThread();
    }

    @Override
    public void lock() {
        inner.lock();
        taken();
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        inner.lockInterruptibly();
        taken();
    }

    @Override
    public boolean tryLock() {
        boolean got = inner.tryLock();
        if (got) {
            taken();
        }
        return got;
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        boolean got = inner.tryLock(time, unit);
        if (got) {
            taken();
        }
        return got;
    }

    private void taken() {
        owner = Thread.currentThread();
        holds++;
    }

    @Override
    public void unlock() {
        if (holds == 1) {
            beforeRelease.run();
            owner = null;
        }
        holds--;
        inner.unlock();
    }

    @Override
    public Condition newCondition() {
        throw new UnsupportedOperationException("nobody waits on conditions of the machine's lock");
    }
}
