package org.reclaimfs.scenario;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.klog.Klog;
import org.reclaimfs.machine.AllocListener.DirectReclaim;
import org.reclaimfs.machine.AllocListener.RetryZone;
import org.reclaimfs.machine.AllocListener.Stall;
import org.reclaimfs.machine.Kill;
import org.reclaimfs.oom.Constraint;
import org.reclaimfs.oom.Outcome;
import org.reclaimfs.policy.Round;

/** One event as keys and values, for a line of trace.jsonl or of reclaimfs/trace. Times in ns, sizes in pages. */
final class TraceEvent {
    private TraceEvent() {}

    /** An event to which the caller adds. */
    static Map<String, Object> of(long atNs, String kind) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("atNs", atNs);
        event.put("event", kind);
        return event;
    }

    static Map<String, Object> of(DirectReclaim call) {
        Map<String, Object> event = of(call.endedNs(), "direct-reclaim");
        event.put("task", call.task().name());
        event.put("beganNs", call.beganNs());
        event.put("freePages", call.freePages());
        event.put("perCpuPages", call.perCpuPages());
        put(event, call.round());
        return event;
    }

    /** The columns of a round are the same for one call and for the sum of many. */
    private static void put(Map<String, Object> event, Round round) {
        event.put("reclaimed", round.reclaimed());
        event.put("scanned", round.scanned());
        event.put("poolPages", round.poolPages());
        event.put("reclaimedAnon", round.reclaimedAnon());
        event.put("reclaimedFile", round.reclaimedFile());
        event.put("scannedAnon", round.scannedAnon());
        event.put("scannedFile", round.scannedFile());
        event.put("young", round.young());
        event.put("noSlot", round.noSlot());
        event.put("writeFailed", round.writeFailed());
        event.put("refused", round.refused());
        event.put("refaults", round.refaults());
    }

    /** The fields have the names of the kernel's trace event reclaim_retry_zone. */
    static Map<String, Object> of(RetryZone decision) {
        Map<String, Object> event = of(decision.atNs(), "retry");
        event.put("task", decision.task().name());
        putFields(event, decision);
        return event;
    }

    private static void putFields(Map<String, Object> event, RetryZone decision) {
        event.put("node", decision.node());
        event.put("zone", decision.zone());
        event.put("order", decision.order());
        event.put("reclaimable", decision.reclaimable());
        event.put("available", decision.available());
        event.put("min_wmark", decision.minWmark());
        event.put("no_progress_loops", decision.noProgressLoops());
        event.put("wmark_check", decision.again() ? 1 : 0);
    }

    static Map<String, Object> of(Stall stall) {
        Map<String, Object> event = of(stall.endedNs(), "stall");
        putFields(event, stall);
        return event;
    }

    /** A stall without the heading of an event, as summary.json has it. */
    static Map<String, Object> fields(Stall stall) {
        Map<String, Object> fields = new LinkedHashMap<>();
        putFields(fields, stall);
        return fields;
    }

    private static void putFields(Map<String, Object> event, Stall stall) {
        event.put("task", stall.task().name());
        event.put("beganNs", stall.beganNs());
        event.put("lastedNs", stall.lastedNs());
        event.put("rounds", stall.rounds());
        event.put("fruitless", stall.fruitless());
        put(event, stall.sum());
        event.put("retries", stall.retries());
        event.put("highestNoProgressLoops", stall.highestLoops());
        RetryZone last = stall.lastRetry();
        if (last != null) {
            Map<String, Object> seen = new LinkedHashMap<>();
            putFields(seen, last);
            event.put("lastRetry", seen);
        }
        event.put("ooms", stall.ooms());
        event.put("exit", word(stall.exit()));
    }

    static Map<String, Object> ofOom(
            long atNs, @Nullable String task, @Nullable String cgroup, Constraint constraint, Outcome outcome) {
        Map<String, Object> event = of(atNs, "oom");
        event.put("task", task);
        event.put("constraint", word(constraint));
        event.put("cgroup", cgroup);
        event.put("outcome", word(outcome));
        return event;
    }

    static Map<String, Object> of(Kill kill) {
        Map<String, Object> event = of(kill.atNs(), "kill");
        event.put("task", kill.task());
        event.put("cgroup", kill.cgroup());
        event.put("by", kill.by());
        return event;
    }

    static Map<String, Object> of(Klog.Entry entry) {
        Map<String, Object> event = of(entry.atNs(), "kmsg");
        event.put("level", word(entry.level()));
        event.put("text", entry.text());
        return event;
    }

    private static String word(Enum<?> value) {
        return Telling.key(value);
    }
}
