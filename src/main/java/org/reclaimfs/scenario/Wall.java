package org.reclaimfs.scenario;

import java.util.concurrent.locks.LockSupport;

/** Wall time: where real and scaled clocks get theirs. */
interface Wall {
    /** The computer's. */
    Wall REAL = new Wall() {
        @Override
        public long ns() {
            return System.nanoTime();
        }

        @Override
        public void park(long ns) {
            LockSupport.parkNanos(ns);
        }
    };

    /** Nanoseconds since some start; never goes back. */
    long ns();

    /** Waits this long, or less. */
    void park(long ns);
}
