package org.reclaimfs.scenario;

import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.FileSpec.rw;
import static org.reclaimfs.kernfs.FileSpec.wo;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
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
import org.reclaimfs.machine.RealFile;
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
            wo("swapfile", ALWAYS, (m, in, file) -> storeSwapFile(m, in)),
            wo("swapoff", ALWAYS, (m, in, file) -> control.begin(new Step.SwapOff(path(in.text())))),
            FileSpec.<Machine>raw("trace", 0444, ALWAYS, trace).polled(trace));
    } // spotless:on

    // ---- the clock ----

    private void showClock(Machine subject, SeqFile out, OpenFile file) {
        double speed = gate.clock().speed();
        String text = speed == Math.rint(speed) && speed < 1e9 ? Long.toString((long) speed) : Double.toString(speed);
        out.flat("time_ns", machine.nowNs());
        out.text("mode ").text(gate.clock().mode()).newline();
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

    /** FLAGS PATH, checked in the order of mm/swapfile.c; without a path only what comes before that. */
    private Work storeSwapon(ControlInput in) throws ErrnoException {
        String[] words = in.text().split(" ", 2);
        int flags = swapFlags(words[0]);
        if (words.length == 1) {
            machine.devices().askForSwap();
            return Work.DONE;
        }
        return control.begin(new Step.SwapOn(path(words[1]), priority(flags), SwapDiscard.of(flags)));
    }

    /**
     * FLAGS PAGES holes|whole DISK PATH, a NUL and the first page: a file of the host, from who has looked into it. DISK is - if it is
     * none of the machine's.
     */
    private static Work storeSwapFile(Machine machine, ControlInput in) throws ErrnoException {
        String[] words = in.text().split(" ", 5);
        byte[] raw = in.raw();
        int at = in.text().length() + 1;
        int flags = swapFlags(words[0]);
        if (words.length != 5 || !words[4].startsWith("/") || raw.length != at + Units.PAGE_SIZE) {
            throw new ErrnoException(
                    Errno.EINVAL, "expected flags, pages, holes or whole, a disk, a path, NUL, a page");
        }
        RealFile file = new RealFile(
                utf8(words[4]),
                Numbers.kstrtoull(words[1], 0),
                Arrays.copyOfRange(raw, at, raw.length),
                words[2].equals("holes"),
                words[3]);
        machine.devices().swapon(file, priority(flags), SwapDiscard.of(flags));
        return Work.DONE;
    }

    private static int swapFlags(String word) throws ErrnoException {
        int flags = Numbers.kstrtoint(word, 0);
        if ((flags & ~SWAP_FLAGS_VALID) != 0) {
            throw new ErrnoException(Errno.EINVAL, "expected swap flags");
        }
        return flags;
    }

    private static int priority(int flags) {
        return (flags & SWAP_FLAG_PREFER) == 0 ? SwapDevices.DEFAULT_PRIORITY : flags & SWAP_FLAG_PRIO_MASK;
    }

    /** A path as it was written, but for the newline that echo adds. */
    private static String path(String text) {
        return utf8(text.endsWith("\n") ? text.substring(0, text.length() - 1) : text);
    }

    private static String utf8(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
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
