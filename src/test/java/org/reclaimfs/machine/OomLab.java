package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.klog.Klog;
import org.reclaimfs.memcg.Task;
import org.reclaimfs.mm.Content;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Gfp;
import org.reclaimfs.mm.Kind;
import org.reclaimfs.oom.Outcome;

/** A {@link Lab} with hogs to kill, the killer itself, and the log it writes. */
class OomLab {
    Lab lab = new Lab();
    Machine machine = lab.machine;
    OomPath oom = new OomPath(machine.core(), machine.tasks());

    void machineWith(Costs costs) {
        lab = new Lab(512, costs);
        machine = lab.machine;
        oom = new OomPath(machine.core(), machine.tasks());
    }

    Task hog(String name, String cgroup, long pages, int adj) throws ErrnoException {
        Task task = machine.spawn(name, name, cgroup, adj);
        lab.run(machine.alloc(task, "data", Kind.ANON, Content.RANDOM, pages, 0));
        return task;
    }

    /** Runs the machine for that long. */
    void pass(long ns) {
        machine.step(new AwaitExit(machine.core().cgroups.outsider("nobody"))); // what was started is queued now
        machine.advance(machine.nowNs() + ns, Integer.MAX_VALUE);
    }

    List<String> log() {
        List<String> lines = new ArrayList<>();
        Klog log = machine.klog();
        for (long seq = log.firstSeq(); seq < log.nextSeq(); seq++) {
            Klog.Entry entry = log.get(seq);
            lines.add(entry == null ? "?" : entry.priority() + " " + entry.text());
        }
        return lines;
    }

    Outcome anywhere(Task current) {
        return oom.killAnywhere(current, Gfp.PAGE_FAULT, machine.nowNs());
    }
}
