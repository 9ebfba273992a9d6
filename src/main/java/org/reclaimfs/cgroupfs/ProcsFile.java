package org.reclaimfs.cgroupfs;

import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;
import org.reclaimfs.kernfs.Caller;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.Node;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.memcg.Cgroup;
import org.reclaimfs.memcg.CgroupTree;
import org.reclaimfs.memcg.Task;

/**
 * cgroup.procs and cgroup.threads over the simulated processes, which have one thread each (kernel/cgroup/cgroup.c 7.2;
 * spec/20 section 4).
 */
final class ProcsFile {
    private final CgroupFs fs;
    private final Machine machine;

    ProcsFile(CgroupFs fs, Machine machine) {
        this.fs = fs;
        this.machine = machine;
    }

    void showProcs(Cgroup cgroup, SeqFile out, OpenFile file) throws ErrnoException {
        if (cgroup.threaded()) {
            throw new ErrnoException(Errno.EOPNOTSUPP, "processes of a threaded cgroup are listed by its domain");
        }
        showDomain(cgroup, out);
        showKernelThreads(cgroup, out);
    }

    private static void showDomain(Cgroup cgroup, SeqFile out) {
        showTasks(cgroup.tasks(), out);
        for (Cgroup child : cgroup.children()) {
            if (child.threaded()) {
                showDomain(child, out);
            }
        }
    }

    void showThreads(Cgroup cgroup, SeqFile out, OpenFile file) {
        showTasks(cgroup.tasks(), out);
        showKernelThreads(cgroup, out);
    }

    private static void showKernelThreads(Cgroup cgroup, SeqFile out) {
        if (cgroup.isRoot()) {
            out.num(CgroupTree.KTHREADD_PID).newline();
        }
    }

    private static void showTasks(Collection<Task> tasks, SeqFile out) {
        for (Task task : tasks) {
            out.num(task.pid).newline();
        }
    }

    Work moveProcess(Cgroup to, ControlInput in, OpenFile file) throws ErrnoException {
        Task task = task(to, in, file);
        checkPermission(task.cgroup(), to, file.opener());
        machine.cgroups().move(task, to);
        return Work.DONE;
    }

    Work moveThread(Cgroup to, ControlInput in, OpenFile file) throws ErrnoException {
        Task task = task(to, in, file);
        checkPermission(task.cgroup(), to, file.opener());
        if (task.cgroup().domain() != to.domain()) {
            throw new ErrnoException(Errno.EOPNOTSUPP, "a thread moves only within its resource domain");
        }
        machine.cgroups().move(task, to);
        return Work.DONE;
    }

    private Task task(Cgroup to, ControlInput in, OpenFile file) throws ErrnoException {
        int pid = pid(in.stripped());
        if (pid == CgroupTree.KTHREADD_PID) {
            throw new ErrnoException(Errno.EINVAL, "a kernel thread stays in the root");
        }
        Task task = machine.cgroups().byPid(pid);
        if (task == null && pid == 0) {
            machine.cgroups().checkAttach(to); // the writer exists, so the destination is what may be wrong first
        }
        RealProcesses.Named real =
                task == null ? fs.real().find(pid, file.opener().pid()) : null;
        if (real != null) {
            machine.cgroups().checkAttach(to);
            task = machine.cgroups().byPid(real.pid());
            return task == null ? machine.cgroups().adopt(real.pid(), real.comm()) : task;
        }
        if (task == null) {
            throw new ErrnoException(Errno.ESRCH, pid + " is no process of the machine");
        }
        return task;
    }

    private static int pid(String text) throws ErrnoException {
        int pid;
        try {
            pid = Numbers.kstrtoint(text, 0);
        } catch (ErrnoException e) {
            pid = -1; // cgroup_procs_write_start answers EINVAL also out of range
        }
        if (pid < 0) {
            throw new ErrnoException(Errno.EINVAL, "expected one process id, got '" + text + "'");
        }
        return pid;
    }

    /** Delegation: the opener must be able to write cgroup.procs of the nearest common ancestor. EACCES. */
    private void checkPermission(Cgroup from, Cgroup to, Caller opener) throws ErrnoException {
        Node procs = fs.directory(commonAncestor(from, to)).child("cgroup.procs");
        if (procs == null || !procs.writableBy(opener)) {
            throw new ErrnoException(Errno.EACCES, "cgroup.procs of the common ancestor is not writable");
        }
    }

    private static Cgroup commonAncestor(Cgroup a, Cgroup b) {
        for (Cgroup c = a; ; c = parentOf(c)) {
            for (@Nullable Cgroup d = b; d != null; d = d.parent()) {
                if (c == d) {
                    return c;
                }
            }
        }
    }

    private static Cgroup parentOf(Cgroup cgroup) {
        Cgroup parent = cgroup.parent();
        if (parent == null) {
            throw new IllegalStateException("two trees of cgroups");
        }
        return parent;
    }
}
