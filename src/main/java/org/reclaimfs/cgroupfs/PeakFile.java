package org.reclaimfs.cgroupfs;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.PageCounter;

/**
 * memory.peak and memory.swap.peak: the all-time peak, or since the last write on this descriptor (peak_show and
 * peak_write, mm/memcontrol.c 7.2; spec/04 section 11).
 */
final class PeakFile {
    /** What one descriptor that was written to starts from. */
    private static final class Watch {
        private long pages;
    }

    private final Function<MemCgroup, PageCounter> counter;
    private final Map<PageCounter, List<Watch>> watches = new IdentityHashMap<>();

    PeakFile(Function<MemCgroup, PageCounter> counter) {
        this.counter = counter;
    }

    void show(MemCgroup memcg, SeqFile out, OpenFile file) {
        PageCounter pages = counter.apply(memcg);
        long peak = file.attachment() instanceof Watch watch
                ? Math.max(watch.pages, pages.localWatermark())
                : pages.watermark();
        out.unsigned(Units.pagesToBytes(peak)).newline();
    }

    Work store(MemCgroup memcg, ControlInput in, OpenFile file) {
        PageCounter pages = counter.apply(memcg);
        long usage = pages.usage();
        pages.resetLocalWatermark();
        List<Watch> peers = watches.computeIfAbsent(pages, key -> new ArrayList<>());
        for (Watch peer : peers) {
            peer.pages = Math.max(peer.pages, usage);
        }
        Watch watch = file.attachment() instanceof Watch own ? own : watch(file, pages, peers);
        watch.pages = usage;
        return Work.DONE;
    }

    private Watch watch(OpenFile file, PageCounter pages, List<Watch> peers) {
        Watch watch = new Watch();
        peers.add(watch);
        file.attachment(watch);
        file.onRelease(() -> forget(pages, watch));
        return watch;
    }

    private void forget(PageCounter pages, Watch watch) {
        List<Watch> peers = watches.get(pages);
        if (peers != null) {
            peers.remove(watch);
            if (peers.isEmpty()) {
                watches.remove(pages);
            }
        }
    }
}
