package org.reclaimfs.scenario;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.LateWork;
import org.reclaimfs.kernfs.Work;

/** One step from its beginning to its end; begins with the first slice. */
final class StepWork implements Work {
    /**
     * Why a step did not do what it should.
     *
     * @param expected of an expectation; null for a refused step
     * @param seen what there was instead: a value, an errno, a reason
     */
    record Failure(String reason, @Nullable String expected, String seen) {}

    private final LateWork work;
    private @Nullable Failure failure;

    StepWork(StepRunner runner, Step step, boolean waits) {
        this.work = new LateWork(() -> runner.begin(step, waits));
    }

    /** Set once {@link #slice} has thrown. */
    @Nullable
    Failure failure() {
        return failure;
    }

    /** Whether it only waits for a point in time. */
    boolean onlyWaits() {
        return work.begun() instanceof AdvanceWork;
    }

    /** Begins the step, and does what it does at once; false if that was all. */
    boolean begin() throws ErrnoException {
        return run(() -> work.begin() instanceof Work.Done ? Work.FINISHED : 0) != Work.FINISHED;
    }

    @Override
    public long slice(long nowNs) throws ErrnoException {
        return run(() -> work.slice(nowNs));
    }

    private interface Piece {
        long run() throws ErrnoException;
    }

    /** Runs a piece, and remembers why if it is refused. */
    private long run(Piece piece) throws ErrnoException {
        try {
            return piece.run();
        } catch (ErrnoException e) {
            failure = new Failure(e.getMessage(), null, e.getMessage());
            throw e;
        } catch (ExpectFailure e) {
            failure = new Failure(e.getMessage(), e.expected(), e.seen());
            throw new ErrnoException(Errno.EINVAL, e.getMessage());
        }
    }

    @Override
    public void signal() {
        work.signal();
    }
}
