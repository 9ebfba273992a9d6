package org.reclaimfs.sysfs;

import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.FileSpec.rw;
import static org.reclaimfs.kernfs.Shapes.always;
import static org.reclaimfs.kernfs.Shapes.flag;
import static org.reclaimfs.kernfs.Shapes.single;
import static org.reclaimfs.kernfs.Shapes.unsigned;

import java.util.List;
import java.util.function.ToLongFunction;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;
import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.kernfs.Store;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.mm.VmStat;

/**
 * A block device's share of the dirty page cache: class/bdi/MAJ:MIN and debugfs bdi/MAJ:MIN/stats (mm/backing-dev.c,
 * mm/page-writeback.c, 7.2; spec/24 section 5). Shares are checked and kept as the kernel does. Lock: the machine's.
 */
final class BdiFiles {
    private static final String SHARES = "writers of page cache are never slowed down: devices need no shares of it";
    /** BDI_RATIO_SCALE: parts of a percent in which shares are kept. */
    private static final int SCALE = 10_000;

    private static final int ALL = 100 * SCALE;
    /** INIT_BW: what a device is taken to write before anybody has measured it, in KiB a second. */
    private static final long FIRST_BANDWIDTH_KIB = 100 << 10;

    /** The least shares of all devices together stay below 100 %. */
    static final class Promised {
        private long parts;
    }

    private final Machine machine;
    private final BlockDir block;
    private final Promised promised;
    private long minParts;
    private long maxParts = ALL;
    private boolean strict;

    BdiFiles(Machine machine, BlockDir block, Promised promised) {
        this.machine = machine;
        this.block = block;
        this.promised = promised;
    }

    static List<FileSpec<BdiFiles>> rows() {
        return List.of( // spotless:off
            rw("read_ahead_kb",  always(), single((BdiFiles b) -> QueueFiles.readAhead(b.block)), storeReadAhead()).withoutEffect(QueueFiles.QUEUE),
            share("min_ratio",      b -> b.minParts / SCALE, parts(SCALE, BdiFiles::setMin)),
            share("min_ratio_fine", b -> b.minParts,         parts(1, BdiFiles::setMin)),
            share("max_ratio",      b -> b.maxParts / SCALE, parts(SCALE, BdiFiles::setMax)),
            share("max_ratio_fine", b -> b.maxParts,         parts(1, BdiFiles::setMax)),
            share("min_bytes",      b -> b.bytes(b.minParts), ofBytes(BdiFiles::setMin)),
            share("max_bytes",      b -> b.bytes(b.maxParts), ofBytes(BdiFiles::setMax)),
            rw("strict_limit",   always(), flag((BdiFiles b) -> b.strict), storeStrict()).withoutEffect(SHARES),
            ro("stable_pages_required", always(), single(b -> "0")),
            Uevents.row());
    } // spotless:on

    private static FileSpec<BdiFiles> share(String name, ToLongFunction<BdiFiles> value, Store<BdiFiles> store) {
        return rw(name, always(), unsigned(value), store).withoutEffect(SHARES);
    }

    /** Sets a share of so many parts. */
    @FunctionalInterface
    private interface Setter {
        void set(BdiFiles bdi, long parts) throws ErrnoException;
    }

    private static Store<BdiFiles> storeReadAhead() {
        return (bdi, in, file) -> {
            QueueFiles.setReadAhead(bdi.block, Numbers.kstrtoull(in.text(), 10));
            return Work.DONE;
        };
    }

    private static Store<BdiFiles> storeStrict() {
        return (bdi, in, file) -> {
            long value = Numbers.kstrtouint(in.text(), 10);
            if (value > 1) {
                throw new ErrnoException(Errno.EINVAL, "expected 0 or 1");
            }
            bdi.strict = value == 1;
            return Work.DONE;
        };
    }

    private static Store<BdiFiles> parts(int scale, Setter set) {
        return (bdi, in, file) -> {
            set.set(bdi, Numbers.kstrtouint(in.text(), 10) * scale);
            return Work.DONE;
        };
    }

    /** As many parts as the bytes are of the dirty threshold (bdi_ratio_from_pages). */
    private static Store<BdiFiles> ofBytes(Setter set) {
        return (bdi, in, file) -> {
            long pages = Numbers.kstrtoull(in.text(), 10) >>> 12;
            long threshold = bdi.thresholdPages();
            if (pages > bdi.machine.memory().dirtyablePages() || threshold == 0) {
                throw new ErrnoException(Errno.EINVAL, "more than could ever be dirty");
            }
            set.set(bdi, pages * ALL / threshold);
            return Work.DONE;
        };
    }

    private long thresholdPages() {
        return machine.vmstat(VmStat.NR_DIRTY_THRESHOLD);
    }

    private long bytes(long parts) {
        return Units.pagesToBytes(thresholdPages()) * parts / ALL;
    }

    private void setMin(long parts) throws ErrnoException {
        if (parts > maxParts || promised.parts - minParts + parts >= ALL) {
            throw new ErrnoException(Errno.EINVAL, "more than the device's most, or 100 % together");
        }
        promised.parts += parts - minParts;
        minParts = parts;
    }

    private void setMax(long parts) throws ErrnoException {
        if (parts > ALL || parts < minParts) {
            throw new ErrnoException(Errno.EINVAL, "more than 100 %, or less than the device's least");
        }
        maxParts = parts;
    }

    /** What the device promised is free again once it is gone. */
    void forget() {
        promised.parts -= minParts;
        minParts = 0;
    }

    // ---- debugfs ----

    static List<FileSpec<BdiFiles>> debugRows() {
        return List.of(FileSpec.<BdiFiles>ro("stats", always(), BdiFiles::stats)
                .withoutEffect("it is not counted which device dirty page cache is for"));
    }

    /** bdi_debug_stats_show. */
    private static void stats(BdiFiles bdi, SeqFile out, OpenFile file) {
        kB(out, "BdiWriteback:", 0);
        kB(out, "BdiReclaimable:", 0);
        kB(out, "BdiDirtyThresh:", 0);
        kB(out, "DirtyThresh:", Units.pagesToKiB(bdi.thresholdPages()));
        kB(out, "BackgroundThresh:", Units.pagesToKiB(bdi.machine.vmstat(VmStat.NR_DIRTY_BACKGROUND_THRESHOLD)));
        kB(out, "BdiDirtied:", 0);
        kB(out, "BdiWritten:", 0);
        row(out, "BdiWriteBandwidth:", FIRST_BANDWIDTH_KIB).text(" kBps\n");
        for (String list : new String[] {"b_dirty:", "b_io:", "b_more_io:", "b_dirty_time:"}) {
            row(out, list, 0).newline();
        }
        row(out, "bdi_list:", 1).newline(); // of all devices
        row(out, "state:", 1).newline(); // WB_registered
    }

    private static void kB(SeqFile out, String label, long kib) {
        row(out, label, kib).text(" kB\n");
    }

    private static SeqFile row(SeqFile out, String label, long value) {
        return out.leftAligned(label, 20).padded(value, 10);
    }
}
