package org.reclaimfs.sysfs;

import static org.reclaimfs.kernfs.Shapes.always;

import java.util.ArrayList;
import java.util.List;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemCgroups;

/**
 * debugfs lru_gen (mm/vmscan.c lru_gen_seq_show, 7.2; golden sys/debug_lru_gen.txt): a kernel with the multi-generational
 * LRU built in but switched off shows four empty generations for each memory cgroup and node.
 */
final class LruGenDebug {
    private static final int GENERATIONS = 4;
    private static final long NS_PER_MS = 1_000_000;

    private LruGenDebug() {}

    static List<FileSpec<Machine>> rows() {
        return List.of(FileSpec.<Machine>rw("lru_gen", always(), LruGenDebug::show, LruGenDebug::refuse)
                .multiRecord()
                .withoutEffect(KernelMm.LRU_GEN));
    }

    private static void show(Machine machine, SeqFile out, OpenFile file) {
        List<MemCgroup> all = new ArrayList<>();
        MemCgroups.preOrder(machine.cgroups().root().effectiveMemcg(), all);
        for (MemCgroup memcg : all) {
            out.text("memcg ").num(memcg.id).space().text(memcg.cgroup.path()).newline();
            for (int node = 0; node < machine.memory().nodes().size(); node++) {
                out.text(" node ").padded(node, 5).newline();
                generations(machine.nowNs() / NS_PER_MS, out);
            }
        }
    }

    /** Generation, age in ms, anonymous and file pages; behind each number of pages stands a mark or a blank. */
    private static void generations(long ageMs, SeqFile out) {
        for (int generation = 0; generation < GENERATIONS; generation++) {
            out.space().padded(generation, 10).space().padded(ageMs, 10);
            out.space().padded(0, 10).space().space().padded(0, 10).space().newline();
        }
    }

    /** Commands name a generation to make or to evict; with two lists there is none. */
    private static Work refuse(Machine machine, ControlInput in, OpenFile file) throws ErrnoException {
        throw new ErrnoException(Errno.EINVAL, KernelMm.LRU_GEN);
    }
}
