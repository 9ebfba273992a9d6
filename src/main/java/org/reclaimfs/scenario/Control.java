package org.reclaimfs.scenario;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.Work;

/** Steps given as text while the machine runs, and what became of the last ones. Expects the gate's lock. */
final class Control {
    private final StepRunner runner;
    private String lastResult = "ok\n";

    Control(StepRunner runner) {
        this.runner = runner;
    }

    /** "ok" or "error: …" with a newline. */
    String lastResult() {
        return lastResult;
    }

    /**
     * One step a line. Nothing is done if one of them cannot be understood.
     *
     * @throws ErrnoException EINVAL
     */
    Work write(ControlInput in) throws ErrnoException {
        List<String> lines = new ArrayList<>();
        List<Step> steps = new ArrayList<>();
        for (String line : in.utf8().split("\n", -1)) {
            if (!line.isBlank() && !line.strip().startsWith("#")) {
                lines.add(line);
                steps.add(parse(line));
            }
        }
        return new Steps(lines, steps);
    }

    /** One step that answers with its own errno and leaves {@link #lastResult} alone. */
    Work begin(Step step) {
        return new StepWork(runner, step, false);
    }

    private Step parse(String line) throws ErrnoException {
        try {
            return StepParser.parse(line);
        } catch (BadText e) {
            throw refused(line, e.atColumn());
        }
    }

    private ErrnoException refused(String line, String reason) {
        lastResult = "error: " + line.strip() + ": " + reason + "\n";
        return new ErrnoException(Errno.EINVAL, reason);
    }

    private final class Steps implements Work {
        private final List<String> lines;
        private final List<Step> steps;
        private int at;
        private @Nullable StepWork current;
        private boolean signalled;

        Steps(List<String> lines, List<Step> steps) {
            this.lines = lines;
            this.steps = steps;
        }

        @Override
        public long slice(long nowNs) throws ErrnoException {
            while (at < steps.size()) {
                StepWork work = current;
                if (work == null) {
                    work = new StepWork(runner, steps.get(at), false);
                    current = work;
                    if (signalled) {
                        work.signal();
                    }
                }
                long cost = cost(work, nowNs);
                if (cost != FINISHED) {
                    return cost;
                }
                current = null;
                at++;
            }
            lastResult = "ok\n";
            return FINISHED;
        }

        private long cost(StepWork work, long nowNs) throws ErrnoException {
            try {
                return work.slice(nowNs);
            } catch (ErrnoException e) {
                StepWork.Failure failure = work.failure();
                ErrnoException refused =
                        refused(lines.get(at), failure == null ? String.valueOf(e.getMessage()) : failure.reason());
                throw e.errno() == Errno.EINTR ? e : refused;
            }
        }

        @Override
        public void signal() {
            signalled = true;
            if (current != null) {
                current.signal();
            }
        }
    }
}
