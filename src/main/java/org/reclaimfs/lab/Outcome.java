package org.reclaimfs.lab;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.machine.Kill;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.mm.VmStat;
import org.reclaimfs.psi.PsiGroup;
import org.reclaimfs.psi.PsiResource;
import org.reclaimfs.psi.Stalls;
import org.reclaimfs.scenario.Run;
import org.reclaimfs.scenario.Series;

/**
 * What came of a column.
 *
 * @param problem why there is no result, or what was wrong with it; null if all is well
 * @param partial it was interrupted: everything is as of {@code figures.virtualNs}
 * @param figures null if it could not be played
 */
public record Outcome(Column column, @Nullable String problem, boolean partial, @Nullable Figures figures) {
    /**
     * Times in ns of virtual time, sizes in pages.
     *
     * @param kills in their order
     * @param sentences what the run says about its stalls
     */
    public record Figures(
            long virtualNs,
            long wallMs,
            List<Kill> kills,
            long stalls,
            long stalledNs,
            long longestNs,
            long rounds,
            long someUs,
            long fullUs,
            long scanDirect,
            long stealDirect,
            long scanKswapd,
            long stealKswapd,
            long retries,
            List<String> sentences,
            Series series,
            Files files) {
        /** Pages that died with the victims. */
        long lostPages() {
            return kills.stream().mapToLong(Kill::pages).sum();
        }
    }

    /** The files of `run --out`, ready to be written. */
    public record Files(String summaryJson, String timelineCsv, String traceJsonl) {}

    static Outcome failed(Column column, String problem) {
        return new Outcome(column, problem, false, null);
    }

    static Outcome of(Column column, Run run, Machine machine, boolean whole, long wallMs) {
        long nowNs = machine.nowNs();
        Stalls stalls = machine.stalls();
        PsiGroup psi = machine.cgroups().root().psi();
        psi.update(nowNs);
        long[] retries = run.series().values("retries_count");
        Figures figures = new Figures(
                nowNs,
                wallMs,
                List.copyOf(machine.kills()),
                stalls.count(),
                stalls.totalNs(nowNs),
                stalls.longestNs(nowNs),
                stalls.rounds(),
                psi.totalUs(PsiResource.MEMORY, false),
                psi.totalUs(PsiResource.MEMORY, true),
                machine.vmstat(VmStat.PGSCAN_DIRECT),
                machine.vmstat(VmStat.PGSTEAL_DIRECT),
                machine.vmstat(VmStat.PGSCAN_KSWAPD),
                machine.vmstat(VmStat.PGSTEAL_KSWAPD),
                retries.length == 0 ? 0 : retries[retries.length - 1],
                run.answers(),
                run.series(),
                new Files(run.summaryJson(wallMs), run.timelineCsv(), run.traceJsonl()));
        String problem = run.failed().isEmpty() || !whole ? null : failures(run);
        return new Outcome(column, problem, !whole, figures);
    }

    private static String failures(Run run) {
        Run.Failed first = run.failed().get(0);
        String more = run.failed().size() == 1 ? "" : " (and " + (run.failed().size() - 1) + " more)";
        return "line " + first.line() + ": " + first.step() + ": found " + first.seen() + more;
    }
}
