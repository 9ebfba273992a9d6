package org.reclaimfs.cgroupfs;

import static org.reclaimfs.kernfs.FileSpec.event;
import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.FileSpec.rw;
import static org.reclaimfs.kernfs.FileSpec.wo;
import static org.reclaimfs.kernfs.Shapes.flag;
import static org.reclaimfs.kernfs.Shapes.single;
import static org.reclaimfs.kernfs.Shapes.toInt;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.kernfs.Shapes;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.memcg.Controller;
import org.reclaimfs.sched.CpuUsage;

/** The rows every cgroup has, whatever its controllers (cgroup_base_files, kernel/cgroup/cgroup.c 7.2; spec/20). */
final class CoreFiles {
    private static final Predicate<Cgroup> NON_ROOT = cgroup -> !cgroup.isRoot();
    private static final Predicate<Cgroup> EVERYWHERE = Shapes.always();
    private static final String THROTTLED = "cpu.max is not enforced: nobody is throttled";

    private final Machine machine;
    private final CgroupFs fs;

    private CoreFiles(Machine machine, CgroupFs fs) {
        this.machine = machine;
        this.fs = fs;
    }

    /** The rows up to the pressure files; the order is that of inode numbers. */
    static List<FileSpec<Cgroup>> rows(Machine machine, CgroupFs fs) {
        return new CoreFiles(machine, fs).rows(new ProcsFile(fs, machine));
    }

    /** cgroup.pressure, which comes after the files it hides. */
    static List<FileSpec<Cgroup>> pressureSwitch(CgroupFs fs) {
        return List.of(rw(
                "cgroup.pressure",
                EVERYWHERE,
                flag(c -> c.psi().enabled()),
                toInt(0, 1, Errno.ERANGE, fs::setPressure)));
    }

    private List<FileSpec<Cgroup>> rows(ProcsFile procs) {
        // spotless:off
        return List.of(
                rw("cgroup.type",            NON_ROOT,   single(CoreFiles::type), this::setType),
                rw("cgroup.procs",           EVERYWHERE, procs::showProcs,   procs::moveProcess).multiRecord(),
                rw("cgroup.threads",         EVERYWHERE, procs::showThreads, procs::moveThread).multiRecord(),
                ro("cgroup.controllers",     EVERYWHERE, (c, out, file) -> controllers(c.controllers(), out)),
                rw("cgroup.subtree_control", EVERYWHERE, (c, out, file) -> controllers(c.subtreeControl(), out), this::setSubtreeControl),
                event("cgroup.events",       NON_ROOT,   CoreFiles::showEvents, Cgroup::eventSeq),
                rw("cgroup.max.descendants", EVERYWHERE, single(c -> intOrMax(c.maxDescendants())), CoreFiles::setMaxDescendants),
                rw("cgroup.max.depth",       EVERYWHERE, single(c -> intOrMax(c.maxDepth())), CoreFiles::setMaxDepth),
                ro("cgroup.stat",            EVERYWHERE, this::showStat),
                FileSpec.<Cgroup>ro("cgroup.stat.local", NON_ROOT, this::showStatLocal).since("7.2"),
                rw("cgroup.freeze",          NON_ROOT,   flag(Cgroup::freeze), toInt(0, 1, Errno.ERANGE, this::setFreeze)),
                wo("cgroup.kill",            NON_ROOT,   this::kill),
                ro("cpu.stat",               EVERYWHERE, this::showCpuStat),
                ro("cpu.stat.local",         EVERYWHERE, CoreFiles::showCpuStatLocal).withoutEffect(THROTTLED));
        // spotless:on
    }

    private static String type(Cgroup cgroup) {
        if (cgroup.threaded()) {
            return "threaded";
        }
        if (cgroup.domainInvalid()) {
            return "domain invalid";
        }
        return cgroup.threadRoot() ? "domain threaded" : "domain";
    }

    private Work setType(Cgroup cgroup, ControlInput in, OpenFile file) throws ErrnoException {
        if (!in.stripped().equals("threaded")) {
            throw new ErrnoException(Errno.EINVAL, "cgroup.type takes only 'threaded'");
        }
        machine.cgroups().enableThreaded(cgroup);
        fs.sync(cgroup, file.opener());
        return Work.DONE;
    }

    /** Unlike other word lists: nothing at all when there are none. */
    private static void controllers(Set<Controller> set, SeqFile out) {
        boolean first = true;
        for (Controller controller : Controller.values()) {
            if (set.contains(controller)) {
                (first ? out : out.space()).text(controller.key());
                first = false;
            }
        }
        if (!first) {
            out.newline();
        }
    }

    private Work setSubtreeControl(Cgroup cgroup, ControlInput in, OpenFile file) throws ErrnoException {
        SubtreeGrammar change = SubtreeGrammar.parse(in);
        machine.cgroups().setSubtreeControl(cgroup, change.enable(), change.disable());
        for (Cgroup child : cgroup.children()) {
            fs.sync(child, file.opener());
        }
        return Work.DONE;
    }

    private static void showEvents(Cgroup cgroup, SeqFile out, OpenFile file) {
        out.flat("populated", cgroup.populated() ? 1 : 0);
        out.flat("frozen", cgroup.frozen() ? 1 : 0);
    }

    private static String intOrMax(int limit) {
        return limit == Cgroup.NO_LIMIT ? "max" : Integer.toString(limit);
    }

    private static Work setMaxDescendants(Cgroup cgroup, ControlInput in, OpenFile file) throws ErrnoException {
        cgroup.setMaxDescendants(in.intOrMax());
        return Work.DONE;
    }

    private static Work setMaxDepth(Cgroup cgroup, ControlInput in, OpenFile file) throws ErrnoException {
        cgroup.setMaxDepth(in.intOrMax());
        return Work.DONE;
    }

    private void showStat(Cgroup cgroup, SeqFile out, OpenFile file) {
        out.flat("nr_descendants", cgroup.descendants());
        for (Controller controller : Controller.values()) {
            out.flat("nr_subsys_" + controller.key(), cgroup.subsysCount(controller));
        }
        out.flat("nr_dying_descendants", machine.cgroups().dyingDescendants(cgroup));
        for (Controller controller : Controller.values()) {
            out.flat("nr_dying_subsys_" + controller.key(), machine.cgroups().dyingSubsys(cgroup, controller));
        }
    }

    private void showStatLocal(Cgroup cgroup, SeqFile out, OpenFile file) {
        out.flat("frozen_usec", cgroup.frozenNs(machine.nowNs()) / 1000);
    }

    private void setFreeze(Cgroup cgroup, int on) {
        machine.cgroups().setFreeze(cgroup, on == 1, machine.nowNs());
    }

    private Work kill(Cgroup cgroup, ControlInput in, OpenFile file) throws ErrnoException {
        in.integer(1, 1, Errno.ERANGE);
        if (cgroup.threaded()) {
            throw new ErrnoException(Errno.EOPNOTSUPP, "a threaded cgroup cannot be killed");
        }
        return nowNs -> {
            machine.killAll(cgroup);
            return Work.FINISHED;
        };
    }

    /** Nobody is niced or, without an enforced cpu.max, throttled. */
    private void showCpuStat(Cgroup cgroup, SeqFile out, OpenFile file) {
        CpuUsage cpu = cgroup.cpu();
        out.flat("usage_usec", (cpu.userNs() + cpu.systemNs()) / 1000);
        out.flat("user_usec", cpu.userNs() / 1000);
        out.flat("system_usec", cpu.systemNs() / 1000);
        out.text("nice_usec 0\n");
        if (cgroup.controllers().contains(Controller.CPU)) {
            out.text("nr_periods 0\nnr_throttled 0\nthrottled_usec 0\nnr_bursts 0\nburst_usec 0\n");
        }
    }

    private static void showCpuStatLocal(Cgroup cgroup, SeqFile out, OpenFile file) {
        if (cgroup.controllers().contains(Controller.CPU)) {
            out.text("throttled_usec 0\n");
        }
    }
}
