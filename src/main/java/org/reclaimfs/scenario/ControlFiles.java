package org.reclaimfs.scenario;

import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.FileSpec.rw;
import static org.reclaimfs.kernfs.FileSpec.wo;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;
import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.Dir;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.machine.Patch;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.swap.SwapDevices;
import org.reclaimfs.swap.SwapDiscard;

/** The files of {@code /reclaimfs}: drive and watch the model. */
final class ControlFiles {
    private static final Predicate<Object> ALWAYS = subject -> true;

    // sys/swap.h; with the three discard flags
    private static final int SWAP_FLAG_PREFER = 0x8000;
    private static final int SWAP_FLAG_PRIO_MASK = 0x7fff;
    private static final int SWAP_FLAGS_VALID = SWAP_FLAG_PREFER | SWAP_FLAG_PRIO_MASK | 0x70000;

    private final Machine machine;
    private final TimeGate gate;
    private final Control control;
    private final String version;
    private final TraceFile trace;

    ControlFiles(Machine machine, TimeGate gate, Control control, String version) {
        this.machine = machine;
        this.gate = gate;
        this.control = control;
        this.version = version;
        EventRing events = new EventRing();
        machine.listen(events);
        this.trace = new TraceFile(events);
    }

    void mountAt(Dir root) {
        Dir dir = root.dir("reclaimfs");
        dir.attach(ofTheOwner(rows()), machine);
        dir.addDir("patches").attach(ofTheOwner(patches()), machine);
    }

    /** Where others are let in, as in a sandbox, they still have no business here: steps can do anything to the machine. */
    private static List<FileSpec<Machine>> ofTheOwner(List<FileSpec<Machine>> rows) {
        return rows.stream().map(row -> row.with(row.mode() & 0700)).toList();
    }

    private List<FileSpec<Machine>> rows() {
        return List.of( // spotless:off
            rw("ctl",     ALWAYS, (m, out, file) -> out.text(control.lastResult()), (m, in, file) -> control.write(in)),
            rw("clock",   ALWAYS, this::showClock, (m, in, file) -> storeClock(in)),
            ro("tasks",   ALWAYS, ControlFiles::showTasks),
            ro("version", ALWAYS, (m, out, file) -> out.text(version)),
            ro("pid",     ALWAYS, (m, out, file) -> out.num(ProcessHandle.current().pid()).newline()),
            wo("swapon",  ALWAYS, (m, in, file) -> storeSwapon(in)),
            wo("swapoff", ALWAYS, (m, in, file) -> control.begin(new Step.SwapOff(in.stripped()))),
            FileSpec.<Machine>raw("trace", 0444, ALWAYS, trace).polled(trace));
    } // spotless:on

    // ---- the clock ----

    private void showClock(Machine subject, SeqFile out, OpenFile file) {
        double speed = gate.speed();
        String text = speed == Math.rint(speed) && speed < 1e9 ? Long.toString((long) speed) : Double.toString(speed);
        out.flat("time_ns", machine.nowNs());
        out.text("mode ").text(gate.mode()).newline();
        out.text("speed ").text(text).newline();
    }

    private Work storeClock(ControlInput in) throws ErrnoException {
        try {
            Step step = StepParser.parse(in.utf8());
            if (step instanceof Step.Pause
                    || step instanceof Step.Resume
                    || step instanceof Step.Speed
                    || step instanceof Step.Advance) {
                return control.write(in);
            }
        } catch (BadText e) {
            throw new ErrnoException(Errno.EINVAL, e.atColumn());
        }
        throw new ErrnoException(Errno.EINVAL, "expected pause, resume, speed X or advance D");
    }

    // ---- swapon(2), swapoff(2): unlike with ctl, the errno of the write is the call's ----

    /** FLAGS PATH, checked in the order of mm/swapfile.c. */
    private Work storeSwapon(ControlInput in) throws ErrnoException {
        String[] words = in.stripped().split(" ", 2);
        int flags = Numbers.kstrtoint(words[0], 0);
        if (words.length != 2 || (flags & ~SWAP_FLAGS_VALID) != 0) {
            throw new ErrnoException(Errno.EINVAL, "expected swap flags and a path");
        }
        int priority = (flags & SWAP_FLAG_PREFER) == 0 ? SwapDevices.DEFAULT_PRIORITY : flags & SWAP_FLAG_PRIO_MASK;
        return control.begin(new Step.SwapOn(words[1], priority, SwapDiscard.of(flags)));
    }

    // ---- tasks ----

    // Sizes in bytes, as Rss… and VmSwap of /proc/PID/status: page cache that is only read is nobody's.
    private static void showTasks(Machine machine, SeqFile out, OpenFile file) {
        out.text("pid\tname\tcomm\tcgroup\tanon\tfile\tshmem\tswap\toom_score_adj\n");
        for (Task task : machine.cgroups().tasks()) {
            out.num(task.pid).ch('\t').text(task.name).ch('\t').text(task.comm);
            out.ch('\t').text(task.cgroup().path());
            for (Kind kind : Kind.values()) {
                out.ch('\t').num(Units.pagesToBytes(task.rssPages(kind)));
            }
            out.ch('\t').num(Units.pagesToBytes(task.swapEntryPages()));
            out.ch('\t').num(task.oomScoreAdj()).newline();
        }
    }

    // ---- patches ----

    private static List<FileSpec<Machine>> patches() {
        List<FileSpec<Machine>> rows = new ArrayList<>();
        for (Patch patch : Patch.values()) {
            rows.add(rw(
                    patch.key(),
                    ALWAYS,
                    (m, out, file) -> out.text(m.patched(patch) ? "1\n" : "0\n"),
                    (m, in, file) -> storePatch(m, patch, in)));
        }
        return rows;
    }

    private static Work storePatch(Machine machine, Patch patch, ControlInput in) throws ErrnoException {
        boolean on = in.is("1");
        if (!on && !in.is("0")) {
            throw new ErrnoException(Errno.EINVAL, "expected 0 or 1");
        }
        machine.setPatch(patch, on);
        return Work.DONE;
    }
}
