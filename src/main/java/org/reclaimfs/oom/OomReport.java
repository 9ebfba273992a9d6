package org.reclaimfs.oom;

import static org.reclaimfs.abi.Units.pagesToBytes;
import static org.reclaimfs.abi.Units.pagesToKiB;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.reclaimfs.klog.Klog;
import org.reclaimfs.klog.RateLimit;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Kind;

/** What an OOM leaves in the log, line by line (dump_header, dump_tasks, __oom_kill_process; 7.2, spec/08 section 5). */
public final class OomReport {
    private final Klog log;
    private final ShowMem mem;
    private final Supplier<List<MemoryStat>> shownStats;
    private final OomSettings settings;
    private final RateLimit dumps = new RateLimit("oom_kill_process");

    /** @param shownStats the lines that memory.stat has now */
    public OomReport(Klog log, ShowMem mem, Supplier<List<MemoryStat>> shownStats, OomSettings settings) {
        this.log = log;
        this.mem = mem;
        this.shownStats = shownStats;
        this.settings = settings;
    }

    // ---- before the kill ----

    /** Header and the line about the victim, at most 10 times in 5 s. */
    public void choice(OomControl oom, Iterable<Task> tasks, MemCgroup root, Task victim, long nowNs) {
        if (dumps.allows(log, nowNs)) {
            header(oom, tasks, root, nowNs);
            log.info(nowNs, constraint(oom, victim));
        }
    }

    /** Who asked, what memory looks like, and the tasks (dump_header; without the stack). */
    public void header(OomControl oom, Iterable<Task> tasks, MemCgroup root, long nowNs) {
        log.warn(
                nowNs,
                oom.comm() + " invoked oom-killer: gfp_mask=" + oom.gfp().text() + ", order=" + oom.order()
                        + ", oom_score_adj=" + oom.oomScoreAdj());
        MemCgroup memcg = oom.memcg();
        if (memcg == null) {
            mem.print(nowNs);
        } else {
            usage(memcg, nowNs);
        }
        ShowMem.printProtection(log, nowNs, memcg == null ? root : memcg);
        if (settings.dumpTasks() != 0) {
            tasks(oom, tasks, nowNs);
        }
    }

    /** mem_cgroup_print_oom_meminfo; failcnt is the number of max events. */
    private void usage(MemCgroup memcg, long nowNs) {
        log.info(nowNs, usage("memory", memcg.memory.usage(), memcg.memory.max(), memcg.events(MemCgroup.Event.MAX)));
        log.info(nowNs, usage("swap", memcg.swap.usage(), memcg.swap.max(), memcg.swapEvents(MemCgroup.SwapEvent.MAX)));
        log.info(nowNs, "Memory cgroup stats for " + memcg.cgroup.path() + ":");
        for (MemoryStat item : shownStats.get()) {
            log.info(nowNs, item.key() + " " + memcg.printedStat(item));
        }
    }

    private static String usage(String what, long usagePages, long limitPages, long failures) {
        return what + ": usage " + pagesToKiB(usagePages) + "kB, limit " + pagesToKiB(limitPages) + "kB, failcnt "
                + failures;
    }

    private void tasks(OomControl oom, Iterable<Task> tasks, long nowNs) {
        log.info(nowNs, "Tasks state (memory values in pages):");
        log.info(
                nowNs,
                "[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents"
                        + " oom_score_adj name");
        for (Task task : tasks) {
            if (oom.concerns(task)) {
                log.info(nowNs, row(task));
            }
        }
    }

    private static String row(Task task) {
        return String.format(
                Locale.ROOT,
                "[%7d] %5d %5d %8d %8d %8d %8d %9d %8d %8d         %5d %s",
                task.pid,
                0,
                task.pid,
                task.mappingPages(),
                task.rssPages(),
                task.rssPages(Kind.ANON),
                task.rssPages(Kind.FILE),
                task.rssPages(Kind.SHMEM),
                pagesToBytes(task.pageTablePages()),
                task.swapEntryPages(),
                task.oomScoreAdj(),
                task.comm);
    }

    private static String constraint(OomControl oom, Task victim) {
        MemCgroup memcg = oom.memcg();
        return "oom-kill:constraint=CONSTRAINT_" + oom.constraint()
                + ",nodemask=" + (oom.constraint() == Constraint.MEMORY_POLICY ? oom.nodes() : "(null)")
                + ",cpuset=/,mems_allowed=" + oom.nodes()
                + (memcg == null ? ",global_oom" : ",oom_memcg=" + memcg.cgroup.path())
                + ",task_memcg=" + victim.memcg().cgroup.path()
                + ",task=" + victim.comm + ",pid=" + victim.pid + ",uid=0";
    }

    // ---- the kill and after it ----

    /** The line that is always printed. */
    public void killed(String message, Task task, long nowNs) {
        log.err(
                nowNs,
                message + ": Killed process " + task.pid + " (" + task.comm
                        + ") total-vm:" + pagesToKiB(task.mappingPages()) + "kB, " + rss(task)
                        + ", UID:0 pgtables:" + pagesToKiB(task.pageTablePages())
                        + "kB oom_score_adj:" + task.oomScoreAdj());
    }

    private static String rss(Task task) {
        return "anon-rss:" + pagesToKiB(task.rssPages(Kind.ANON))
                + "kB, file-rss:" + pagesToKiB(task.rssPages(Kind.FILE))
                + "kB, shmem-rss:" + pagesToKiB(task.rssPages(Kind.SHMEM)) + "kB";
    }

    /** mem_cgroup_print_oom_group. */
    public void group(MemCgroup group, long nowNs) {
        log.info(nowNs, "Tasks in " + group.cgroup.path() + " are going to be killed due to memory.oom.group set");
    }

    public void nobody(long nowNs) {
        log.warn(nowNs, "Out of memory and no killable processes...");
    }

    public void reaped(Task task, long nowNs) {
        log.info(nowNs, "oom_reaper: reaped process " + task.pid + " (" + task.comm + "), now " + rss(task));
    }
}
