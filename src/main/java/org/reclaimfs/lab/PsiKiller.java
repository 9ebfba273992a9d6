package org.reclaimfs.lab;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.machine.Activity;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.oom.OomKiller;
import org.reclaimfs.psi.PsiGroup;
import org.reclaimfs.psi.PsiResource;

/**
 * The answer "leave it to user space" as a column: a daemon that kills the task with the highest oom_score when memory full
 * avg10 of the whole system has been above a threshold for a while, as oomd and systemd-oomd do with a cgroup. It looks once
 * a second, rests 15 s after a kill as systemd-oomd does, is locked in memory and never waits for a page or a CPU: the best
 * case of such a daemon.
 */
public final class PsiKiller extends Activity {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long REST_NS = 15 * SECOND_NS;
    private static final int AVG10 = 0;

    /**
     * When it kills.
     *
     * @param hundredths of a percent of memory full avg10 that must be exceeded
     * @param forNs without interruption
     */
    public record Rule(long hundredths, long forNs) {
        private static final Pattern FORM = Pattern.compile("(\\d{1,2}(?:\\.\\d{1,2})?)%?:(\\d{1,6})(ms|s|m)");

        /** PERCENT:DURATION, such as 60%:20s. */
        public static Rule parse(String text) throws ColumnException {
            Matcher matcher = FORM.matcher(text);
            if (!matcher.matches()) {
                throw new ColumnException("killer: found '" + text
                        + "', expected PERCENT:DURATION such as 60%:20s (memory full avg10 above it for so long)");
            }
            long unitNs =
                    switch (matcher.group(3)) {
                        case "ms" -> SECOND_NS / 1000;
                        case "s" -> SECOND_NS;
                        default -> 60 * SECOND_NS;
                    };
            long hundredths = Math.round(Double.parseDouble(matcher.group(1)) * 100);
            return new Rule(hundredths, Long.parseLong(matcher.group(2)) * unitNs);
        }
    }

    private final Machine machine;
    private final Rule rule;
    private long aboveSinceNs = -1;

    public PsiKiller(Machine machine, Rule rule) {
        this.machine = machine;
        this.rule = rule;
    }

    @Override
    public boolean needsCpu() {
        return false;
    }

    @Override
    public long step(long nowNs) {
        PsiGroup system = machine.cgroups().root().psi();
        system.update(nowNs);
        if (system.avgHundredths(PsiResource.MEMORY, true, AVG10) <= rule.hundredths) {
            aboveSinceNs = -1;
            return SECOND_NS;
        }
        aboveSinceNs = aboveSinceNs < 0 ? nowNs : aboveSinceNs;
        if (nowNs - aboveSinceNs >= rule.forNs) {
            Task victim = worst();
            // The averages take a while to fall: the next victim needs a rest, and a whole span of its own.
            aboveSinceNs = -1;
            if (victim != null) {
                machine.kill(victim, "psi-killer");
                return REST_NS;
            }
        }
        return SECOND_NS;
    }

    private @Nullable Task worst() {
        long totalPages = machine.memory().totalPages() + machine.swap().totalPages();
        Task worst = null;
        long most = 0;
        for (Task task : machine.cgroups().tasks()) {
            long score = OomKiller.score(task, totalPages);
            if (!task.dead() && score > most) {
                most = score;
                worst = task;
            }
        }
        return worst;
    }
}
