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
    private static final int TIERS = 4;
    private static final long NS_PER_MS = 1_000_000;

    private LruGenDebug() {}

    static List<FileSpec<Machine>> rows() {
        return List.of(
                FileSpec.<Machine>rw(
                                "lru_gen",
                                always(),
                                (machine, out, file) -> show(machine, false, out),
                                LruGenDebug::refuse)
                        .multiRecord()
                        .withoutEffect(KernelMm.LRU_GEN),
                FileSpec.<Machine>ro("lru_gen_full", always(), (machine, out, file) -> show(machine, true, out))
                        .multiRecord()
                        .withoutEffect(KernelMm.LRU_GEN));
    }

    private static void show(Machine machine, boolean full, SeqFile out) {
        List<MemCgroup> all = new ArrayList<>();
        MemCgroups.preOrder(machine.cgroups().root().effectiveMemcg(), all);
        for (MemCgroup memcg : all) {
            out.text("memcg ")
                    .num(memcg.cgroup.id())
                    .space()
                    .text(memcg.cgroup.path())
                    .newline();
            for (int node = 0; node < machine.memory().nodes().size(); node++) {
                out.text(" node ").padded(node, 5).newline();
                generations((machine.nowNs() - memcg.cgroup.createdNs()) / NS_PER_MS, full, out);
                out.endRecord();
            }
        }
    }

    /** Generation, age in ms, anonymous and file pages; behind each number of pages stands a mark or a blank. */
    private static void generations(long ageMs, boolean full, SeqFile out) {
        for (int generation = 0; generation < GENERATIONS; generation++) {
            out.space().padded(generation, 10).space().padded(ageMs, 10);
            out.space().padded(0, 10).space().space().padded(0, 10).space().newline();
            if (full) {
                tiers(generation, out);
            }
        }
    }

    /** What the tiers of a generation refaulted, and what page table walks have found (lru_gen_seq_show_full). */
    private static void tiers(int generation, SeqFile out) {
        boolean youngest = generation == GENERATIONS - 1;
        for (int tier = 0; tier < TIERS; tier++) {
            out.fill(' ', 12).padded(tier, 10);
            for (int type = 0; type < 2; type++) {
                zeros(youngest ? "RTx" : generation == 0 ? "rep" : "xxx", out);
            }
            out.newline();
        }
        out.fill(' ', 22);
        zeros(youngest ? "TYFA" : "xxxx", out);
        out.newline();
    }

    /** A number for each letter, which says what it counts; x counts nothing. */
    private static void zeros(String letters, SeqFile out) {
        for (int i = 0; i < letters.length(); i++) {
            out.space().padded(0, 10).ch(letters.charAt(i));
        }
    }

    /** Commands name a generation to make or to evict; with two lists there is none. */
    private static Work refuse(Machine machine, ControlInput in, OpenFile file) throws ErrnoException {
        throw new ErrnoException(Errno.EINVAL, KernelMm.LRU_GEN);
    }
}
