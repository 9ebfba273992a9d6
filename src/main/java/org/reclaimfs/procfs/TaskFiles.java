package org.reclaimfs.procfs;

import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.Shapes.always;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.FileTable;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.kernfs.Show;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.oom.OomKiller;

/**
 * /proc/PID of a simulated task that a real, idle process stands in for: the files in which memory shows, to be bound over
 * that process' own (fs/proc/base.c, task_mmu.c, array.c 7.2).
 */
public final class TaskFiles {
    /** A task, and the status file of its stand-in, which has all lines that readers count. */
    private record Subject(Task task, String status) {}

    /** Lines of status in kB. Mappings are as large as what they hold or have swapped out, and never shrink in the model. */
    private static final Map<String, Function<Task, Long>> STATUS = Map.of(
            "VmPeak", Task::mappingPages,
            "VmSize", Task::mappingPages,
            "VmData", Task::mappingPages,
            "VmHWM", Task::rssPages,
            "VmRSS", Task::rssPages,
            "RssAnon", task -> task.rssPages(Kind.ANON),
            "RssFile", task -> task.rssPages(Kind.FILE),
            "RssShmem", task -> task.rssPages(Kind.SHMEM),
            "VmPTE", Task::pageTablePages,
            "VmSwap", Task::swapEntryPages);

    private final Machine machine;
    private final FileTable<Subject> table;
    private final FileTable<Subject> cgroupOnly;

    public TaskFiles(Machine machine) {
        this.machine = machine;
        FileSpec<Subject> cgroup = file(
                "cgroup",
                (s, out, file) -> out.text("0::").text(s.task.cgroup().path()).newline());
        this.cgroupOnly = new FileTable<>(List.of(cgroup));
        this.table = new FileTable<>(List.of( // spotless:off
                cgroup,
                file("comm", (s, out, file) -> out.text(s.task.comm).newline()),
                file("oom_score", this::showScore),
                file("oom_score_adj", (s, out, file) -> out.num(s.task.oomScoreAdj()).newline()),
                file("statm", TaskFiles::showStatm),
                file("status", TaskFiles::showStatus)));
    } // spotless:on

    private static FileSpec<Subject> file(String name, Show<Subject> show) {
        return ro(name, always(), show);
    }

    /** Adds the directory; {@link Dir#remove} takes it away. Under the gate's lock. */
    public Dir add(Dir procRoot, Task task, String status) {
        Dir dir = procRoot.addDir(Integer.toString(task.pid));
        dir.attach(table, new Subject(task, status), Caller.ROOT);
        return dir;
    }

    /** The same for a real process, whose other files tell the truth. */
    public Dir addReal(Dir procRoot, Task task) {
        Dir dir = procRoot.addDir(Integer.toString(task.pid));
        dir.attach(cgroupOnly, new Subject(task, ""), Caller.ROOT);
        return dir;
    }

    private void showScore(Subject subject, SeqFile out, OpenFile file) {
        long totalPages = machine.memory().totalPages() + machine.swap().totalPages();
        out.num(OomKiller.score(subject.task, totalPages)).newline();
    }

    /** size resident shared text lib data dt, in pages. */
    private static void showStatm(Subject subject, SeqFile out, OpenFile file) {
        Task task = subject.task;
        out.num(task.mappingPages()).space().num(task.rssPages()).space();
        out.num(task.rssPages(Kind.FILE) + task.rssPages(Kind.SHMEM));
        out.text(" 0 0 ").num(task.mappingPages()).text(" 0\n");
    }

    private static void showStatus(Subject subject, SeqFile out, OpenFile file) {
        subject.status.lines().forEach(line -> out.text(line(subject.task, line))
                .newline());
    }

    private static String line(Task task, String line) {
        String key = line.substring(0, Math.max(0, line.indexOf(':')));
        Function<Task, Long> pages = STATUS.get(key);
        return pages == null ? line : String.format("%s:\t%8d kB", key, Units.pagesToKiB(pages.apply(task)));
    }
}
