package org.reclaimfs.scenario;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.klog.Klog;
import org.reclaimfs.klog.Level;
import org.reclaimfs.machine.AllocListener;
import org.reclaimfs.machine.Kill;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.oom.Constraint;
import org.reclaimfs.oom.Outcome;
import org.reclaimfs.policy.Round;
import org.reclaimfs.zswap.ZswapCounter;

/**
 * trace.jsonl: what happens in a run, one event a line, in the order of the model; and the counts of it for summary.json.
 * Frequent events are thinned out ({@link Thinning}) but all are counted; the first one after a gap says "leftOut".
 */
final class Trace implements AllocListener {
    private static final int FIRST = 5_000;
    private static final int PER_STRIDE = 1_000;
    private static final int FIRST_LOG_LINES = 20_000;

    private final Machine machine;
    private final StringBuilder out = new StringBuilder();
    private final Thinning retries = new Thinning(FIRST, PER_STRIDE);
    private final Thinning calls = new Thinning(FIRST, PER_STRIDE);
    private final Thinning stalls = new Thinning(FIRST, PER_STRIDE);
    private final Thinning ooms = new Thinning(FIRST, PER_STRIDE);
    private final Thinning logLines = new Thinning(FIRST_LOG_LINES, PER_STRIDE);
    private final Map<Level, Long> logLevels = new EnumMap<>(Level.class);
    private Round sum = Round.NOTHING;
    private long fruitless;
    private int noProgressLoops;
    private long firstFreePages = -1;
    private long firstPerCpuPages = -1;

    /** Listens from now on; what the kernel has logged so far comes first. */
    Trace(Machine machine) {
        this.machine = machine;
        for (long seq = machine.klog().firstSeq(); seq < machine.klog().nextSeq(); seq++) {
            Klog.Entry entry = machine.klog().get(seq);
            if (entry != null) {
                logged(entry);
            }
        }
        machine.klog().listen(this::logged);
        machine.listen(this);
    }

    /** The lines so far. */
    String text() {
        return out.toString();
    }

    /** Writes an event. */
    void add(Map<String, Object> event) {
        out.append(Json.line(event)).append('\n');
    }

    private static void leftOut(Map<String, Object> event, long gap) {
        if (gap > 0) {
            event.put("leftOut", gap);
        }
    }

    // ---- the slow path ----

    @Override
    public void directReclaim(DirectReclaim call) {
        Round round = call.round();
        sum = sum.plus(round);
        fruitless += round.reclaimed() == 0 ? 1 : 0;
        if (calls.seen() == 0) {
            firstFreePages = call.freePages();
            firstPerCpuPages = call.perCpuPages();
        }
        long gap = calls.next();
        if (gap < 0) {
            return;
        }
        Map<String, Object> event = TraceEvent.of(call);
        leftOut(event, gap);
        add(event);
    }

    @Override
    public void retryZone(RetryZone decision) {
        noProgressLoops = Math.max(noProgressLoops, decision.noProgressLoops());
        long gap = retries.next();
        if (gap >= 0) {
            Map<String, Object> event = TraceEvent.of(decision);
            leftOut(event, gap);
            add(event);
        }
    }

    @Override
    public void stalled(Stall stall) {
        long gap = stalls.next();
        if (gap >= 0) {
            Map<String, Object> event = TraceEvent.of(stall);
            leftOut(event, gap);
            add(event);
        }
    }

    @Override
    public void killed(Kill kill) {
        add(TraceEvent.of(kill));
    }

    @Override
    public void oom(
            long atNs, @Nullable Task current, @Nullable MemCgroup domain, Constraint constraint, Outcome outcome) {
        long gap = ooms.next();
        if (gap >= 0) {
            Map<String, Object> event = TraceEvent.ofOom(
                    atNs,
                    current == null ? null : current.name,
                    domain == null ? null : domain.cgroup.path(),
                    constraint,
                    outcome);
            leftOut(event, gap);
            add(event);
        }
    }

    // ---- the log ----

    private void logged(Klog.Entry entry) {
        logLevels.merge(entry.level(), 1L, Long::sum);
        long gap = logLines.next();
        if (gap < 0) {
            return;
        }
        Map<String, Object> event = TraceEvent.of(entry);
        leftOut(event, gap);
        add(event);
    }

    // ---- the counts ----

    /** Retry decisions so far, one for each zone looked at. */
    long retries() {
        return retries.seen();
    }

    /** The block "reclaim" of summary.json. */
    Map<String, Object> reclaimCounts() {
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("calls", calls.seen());
        counts.put("retries", retries.seen());
        counts.put("highestNoProgressLoops", noProgressLoops);
        counts.put("fruitless", fruitless);
        counts.put("reclaimedPages", sum.reclaimed());
        counts.put("scannedPages", sum.scanned());
        counts.put("poolPagesConsumed", sum.poolPages());
        counts.put("youngPages", sum.young());
        counts.put("noSlotPages", sum.noSlot());
        counts.put("writeFailedPages", sum.writeFailed());
        counts.put("refusedPages", sum.refused());
        counts.put("refaultedPages", sum.refaults());
        counts.put("slotFailures", machine.swap().tables().failures());
        counts.put("objectFailures", objectFailures());
        if (calls.seen() > 0) {
            counts.put("firstCallFreePages", firstFreePages);
            counts.put("firstCallPerCpuPages", firstPerCpuPages);
        }
        return counts;
    }

    /** Pages that zram or zswap could not store for want of memory. */
    private long objectFailures() {
        return machine.devices().zrams().stream()
                        .mapToLong(zram -> zram.stats().failedWrites())
                        .sum()
                + machine.zswap().counter(ZswapCounter.REJECT_ALLOC_FAIL)
                + machine.zswap().counter(ZswapCounter.REJECT_KMEMCACHE_FAIL);
    }

    /** The block "kmsg": lines by level. */
    Map<String, Object> logCounts() {
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("lines", logLines.seen());
        logLevels.forEach((level, lines) -> counts.put(level.name().toLowerCase(Locale.ROOT), lines));
        return counts;
    }

    /** The block "trace": what was thinned out, as events that happened and lines written. */
    Map<String, Object> thinned() {
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("retry", thinned(retries));
        counts.put("direct-reclaim", thinned(calls));
        counts.put("stall", thinned(stalls));
        counts.put("oom", thinned(ooms));
        counts.put("kmsg", thinned(logLines));
        return counts;
    }

    private static Map<String, Object> thinned(Thinning kind) {
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("events", kind.seen());
        counts.put("written", kind.written());
        return counts;
    }
}
