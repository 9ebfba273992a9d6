package org.reclaimfs.scenario;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.machine.Kill;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.machine.Patch;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.psi.Stalls;

/** A scenario played in virtual time from its start to its end, without a mount. */
public final class Run {
    private static final List<String> CGROUP_FILES = List.of(
            "memory.current",
            "memory.peak",
            "memory.events",
            "memory.swap.current",
            "memory.zswap.current",
            "memory.stat",
            "memory.pressure");

    /** Reasons of kills that are not the kernel's decision. */
    private static final Set<String> USER_SPACE = Set.of("step", "cgroup.kill", "psi-killer");

    private static final long SHORT_NS = 120_000_000_000L;
    private static final long LONG_NS = 7_200_000_000_000L;

    /**
     * An expectation that did not hold, or a step that was refused or never came.
     *
     * @param expected what the step wanted
     * @param seen what there was
     */
    public record Failed(long atNs, int line, String step, String expected, String seen) {}

    private final Session session;
    private final Scenario scenario;
    private final Machine machine;
    private final Trace trace;
    private final Answers answers;
    private final Series series;
    private final List<Failed> failed = new ArrayList<>();

    public Run(Session session, Scenario scenario) {
        this.session = session;
        this.scenario = scenario;
        this.machine = session.machine();
        this.trace = new Trace(machine);
        this.answers = new Answers(machine);
        this.series = new Series(machine, trace::retries);
    }

    /** The interval of timeline.csv: 100 ms, for runs over 2 minutes 1 s, over 2 hours 10 s. */
    static long intervalNs(long endNs) {
        return endNs <= SHORT_NS ? 100_000_000L : endNs <= LONG_NS ? 1_000_000_000L : 10_000_000_000L;
    }

    /**
     * Plays it.
     *
     * @param progress is told the virtual time now and then
     */
    public void play(LongConsumer progress) {
        play(progress, () -> false);
    }

    /**
     * Plays it until the end or until {@code stop} says so.
     *
     * @return whether the end was reached
     */
    public boolean play(LongConsumer progress, BooleanSupplier stop) {
        Timeline timeline = session.startTimeline(new Events());
        long intervalNs = intervalNs(scenario.endNs());
        long atNs = 0;
        while (true) {
            if (!session.gate().leapTo(atNs, stop)) {
                return false;
            }
            if (atNs % intervalNs == 0) {
                series.record(machine);
                progress.accept(atNs);
            }
            if (atNs >= scenario.endNs()) {
                break;
            }
            atNs = Math.min(scenario.endNs(), atNs + intervalNs);
        }
        for (Timeline.Entry entry : timeline.waiting()) {
            failed.add(new Failed(
                    atNs, entry.line(), entry.text(), "the step before it to end", "still waiting at the end"));
        }
        return true;
    }

    private final class Events implements Timeline.Listener {
        @Override
        public void done(Timeline.Entry entry, long nowNs) {
            Map<String, Object> event = event(nowNs, entry.step() instanceof Step.Expect ? "expect" : "step", entry);
            event.put("result", "ok");
            trace.add(event);
        }

        @Override
        public void failed(Timeline.Entry entry, long nowNs, StepWork.Failure failure) {
            String expected = failure.expected() == null ? "the step to be done" : failure.expected();
            failed.add(new Failed(nowNs, entry.line(), entry.text(), expected, failure.seen()));
            Map<String, Object> event = event(nowNs, failure.expected() == null ? "step" : "expect", entry);
            event.put("result", failure.expected() == null ? "refused" : "failed");
            event.put("seen", failure.seen());
            trace.add(event);
        }

        private Map<String, Object> event(long nowNs, String kind, Timeline.Entry entry) {
            Map<String, Object> event = TraceEvent.of(nowNs, kind);
            event.put("line", entry.line());
            event.put("step", entry.text());
            return event;
        }
    }

    // ---- what came out ----

    public List<Failed> failed() {
        return failed;
    }

    /** What happened to allocations, in sentences; none if nothing stalled. */
    public List<String> answers() {
        return answers.sentences();
    }

    public String traceJsonl() {
        return trace.text();
    }

    public String timelineCsv() {
        return series.csv();
    }

    /** The rows of timeline.csv as numbers. */
    public Series series() {
        return series;
    }

    /** summary.json. */
    public String summaryJson(long wallMs) {
        return Json.pretty(summary(wallMs));
    }

    private Map<String, Object> summary(long wallMs) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("virtualNs", machine.nowNs());
        out.put("wallMs", wallMs);
        out.put("seed", scenario.machine().seed());
        out.put("patches", patches());
        out.put("kills", machine.kills().stream().map(Run::kill).toList());
        Map<String, Object> stall = new LinkedHashMap<>();
        Stalls stalls = machine.stalls();
        stall.put("count", stalls.count());
        stall.put("totalNs", stalls.totalNs(machine.nowNs()));
        stall.put("longestNs", stalls.longestNs(machine.nowNs()));
        stall.put("rounds", stalls.rounds());
        stall.put("exits", answers.exitsAsJson());
        stall.put("longest", answers.longestAsJson());
        out.put("stalls", stall);
        out.put("answers", answers.sentences());
        out.put("firstOom", answers.firstOomAsJson());
        out.put("reclaim", trace.reclaimCounts());
        out.put("kmsg", trace.logCounts());
        out.put("trace", trace.thinned());
        out.put("failedExpects", failed.stream().map(Run::failure).toList());
        Map<String, Object> vmstat = new LinkedHashMap<>();
        for (VmStat item : VmStat.values()) {
            vmstat.put(item.key(), machine.vmstat(item));
        }
        out.put("vmstat", vmstat);
        Map<String, Object> cgroups = new LinkedHashMap<>();
        addCgroup(machine.cgroups().root(), cgroups);
        out.put("cgroups", cgroups);
        return out;
    }

    private Map<String, Object> patches() {
        Map<String, Object> out = new LinkedHashMap<>();
        for (Patch patch : Patch.values()) {
            out.put(patch.key(), machine.patched(patch) ? 1 : 0);
        }
        return out;
    }

    private static Map<String, Object> kill(Kill kill) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("atNs", kill.atNs());
        out.put("task", kill.task());
        out.put("cgroup", kill.cgroup());
        out.put("by", USER_SPACE.contains(kill.by()) ? "user" : "kernel");
        out.put("reason", kill.by());
        out.put("pages", kill.pages());
        return out;
    }

    private static Map<String, Object> failure(Failed failed) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("atNs", failed.atNs());
        out.put("line", failed.line());
        out.put("step", failed.step());
        out.put("expected", failed.expected());
        out.put("seen", failed.seen());
        return out;
    }

    private void addCgroup(Cgroup cgroup, Map<String, Object> out) {
        Map<String, Object> files = new LinkedHashMap<>();
        for (String file : CGROUP_FILES) {
            try {
                files.put(file, session.kernfs().readText(StepRunner.cgroupPath(cgroup.path(), file)));
            } catch (ErrnoException e) {
                continue; // the root has fewer, and so has a cgroup without the memory controller
            }
        }
        out.put(cgroup.path(), files);
        cgroup.children().forEach(child -> addCgroup(child, out));
    }
}
