package org.reclaimfs.scenario;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.Gate;
import org.reclaimfs.kernfs.Signal;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Machine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the machine's time. It runs with the wall clock (real, scaled) or stands still (manual, paused, and before {@link
 * #start}); then only {@link #leap} moves it and work costs no time. Thread safe; methods that say so expect the lock.
 */
public final class TimeGate implements Gate, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TimeGate.class);
    private static final long MIN_SLEEP_NS = 500_000;
    /** How long a writer sleeps before it looks for a signal. */
    private static final long SIGNAL_POLL_NS = 5_000_000;

    private static final long ENTER_BUDGET_NS = 500_000;
    /** A model that falls this far behind the wall clock gets a slower clock instead. */
    private static final long MAX_LAG_NS = 250_000_000;
    /** Slices of work that cost this much are sleeps; with time at a standstill the writer gives way instead. */
    private static final long LONG_COST_NS = 10_000_000;

    private static final int SLICES = 16;

    /** A step through the tree's door whose slow part is to be captured. */
    interface Call {
        void run() throws ErrnoException;
    }

    private final Machine machine;
    private final Wall wall;
    private final GateLock lock;
    private @Nullable IllegalStateException broken; // GUARDED_BY(lock)
    private @Nullable Thread driver; // GUARDED_BY(lock)
    private Runnable onDriver = () -> {}; // GUARDED_BY(lock), before there is a driver
    private volatile boolean closed;

    private final VirtualClock clock; // GUARDED_BY(lock), but for whether it runs
    private long plannedWakeNs = Long.MAX_VALUE; // GUARDED_BY(lock): virtual time the driver sleeps for
    /** The driver has more to do than time for it: a reader does not do its slices for it, but reads what is. */
    private volatile boolean behind; // written under the lock

    private boolean advancing; // GUARDED_BY(lock): inside Machine.advance
    private boolean leapt; // GUARDED_BY(lock): the last slice moved time itself
    private boolean capturing; // GUARDED_BY(lock)
    private Work captured = Work.DONE; // GUARDED_BY(lock)

    /** A gate whose time stands still until {@link #start} or {@code resume}. */
    public TimeGate(Machine machine) {
        this(machine, Wall.REAL);
    }

    TimeGate(Machine machine, Wall wall) {
        this.machine = machine;
        this.wall = wall;
        this.clock = new VirtualClock(machine, wall);
        this.lock = new GateLock(machine.lock(), this::beforeRelease);
        machine.betweenPieces(this::letLookersIn);
    }

    @Override
    public Lock lock() {
        return lock;
    }

    @Override
    public void beginLook() {
        boolean mayWork = lock.lookIn();
        if (mayWork && !behind) {
            boolean entered = false;
            try {
                enter();
                entered = true;
            } finally {
                if (!entered) {
                    lock.lookedIn();
                }
            }
        }
    }

    /** Called by who works for the machine, between two pieces: those who wait for a look have it now. */
    public void letLookersIn() {
        lock.letLookersIn();
    }

    @Override
    public void endLook() {
        lock.lookedIn();
    }

    // ---- the clock ----

    /** What the thread that drives time does first, such as to set its priority; to be said before time runs. */
    public void onDriver(Runnable first) {
        lock.lock();
        try {
            onDriver = first;
        } finally {
            lock.unlock();
        }
    }

    /** Lets time run from now on: {@code factor} virtual seconds a second. */
    public void start(double factor) {
        lock.lock();
        try {
            clock.setSpeed(factor);
            run();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        clock.run();
        if (driver == null) {
            Thread thread = new Thread(this::driverLoop, "reclaimfs-clock");
            thread.setDaemon(true);
            driver = thread;
            thread.start();
        }
    }

    /** Under the lock: {@code pause}. */
    void pause() {
        enter();
        clock.pause();
    }

    /** Under the lock: {@code resume}, at the speed it had. */
    void resume() {
        run();
    }

    /** Under the lock: {@code speed X}; a paused clock stays paused. */
    void setSpeed(double factor) {
        enter();
        clock.setSpeed(factor);
        if (!clock.paused()) {
            run();
        }
    }

    /** What time it should be, and how it runs; to be looked at under the lock. */
    VirtualClock clock() {
        return clock;
    }

    // ---- moving the machine ----

    @Override
    public long enter() {
        if (!advancing) {
            long untilNs = wall.ns() + ENTER_BUDGET_NS;
            boolean there;
            do {
                // A slice may take long by the wall clock: the budget is looked at after each.
                there = advance(clock.nowNs(), clock.runs() ? 1 : 4);
            } while (!there && clock.runs() && wall.ns() < untilNs);
        }
        return machine.nowNs();
    }

    private boolean advance(long targetNs, int slices) {
        advancing = true;
        try {
            return machine.advance(targetNs, slices);
        } finally {
            advancing = false;
        }
    }

    /**
     * Under the lock: moves time on to {@code targetNs} whatever the clock says, some slices of it. Stops on the way where
     * a pressure trigger may fire, so that who polls it sees each event.
     *
     * @return whether it is reached; if not, call again
     */
    boolean leap(long targetNs) {
        leapt = true;
        long legNs = Math.min(targetNs, Math.max(machine.triggerCheckNs(), machine.nowNs()));
        boolean there = false;
        for (int i = 0; i < 4 * SLICES && !there && (i == 0 || !lock.wanted()); i++) {
            there = advance(legNs, 1);
        }
        if (machine.nowNs() > clock.nowNs()) {
            clock.rebase();
        }
        return there && legNs == targetNs;
    }

    /**
     * Moves time on to {@code targetNs}, with others let in between, until {@code stop} says so.
     *
     * @return whether {@code targetNs} was reached
     */
    public boolean leapTo(long targetNs, BooleanSupplier stop) {
        boolean there = false;
        while (!there && !stop.getAsBoolean()) {
            lock.lock();
            try {
                there = leap(targetNs);
            } finally {
                lock.unlock();
            }
        }
        return there;
    }

    // ---- work ----

    /** Under the lock: does a call through the tree's door and returns its slow part instead of driving it. */
    Work capture(Call call) throws ErrnoException {
        boolean outer = capturing;
        capturing = true;
        captured = Work.DONE;
        try {
            call.run();
            return captured;
        } finally {
            capturing = outer;
            captured = Work.DONE;
        }
    }

    @Override
    public void drive(Work work, Signal signal) throws ErrnoException {
        if (lock.heldByMe()) {
            if (!capturing) {
                throw new IllegalStateException("work cannot be driven with the lock held");
            }
            captured = work;
            return;
        }
        boolean told = false;
        long dueNs = wall.ns();
        while (true) {
            if (!told && signal.pending()) {
                told = true;
                tell(work);
            }
            long costNs = slice(work);
            if (costNs == Work.FINISHED) {
                return;
            }
            if (costNs == Work.IDLE) {
                wall.park(SIGNAL_POLL_NS); // of wall time: at a high speed virtual time would be a busy loop
                dueNs = wall.ns();
            } else if (clock.runs()) {
                dueNs += (long) (costNs / clock.speed());
                told = rest(dueNs, signal, told, work);
            } else {
                dueNs = wall.ns();
                if (costNs >= LONG_COST_NS) {
                    wall.park(MIN_SLEEP_NS);
                }
            }
        }
    }

    private void tell(Work work) {
        lock.lock();
        try {
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    private long slice(Work work) throws ErrnoException {
        lock.lock();
        try {
            enter();
            leapt = false;
            try {
                return work.slice(machine.nowNs());
            } finally {
                settle();
            }
        } finally {
            lock.unlock();
        }
    }

    // With time at a standstill devices and dying tasks take none, and threads the slice has woken get their turn.
    private void settle() {
        if (!clock.runs() && !leapt && !advancing) {
            machine.completeIo();
            machine.completeExits();
            advance(machine.nowNs(), SLICES);
            machine.completeSlices();
            advance(machine.nowNs(), SLICES);
        }
    }

    private boolean rest(long dueNs, Signal signal, boolean wasTold, Work work) {
        boolean told = wasTold;
        long leftNs = dueNs - wall.ns();
        while (leftNs >= MIN_SLEEP_NS && clock.runs()) {
            wall.park(Math.min(leftNs, SIGNAL_POLL_NS));
            leftNs = dueNs - wall.ns();
            if (!told && signal.pending()) {
                tell(work);
                return true;
            }
        }
        return told;
    }

    // ---- the driver ----

    private void driverLoop() {
        onDriver.run();
        while (!closed) {
            long waitNs;
            lock.lock();
            try {
                waitNs = turn();
            } catch (IllegalStateException e) {
                standStill(e);
                waitNs = Long.MAX_VALUE;
            } finally {
                lock.unlock();
            }
            if (waitNs > 0) {
                wall.park(waitNs);
            }
        }
    }

    /** A promise of the model's is broken. Its files can still be read, but nothing it would do from now on could be trusted. */
    private void standStill(IllegalStateException why) {
        LOG.error("the model is broken: time stands still from {} ns on", machine.nowNs(), why);
        broken = why;
        clock.breakDown();
    }

    /** Under the lock: what has stopped time for good, or null. */
    @Nullable
    IllegalStateException broken() {
        return broken;
    }

    /** Runs what is due; returns how long the driver may sleep, in wall ns. */
    private long turn() {
        plannedWakeNs = Long.MAX_VALUE;
        behind = false;
        if (!clock.runs()) {
            return Long.MAX_VALUE;
        }
        long present = clock.nowNs();
        boolean there = false;
        for (int i = 0; i < SLICES && !there && (i == 0 || !lock.wanted()); i++) {
            there = advance(present, 1);
        }
        behind = !there;
        if (!there) {
            if (present - machine.nowNs() > MAX_LAG_NS * clock.speed()) {
                clock.rebase();
            }
            return 0;
        }
        plannedWakeNs = machine.nextEventNs();
        if (plannedWakeNs == Long.MAX_VALUE) {
            return Long.MAX_VALUE;
        }
        return Math.max(MIN_SLEEP_NS, (long) ((plannedWakeNs - present) / clock.speed()));
    }

    private void beforeRelease() {
        if (clock.runs() && machine.nextEventNs() < plannedWakeNs && Thread.currentThread() != driver) {
            plannedWakeNs = Long.MIN_VALUE;
            LockSupport.unpark(driver);
        }
    }

    /** Stops time for good. */
    @Override
    public void close() {
        closed = true;
        lock.lock();
        try {
            clock.stop();
            LockSupport.unpark(driver);
        } finally {
            lock.unlock();
        }
    }
}
