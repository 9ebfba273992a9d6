package org.reclaimfs.fuse;

import java.util.concurrent.TimeUnit;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives requests on Java threads: one waits while others serve. When the last idle thread takes a request
 * another is started; more than a few idle ones end themselves, as in fuse_loop_mt.
 */
final class SessionLoop {
    private static final Logger LOG = LoggerFactory.getLogger(SessionLoop.class);
    private static final int MAX_IDLE = 4;
    private static final int EINTR = 4;

    // struct fuse_buf, fuse_common.h of 2.9 on x86-64: size, flags, mem, fd, pos
    private static final int BUF_STRUCT_BYTES = 40;
    private static final int BUF_SIZE = 0;
    private static final int BUF_FLAGS = 8;
    private static final int BUF_MEM = 16;
    private static final int BUF_FD = 24;

    private final LibFuse2 lib;
    private final Pointer session;
    private final Pointer channel;
    private final int bufferBytes;
    private int threads; // GUARDED_BY(this)
    private int idle; // GUARDED_BY(this)
    private int started; // GUARDED_BY(this)

    SessionLoop(LibFuse2 lib, Pointer session, Pointer channel) {
        this.lib = lib;
        this.session = session;
        this.channel = channel;
        this.bufferBytes = (int) lib.fuse_chan_bufsize(channel);
    }

    /** A thread of the loop, with what it needs for each request. */
    private final class Worker extends Thread {
        private final Pointer memory = direct(bufferBytes);
        private final Pointer buf = direct(BUF_STRUCT_BYTES);
        private final Pointer channelSlot = direct(8);
        private boolean counted = true; // as idle
        private boolean serving; // a request, at this moment

        Worker(int number) {
            super("reclaimfs-fuse-" + number);
        }

        @Override
        public void run() {
            try {
                while (serve()) {
                    // serve() does it all
                }
            } catch (RuntimeException | Error e) {
                LOG.error("FUSE thread {} ended", getName(), e);
            } finally {
                ended(counted);
            }
        }

        /** One request; false when this thread should end. */
        private boolean serve() {
            buf.putLong(BUF_SIZE, bufferBytes);
            buf.putInt(BUF_FLAGS, 0);
            buf.putPointer(BUF_MEM, memory);
            buf.putInt(BUF_FD, -1);
            channelSlot.putPointer(0, channel);
            int received = lib.fuse_session_receive_buf(session, buf, channelSlot);
            if (received == -EINTR) {
                return lib.fuse_session_exited(session) == 0;
            }
            if (received <= 0) {
                lib.fuse_session_exit(session); // unmounted
                return false;
            }
            busy();
            counted = false;
            serving = true;
            lib.fuse_session_process_buf(session, buf, channelSlot.getPointer(0));
            serving = false;
            counted = true;
            if (done()) {
                return true;
            }
            counted = false;
            return false;
        }
    }

    /** Whether the current thread is one of ours, in the middle of a request. */
    static boolean serving() {
        return Thread.currentThread() instanceof Worker worker && worker.serving;
    }

    /** Starts the first thread. */
    synchronized void start() {
        spawn();
    }

    /** Waits until every thread has ended; false after the time. */
    synchronized boolean await(long time, TimeUnit unit) throws InterruptedException {
        long untilNs = System.nanoTime() + unit.toNanos(time);
        while (threads > 0) {
            long leftNs = untilNs - System.nanoTime();
            if (leftNs <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, leftNs);
        }
        return true;
    }

    private synchronized void busy() {
        if (--idle == 0) {
            spawn();
        }
    }

    private synchronized boolean done() {
        if (idle >= MAX_IDLE) {
            return false;
        }
        idle++;
        return true;
    }

    private synchronized void ended(boolean wasIdle) {
        threads--;
        if (wasIdle) {
            idle--;
        }
        notifyAll();
    }

    private synchronized void spawn() {
        threads++;
        idle++;
        new Worker(++started).start();
    }

    private Pointer direct(int bytes) {
        return Runtime.getRuntime(lib).getMemoryManager().allocateDirect(bytes, true);
    }
}
