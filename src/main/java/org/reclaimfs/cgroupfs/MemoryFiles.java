package org.reclaimfs.cgroupfs;

import static org.reclaimfs.kernfs.FileSpec.event;
import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.FileSpec.rw;
import static org.reclaimfs.kernfs.FileSpec.wo;
import static org.reclaimfs.kernfs.Shapes.bytes;
import static org.reclaimfs.kernfs.Shapes.bytesOrMax;
import static org.reclaimfs.kernfs.Shapes.flag;
import static org.reclaimfs.kernfs.Shapes.flatKeyed;
import static org.reclaimfs.kernfs.Shapes.pagesOrMax;
import static org.reclaimfs.kernfs.Shapes.pagesOrMaxThen;
import static org.reclaimfs.kernfs.Shapes.toFlag;
import static org.reclaimfs.kernfs.Shapes.unsigned;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.kernfs.Shapes;
import org.reclaimfs.kernfs.Show;
import org.reclaimfs.kernfs.SteppedWork;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Activity;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.machine.Patch;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemCgroup.Event;
import org.reclaimfs.memcg.MemCgroup.SwapEvent;
import org.reclaimfs.memcg.MemoryStat;

/** The memory.* rows (memory_files, swap_files, zswap_files of mm/memcontrol.c 7.2; spec/21). */
final class MemoryFiles {
    private static final Predicate<MemCgroup> NON_ROOT = memcg -> !memcg.isRoot();
    private static final Predicate<MemCgroup> EVERYWHERE = Shapes.always();

    private static final MemoryStat[] STOCK = Arrays.stream(MemoryStat.values())
            .filter(item -> item != MemoryStat.ZSWPWB_PROACTIVE_B)
            .toArray(MemoryStat[]::new);
    private static final MemoryStat[] NUMA =
            Arrays.stream(MemoryStat.values()).filter(MemoryStat::inNumaStat).toArray(MemoryStat[]::new);

    private final Machine machine;
    private final PeakFile peak = new PeakFile(memcg -> memcg.memory);
    private final PeakFile swapPeak = new PeakFile(memcg -> memcg.swap);
    private final Show<MemCgroup> patchedStat = flatKeyed(MemoryStat.values(), MemoryStat::key, MemCgroup::printedStat);
    private final Show<MemCgroup> stockStat = flatKeyed(STOCK, MemoryStat::key, MemCgroup::printedStat);

    private MemoryFiles(Machine machine) {
        this.machine = machine;
    }

    /** The table; the order is that of inode numbers. */
    static List<FileSpec<MemCgroup>> rows(Machine machine) {
        return new MemoryFiles(machine).rows();
    }

    private List<FileSpec<MemCgroup>> rows() {
        // spotless:off
        return List.of(
                ro("memory.current",         NON_ROOT,   bytes(m -> m.memory.usage())),
                rw("memory.peak",            NON_ROOT,   peak::show, peak::store),
                rw("memory.min",             NON_ROOT,   bytesOrMax(m -> m.memory.min()),  pagesOrMax((m, pages) -> m.memory.setMin(pages))),
                rw("memory.low",             NON_ROOT,   bytesOrMax(m -> m.memory.low()),  pagesOrMax((m, pages) -> m.memory.setLow(pages))),
                rw("memory.high",            NON_ROOT,   bytesOrMax(m -> m.memory.high()), pagesOrMaxThen(this::setHigh)),
                rw("memory.max",             NON_ROOT,   bytesOrMax(m -> m.memory.max()),  pagesOrMaxThen(this::setMax)),
                event("memory.events",       NON_ROOT,   flatKeyed(Event.values(), Event::key, MemCgroup::events), MemCgroup::eventSeq),
                event("memory.events.local", NON_ROOT,   flatKeyed(Event.values(), Event::key, MemCgroup::localEvents), MemCgroup::localEventSeq),
                ro("memory.stat",            EVERYWHERE, this::showStat),
                ro("memory.numa_stat",       EVERYWHERE, MemoryFiles::showNumaStat),
                rw("memory.oom.group",       NON_ROOT,   flag(MemCgroup::oomGroup), toFlag(MemCgroup::setOomGroup)),
                wo("memory.reclaim",         EVERYWHERE, this::reclaim),
                ro("memory.swap.current",    NON_ROOT,   bytes(m -> m.swap.usage())),
                rw("memory.swap.high",       NON_ROOT,   bytesOrMax(m -> m.swap.high()), pagesOrMax((m, pages) -> m.swap.setHigh(pages))),
                rw("memory.swap.max",        NON_ROOT,   bytesOrMax(m -> m.swap.max()),  pagesOrMax((m, pages) -> m.swap.setMax(pages))),
                rw("memory.swap.peak",       NON_ROOT,   swapPeak::show, swapPeak::store),
                event("memory.swap.events",  NON_ROOT,   flatKeyed(SwapEvent.values(), SwapEvent::key, MemCgroup::swapEvents), MemCgroup::swapEventSeq),
                ro("memory.zswap.current",   NON_ROOT,   unsigned(m -> m.zswap.bytes())),
                rw("memory.zswap.max",       NON_ROOT,   bytesOrMax(m -> m.zswap.max()), pagesOrMax((m, pages) -> m.zswap.setMax(pages))),
                rw("memory.zswap.writeback", EVERYWHERE, flag(m -> m.zswap.writeback()), toFlag((m, on) -> m.zswap.setWriteback(on))));
        // spotless:on
    }

    private void showStat(MemCgroup memcg, SeqFile out, OpenFile file) throws ErrnoException {
        (proactiveWriteback() ? patchedStat : stockStat).show(memcg, out, file);
    }

    private boolean proactiveWriteback() {
        return machine.patched(Patch.ZSWAP_PROACTIVE_WRITEBACK);
    }

    private static void showNumaStat(MemCgroup memcg, SeqFile out, OpenFile file) {
        for (MemoryStat item : NUMA) {
            out.text(item.key());
            for (int node = 0; node < memcg.nodes(); node++) {
                onNode(out, node, memcg.printedStat(item, node));
            }
            out.newline();
            if (item == MemoryStat.SLAB_UNRECLAIMABLE) {
                out.text("hugetlb"); // there are no huge pages; memory.stat has it only with a mount option
                for (int node = 0; node < memcg.nodes(); node++) {
                    onNode(out, node, 0);
                }
                out.newline();
            }
        }
    }

    private static void onNode(SeqFile out, int node, long value) {
        out.text(" N").num(node).text("=").unsigned(value);
    }

    private Work setHigh(MemCgroup memcg, long pages, OpenFile file) {
        return unlessNonBlocking(machine.setHigh(memcg, pages), file);
    }

    private Work setMax(MemCgroup memcg, long pages, OpenFile file) {
        return unlessNonBlocking(machine.setMax(memcg, pages), file);
    }

    private Work unlessNonBlocking(Activity activity, OpenFile file) {
        return file.nonBlocking() ? Work.DONE : waitFor(activity);
    }

    private Work waitFor(Activity activity) {
        return new SteppedWork(() -> machine.step(activity), activity::error, activity::signal);
    }

    private Work reclaim(MemCgroup memcg, ControlInput in, OpenFile file) throws ErrnoException {
        return waitFor(machine.reclaim(memcg, ReclaimGrammar.parse(in, proactiveWriteback())));
    }
}
