package org.reclaimfs.fuse;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives requests on Java threads, one at a time: the leader. It serves quick requests itself and goes on leading; before
 * one that may wait, or while more are pending, it hands the lead to another thread. So a lone client never pays for waking
 * a second thread, and a blocked writer never holds anyone up.
 *
 * <p>Threads that are done wait for the lead, the latest on top: it is taken first, so that few threads stay busy, and those
 * that a burst has left over end after some time without one.
 */
final class SessionLoop {
    private static final Logger LOG = LoggerFactory.getLogger(SessionLoop.class);
    /** Threads that may wait for the lead: as many as the clients of a busy mount, so that none comes and goes for each request. */
    private static final int MAX_IDLE = 64;

    private static final long IDLE_NS = TimeUnit.SECONDS.toNanos(2);
    private static final int EINTR = 4;
    private static final int EAGAIN = 11;
    private static final int F_SETFL = 4;
    private static final int O_RDWR_NONBLOCK = 04002;

    // struct fuse_buf, fuse_common.h of 2.9 on x86-64: size, flags, mem, fd, pos
    private static final int BUF_STRUCT_BYTES = 40;
    private static final int BUF_SIZE = 0;
    private static final int BUF_FLAGS = 8;
    private static final int BUF_MEM = 16;
    private static final int BUF_FD = 24;

    /** The longest read the kernel asks for, and the header. */
    private static final int ANSWER_BYTES = (128 << 10) + Wire.OUT;

    /** Bits of the operation codes that change nothing and take the machine's lock for microseconds at most. */
    private static final long QUICK = bits(1, 2, 3, 5, 14, 15, 17, 18, 22, 23, 25, 27, 28, 29, 34, 42);

    /** Makes what answers a thread's requests, with memory for an answer. */
    @FunctionalInterface
    interface Answers {
        QuickAnswers forThread(Pointer memory, int bytes);
    }

    private final LibFuse2 lib;
    private final Pointer session;
    private final Pointer channel;
    private final int bufferBytes;
    private final Answers answers;
    private final Anticipation anticipation;
    private boolean led; // GUARDED_BY(this): some thread receives, or is about to
    private boolean over; // GUARDED_BY(this)
    private int threads; // GUARDED_BY(this)
    private final Deque<Worker> idle = new ArrayDeque<>(); // GUARDED_BY(this): threads that wait to lead
    private int starting; // GUARDED_BY(this): threads that have yet to ask for the lead
    private int started; // GUARDED_BY(this)

    SessionLoop(LibFuse2 lib, Pointer session, Pointer channel, Answers answers) {
        this.answers = answers;
        this.lib = lib;
        this.session = session;
        this.channel = channel;
        this.bufferBytes = (int) lib.fuse_chan_bufsize(channel);
        int fd = lib.fuse_chan_fd(channel);
        lib.fcntl(fd, F_SETFL, O_RDWR_NONBLOCK); // under load each request would cost a poll(2) more
        this.anticipation = new Anticipation(lib, fd, direct(Anticipation.POLLFD_BYTES));
    }

    private static long bits(int... codes) {
        long set = 0;
        for (int code : codes) {
            set |= 1L << code;
        }
        return set;
    }

    /** A thread of the loop, with what it needs for each request. */
    private final class Worker extends Thread {
        private final Pointer memory = direct(bufferBytes);
        private final Pointer buf = direct(BUF_STRUCT_BYTES);
        private final Pointer channelSlot = direct(8);
        private final QuickAnswers quickAnswers = answers.forThread(direct(ANSWER_BYTES), ANSWER_BYTES);
        private boolean leading;
        private boolean serving; // a request, at this moment
        private long directoryPosition;
        private boolean fresh = true; // GUARDED_BY(SessionLoop.this): has not asked for the lead yet

        Worker(int number) {
            super("reclaimfs-fuse-" + number);
        }

        @Override
        public void run() {
            try {
                while (leading || lead()) {
                    leading = true;
                    if (!serve()) {
                        return;
                    }
                }
            } catch (RuntimeException | Error e) {
                LOG.error("FUSE thread {} ended", getName(), e);
            } finally {
                ended(this);
            }
        }

        /** Waits for the lead; false if this thread should end. */
        private boolean lead() {
            long untilNs = System.nanoTime() + IDLE_NS;
            boolean waiting = false;
            while (true) {
                long leftNs = untilNs - System.nanoTime();
                synchronized (SessionLoop.this) {
                    arrived();
                    boolean mine = !led && !over;
                    led |= mine;
                    boolean crowded = !waiting && idle.size() >= MAX_IDLE;
                    if (mine || over || crowded || leftNs <= 0 || isInterrupted()) {
                        idle.remove(this);
                        return mine;
                    }
                    if (!waiting) {
                        idle.addFirst(this);
                        waiting = true;
                    }
                }
                LockSupport.parkNanos(SessionLoop.this, leftNs);
            }
        }

        /** Under the loop's lock: no longer one that has yet to come. */
        private void arrived() {
            if (fresh) {
                fresh = false;
                starting--;
            }
        }

        /** One request; false at the end of the session. */
        private boolean serve() {
            buf.putLong(BUF_SIZE, bufferBytes);
            buf.putInt(BUF_FLAGS, 0);
            buf.putPointer(BUF_MEM, memory);
            buf.putInt(BUF_FD, -1);
            channelSlot.putPointer(0, channel);
            int received = lib.fuse_session_receive_buf(session, buf, channelSlot);
            if (received == -EAGAIN) {
                anticipation.await();
                return lib.fuse_session_exited(session) == 0;
            }
            if (received == -EINTR) {
                return lib.fuse_session_exited(session) == 0;
            }
            if (received <= 0) {
                lib.fuse_session_exit(session); // unmounted
                return false;
            }
            if (quickAnswers.answer(memory)) {
                return true;
            }
            int opcode = memory.getInt(Wire.OPCODE);
            if (opcode == Wire.READDIR) {
                directoryPosition = memory.getLong(Wire.READ_OFFSET);
                memory.putLong(Wire.READ_OFFSET, 0);
            }
            if (!quick(opcode) || anticipation.pending()) {
                giveUpLead();
            }
            serving = true;
            lib.fuse_session_process_buf(session, buf, channelSlot.getPointer(0));
            serving = false;
            return true;
        }

        private void giveUpLead() {
            leading = false;
            handOver();
        }
    }

    private static boolean quick(int opcode) {
        return opcode < Long.SIZE && (QUICK >>> opcode & 1) != 0;
    }

    /** Whether the current thread is one of ours, in the middle of a request. */
    static boolean serving() {
        return Thread.currentThread() instanceof Worker worker && worker.serving;
    }

    /**
     * The current request may take long after all, such as a read of a log without news: somebody else leads from now on.
     * Without that nobody would receive the very FUSE INTERRUPT that ends the wait, nor anything else.
     */
    static void aboutToWait() {
        if (Thread.currentThread() instanceof Worker worker && worker.leading) {
            worker.giveUpLead();
        }
    }

    /** The kernel's number of the file that the current thread's request is about; 0 outside of requests. */
    static long currentNode() {
        return Thread.currentThread() instanceof Worker worker ? worker.memory.getLong(Wire.NODE) : 0;
    }

    /**
     * Where in the directory the current thread's request begins. libfuse is told 0 each time: with a position of the
     * client's choice it would answer from any place of this process' memory (see {@link OpenDir}).
     */
    static long directoryPosition() {
        return Thread.currentThread() instanceof Worker worker ? worker.directoryPosition : 0;
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

    /** The leader turns to a request that others must not wait for. */
    private synchronized void handOver() {
        led = false;
        Worker next = idle.peekFirst();
        if (next != null) {
            LockSupport.unpark(next);
        } else if (starting == 0) {
            spawn();
        }
    }

    private synchronized void ended(Worker worker) {
        threads--;
        worker.arrived();
        if (worker.leading && lib.fuse_session_exited(session) != 0) {
            over = true;
            idle.forEach(LockSupport::unpark);
        } else if (worker.leading) {
            handOver(); // a fault of this thread only
        }
        notifyAll();
    }

    private synchronized void spawn() {
        new Worker(++started).start();
        threads++;
        starting++;
    }

    private Pointer direct(int bytes) {
        return Runtime.getRuntime(lib).getMemoryManager().allocateDirect(bytes, true);
    }
}
