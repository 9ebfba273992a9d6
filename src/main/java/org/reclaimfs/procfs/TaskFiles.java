package org.reclaimfs.procfs;

import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.FileSpec.rw;
import static org.reclaimfs.kernfs.Shapes.always;
import static org.reclaimfs.kernfs.Shapes.number;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.FileTable;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.kernfs.Show;
import org.reclaimfs.kernfs.Work;
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

    private static final int OOM_SCORE_ADJ_MAX = 1000;
    private static final int OOM_DISABLE = -17;
    private static final int OOM_ADJUST_MAX = 15;
    /** Bytes of a write that count: PROC_NUMBUF less the terminator. */
    private static final int ADJ_BYTES = 12;

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
                rw("oom_adj", always(), TaskFiles::showOomAdj, TaskFiles::storeOomAdj),
                rw("oom_score_adj", always(), number((Subject s) -> s.task.oomScoreAdj()), TaskFiles::storeOomScoreAdj),
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

    // ---- adjustments ----

    /** The old scale from -17 to 15. */
    private static void showOomAdj(Subject subject, SeqFile out, OpenFile file) {
        int adj = subject.task.oomScoreAdj();
        out.num(
                adj == OOM_SCORE_ADJ_MAX
                        ? OOM_ADJUST_MAX
                        : Math.min(OOM_ADJUST_MAX, adj * -OOM_DISABLE / OOM_SCORE_ADJ_MAX));
        out.newline();
    }

    private static Work storeOomAdj(Subject subject, ControlInput in, OpenFile file) throws ErrnoException {
        int old = adjustment(in, OOM_DISABLE, OOM_ADJUST_MAX);
        int adj = old == OOM_ADJUST_MAX ? OOM_SCORE_ADJ_MAX : old * OOM_SCORE_ADJ_MAX / -OOM_DISABLE;
        boolean allowed = adj >= subject.task.oomScoreAdj() || file.opener().capable(Caller.CAP_SYS_RESOURCE);
        return adjust(subject.task, adj, allowed, file);
    }

    private static Work storeOomScoreAdj(Subject subject, ControlInput in, OpenFile file) throws ErrnoException {
        int adj = adjustment(in, -OOM_SCORE_ADJ_MAX, OOM_SCORE_ADJ_MAX);
        boolean allowed = adj >= subject.task.oomScoreAdjMin() || file.opener().capable(Caller.CAP_SYS_RESOURCE);
        return adjust(subject.task, adj, allowed, file);
    }

    /** An int at the start of what was written: more than twelve bytes are not looked at. */
    private static int adjustment(ControlInput in, int low, int high) throws ErrnoException {
        byte[] text = Arrays.copyOf(in.raw(), Math.min(in.length(), ADJ_BYTES));
        return new ControlInput(text).integer(low, high, Errno.EINVAL);
    }

    /** __set_oom_adj. */
    private static Work adjust(Task task, int adj, boolean allowed, OpenFile file) throws ErrnoException {
        if (task.gone()) {
            throw new ErrnoException(Errno.ESRCH, task.name + " is gone");
        }
        if (!allowed) {
            throw new ErrnoException(Errno.EACCES, "only the privileged may lower it");
        }
        boolean privileged = file.opener().capable(Caller.CAP_SYS_RESOURCE);
        task.setOomScoreAdj(adj, privileged ? adj : task.oomScoreAdjMin());
        return Work.DONE;
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
