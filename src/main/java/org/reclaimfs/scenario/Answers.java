package org.reclaimfs.scenario;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.machine.AllocListener;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.machine.StallExit;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.memcg.TaskName;
import org.reclaimfs.mm.Zone;
import org.reclaimfs.oom.Constraint;
import org.reclaimfs.oom.Outcome;
import org.reclaimfs.policy.Round;

/**
 * What a run has to say to the questions of the patches' reviewers (spec/12): what resets the counter, what fails, whether
 * storing pages gains anything, how a stall ends. It keeps the longest stalls and the sums of all.
 */
final class Answers implements AllocListener {
    private static final int LONGEST = 5;
    private static final Comparator<Stall> LONGER =
            Comparator.comparingLong(Stall::lastedNs).reversed();

    /** Swap and lists when the OOM killer killed first. */
    private record AtOom(
            long atNs, String asker, StallExit why, long usedSlots, long totalSlots, long anonPages, long freePages) {}

    private final Machine machine;
    private final List<Stall> longest = new ArrayList<>();
    private Round sum = Round.NOTHING;
    private long calls;
    private long fruitless;
    private long retries;
    private long retriesAtZero;
    private int highestLoops;
    private final long[] exits = new long[StallExit.values().length];
    private @Nullable Stall lastGivenUp;
    private @Nullable AtOom firstOom;

    /** Listens from now on. */
    Answers(Machine machine) {
        this.machine = machine;
        machine.listen(this);
    }

    @Override
    public void directReclaim(DirectReclaim call) {
        calls++;
        sum = sum.plus(call.round());
        fruitless += call.round().reclaimed() == 0 ? 1 : 0;
    }

    @Override
    public void retryZone(RetryZone decision) {
        retries++;
        retriesAtZero += decision.noProgressLoops() == 0 ? 1 : 0;
        highestLoops = Math.max(highestLoops, decision.noProgressLoops());
    }

    @Override
    public void stalled(Stall stall) {
        exits[stall.exit().ordinal()]++;
        keep(longest, stall);
        lastGivenUp = stall.ooms() > 0 ? stall : lastGivenUp;
    }

    @Override
    public void oom(
            long atNs, @Nullable Task current, @Nullable MemCgroup domain, Constraint constraint, Outcome outcome) {
        if (firstOom == null && domain == null && outcome == Outcome.KILLED) {
            long anon = 0;
            for (Zone zone : machine.memory().zones()) {
                anon += zone.anonPages();
            }
            long total = machine.swap().totalPages();
            long used = total - machine.swap().freePages();
            String asker = current == null ? "somebody" : current.name;
            firstOom = new AtOom(
                    atNs,
                    asker,
                    why(current == null ? null : current.who),
                    used,
                    total,
                    anon,
                    machine.memory().freePages());
        }
    }

    /** What the loop of a task that asks for a kill has just given up for. */
    private StallExit why(@Nullable TaskName asker) {
        for (Stall stall : machine.stallsUnderWay()) {
            if (stall.task() == asker && stall.ooms() > 0) {
                return stall.exit();
            }
        }
        Stall last = lastGivenUp; // who is killed by its own request leaves its loop before the killer reports
        return last != null && last.task() == asker ? last.exit() : StallExit.UNDER_WAY;
    }

    private static void keep(List<Stall> list, Stall stall) {
        if (list.size() == LONGEST && stall.lastedNs() <= list.get(LONGEST - 1).lastedNs()) {
            return;
        }
        list.add(stall);
        list.sort(LONGER);
        if (list.size() > LONGEST) {
            list.remove(LONGEST);
        }
    }

    /** The longest stalls, those under way among them; the longest first. */
    private List<Stall> longest() {
        List<Stall> all = new ArrayList<>(longest);
        machine.stallsUnderWay().forEach(stall -> keep(all, stall));
        return all;
    }

    /** The block "stalls.longest" of summary.json. */
    List<Map<String, Object>> longestAsJson() {
        return longest().stream().map(TraceEvent::fields).toList();
    }

    /** The block "stalls.exits": how many stalls ended how. */
    Map<String, Object> exitsAsJson() {
        Map<String, Object> out = new LinkedHashMap<>();
        for (StallExit exit : StallExit.values()) {
            long count = exit == StallExit.UNDER_WAY ? machine.stallsUnderWay().size() : exits[exit.ordinal()];
            out.put(Telling.key(exit), count);
        }
        return out;
    }

    /** The block "firstOom" of summary.json; empty if the OOM killer killed nobody for want of RAM. */
    Map<String, Object> firstOomAsJson() {
        Map<String, Object> out = new LinkedHashMap<>();
        AtOom at = firstOom;
        if (at != null) {
            out.put("atNs", at.atNs);
            out.put("askedBy", at.asker);
            out.put("exit", Telling.key(at.why));
            out.put("usedSlots", at.usedSlots);
            out.put("totalSlots", at.totalSlots);
            out.put("anonPages", at.anonPages);
            out.put("freePages", at.freePages);
        }
        return out;
    }

    // ---- in words ----

    /** Sentences, the most important first; none if nothing stalled. */
    List<String> sentences() {
        List<String> out = new ArrayList<>();
        List<Stall> stalls = longest();
        if (stalls.isEmpty()) {
            return out;
        }
        out.add(longest(stalls.get(0)));
        if (calls > 0) {
            out.add(resets());
            out.add(gain());
            out.add(failures());
            out.add(whatCameBack());
        }
        if (firstOom != null) {
            out.add(atOom(firstOom));
        }
        return out;
    }

    /** "hog stalled 21 m 14 s in 2.4 M rounds; each released 32 pages and consumed 31.7; …". */
    static String longest(Stall stall) {
        Round sum = stall.sum();
        double rounds = Math.max(1, stall.rounds());
        StringBuilder out = new StringBuilder();
        out.append(stall.task().name()).append(" stalled ").append(Telling.span(stall.lastedNs()));
        out.append(" in ").append(Telling.count(stall.rounds(), "round", "rounds"));
        out.append("; each released ").append(Telling.number(sum.reclaimed() / rounds));
        out.append(" of ").append(Telling.number(sum.scanned() / rounds));
        out.append(" scanned pages and consumed ").append(Telling.number(sum.poolPages() / rounds));
        out.append("; counter ").append(stall.highestLoops() == 0 ? "never above 0" : "up to " + stall.highestLoops());
        if (stall.exit() == StallExit.UNDER_WAY) {
            return out.append("; it has not ended").toString();
        }
        return out.append("; ended because ").append(stall.exit().words()).toString();
    }

    private String resets() {
        if (retries == 0) {
            return "What resets the counter: the retry test was never reached: after each of "
                    + Telling.count(calls, "call", "calls") + " a page was there.";
        }
        String share = Telling.count(retries, "retry decision", "retry decisions") + " after "
                + Telling.count(calls, "call", "calls") + " ("
                + Telling.number((double) retries / calls) + " a call), "
                + Telling.percent(retriesAtZero, retries) + " of them at no_progress_loops 0";
        if (retriesAtZero == 0) {
            return "What resets the counter: nothing did: " + share + ", highest " + highestLoops + ".";
        }
        return "What resets the counter: real progress: " + share + ", highest " + highestLoops + "; "
                + Telling.count(calls - fruitless, "call", "calls") + " released "
                + Telling.number((double) sum.reclaimed() / Math.max(1, calls - fruitless)) + " pages each, "
                + Telling.number(fruitless) + " released none.";
    }

    private String gain() {
        long gained = sum.reclaimed() - sum.poolPages();
        String verdict = gained <= 0
                ? "a net loss, though every page counted as progress"
                : "of each page released " + Telling.percent(gained, sum.reclaimed()) + " stays free";
        return "What it gained: " + Telling.number(sum.reclaimed()) + " pages released, "
                + Telling.number(sum.poolPages())
                + " taken by the pools of zram and zswap in the same calls (slab and swap tables not counted): "
                + (sum.reclaimed() == 0 ? "nothing" : verdict) + ".";
    }

    private String failures() {
        return "What failed: slots " + Telling.number(sum.noSlot()) + " pages (a swap table was refused "
                + Telling.count(machine.swap().tables().failures(), "time", "times") + "), objects "
                + Telling.number(sum.writeFailed()) + ", zswap stores refused without writeback "
                + Telling.number(sum.refused()) + ".";
    }

    private String whatCameBack() {
        return "What was too young: " + Telling.number(sum.young()) + " of " + Telling.number(sum.scanned())
                + " scanned pages; " + Telling.number(sum.refaults())
                + " pages came back while direct reclaim was at work.";
    }

    private static String atOom(AtOom at) {
        String why = at.why == StallExit.UNDER_WAY ? "" : ", because for " + at.asker + " " + at.why.words();
        return "The first OOM kill came " + Telling.span(at.atNs) + " after the start" + why + "; "
                + Telling.number(at.usedSlots)
                + " of " + Telling.number(at.totalSlots) + " slots used ("
                + Telling.percent(at.usedSlots, at.totalSlots)
                + "), " + Telling.number(at.anonPages) + " anon pages still on the lists, "
                + Telling.number(at.freePages) + " pages free.";
    }
}
