package org.reclaimfs.sysfs;

import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.FileSpec.rw;
import static org.reclaimfs.kernfs.FileSpec.wo;
import static org.reclaimfs.kernfs.Shapes.always;
import static org.reclaimfs.kernfs.Shapes.flag;
import static org.reclaimfs.kernfs.Shapes.single;
import static org.reclaimfs.kernfs.Shapes.unsigned;
import static org.reclaimfs.sysfs.ZramFiles.ending;
import static org.reclaimfs.sysfs.ZramFiles.growing;
import static org.reclaimfs.sysfs.ZramFiles.locked;

import java.util.List;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Numbers;
import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.kernfs.Work;
import org.reclaimfs.mm.Costs;
import org.reclaimfs.zram.ZramStats;

/** The attributes of a zram device (drivers/block/zram/zram_drv.c, 7.2; spec/23 sections 2 to 6). */
final class ZramRows {
    private static final String COMPACT = "the pool is always as small as compaction would make it";
    private static final String LEVELS = "levels are checked and kept; an algorithm has one cost and one ratio";

    private static final long U32_MAX = 0xffff_ffffL;

    private ZramRows() {}

    static List<FileSpec<ZramFiles>> rows() {
        return List.of( // spotless:off
            rw("disksize",               always(), unsigned(z -> z.device.disksizeBytes()),   growing(locked(ZramRows::storeDisksize))),
            ro("initstate",              always(), flag(z -> z.device.initialised())),
            wo("reset",                  always(),                                            ending(locked(ZramRows::storeReset))),
            FileSpec.<ZramFiles>wo("compact", always(), locked(ZramRows::storeCompact)).withoutEffect(COMPACT),
            wo("mem_limit",              always(),                                            locked(ZramRows::storeMemLimit)),
            wo("mem_used_max",           always(),                                            locked(ZramRows::storeMemUsedMax)),
            wo("idle",                   always(),                                            locked(ZramRows::storeIdle)),
            rw("comp_algorithm",         always(), ZramAlgorithms::showPrimary,               locked(ZramAlgorithms::storePrimary)),
            FileSpec.<ZramFiles>wo("algorithm_params", always(), locked(ZramAlgorithms::storeParams)).withoutEffect(LEVELS),
            rw("recomp_algorithm",       always(), ZramAlgorithms::showSecondary,             locked(ZramAlgorithms::storeSecondary)),
            wo("recompress",             always(),                                            locked(ZramCommands::recompress)),
            rw("backing_dev",            always(), single(ZramFiles::backingDev),             locked(ZramRows::storeBackingDev)),
            wo("writeback",              always(),                                            locked(ZramCommands::writeback)),
            rw("writeback_limit",        always(), unsigned(z -> z.settings.writebackLimitPages()), locked(ZramRows::storeWritebackLimit)),
            rw("writeback_limit_enable", always(), flag(z -> z.settings.writebackLimited()),  locked(ZramRows::storeWritebackLimitEnable)),
            rw("writeback_batch_size",   always(), unsigned(z -> z.settings.writebackBatchSize()), locked(ZramRows::storeWritebackBatchSize)),
            rw("compressed_writeback",   always(), flag(z -> z.settings.compressedWriteback()), locked(ZramRows::storeCompressedWriteback)),
            ro("io_stat",                always(), ZramRows::ioStat),
            ro("mm_stat",                always(), ZramRows::mmStat),
            ro("bd_stat",                always(), ZramRows::bdStat),
            FileSpec.<ZramFiles>ro("debug_stat", always(), single(z -> "version: 1\n0        0")).withoutEffect("slot frees are never missed"));
    } // spotless:on

    static ErrnoException invalid(String reason) {
        return new ErrnoException(Errno.EINVAL, reason);
    }

    static void needInitialised(ZramFiles zram) throws ErrnoException {
        if (!zram.device.initialised()) {
            throw invalid("the device has no disksize");
        }
    }

    static void needUninitialised(ZramFiles zram) throws ErrnoException {
        if (zram.device.initialised()) {
            throw new ErrnoException(Errno.EBUSY, "not while the device has a disksize");
        }
    }

    // ---- state ----

    private static Work storeDisksize(ZramFiles zram, ControlInput in, OpenFile file) throws ErrnoException {
        long bytes = in.leadingBytes();
        if (bytes == 0) {
            throw invalid("expected a size above 0");
        }
        zram.needUninitialised("Cannot change disksize for initialized device");
        Costs.Algorithm misfit = zram.settings.misfit();
        return switch (zram.device.setDisksize(Units.bytesToPagesUp(bytes))) {
            case OK -> {
                zram.logCapacity(0, zram.device.disksizeBytes());
                yield Work.DONE;
            }
            case NO_MEMORY ->
                throw new ErrnoException(Errno.ENOMEM, "no memory for the table of " + Long.toUnsignedString(bytes));
            case BAD_PARAMS -> {
                zram.log("Cannot initialise " + (misfit == null ? "" : misfit.key()) + " compressing backend");
                throw invalid("an algorithm refuses its parameters; all are reset");
            }
        };
    }

    private static Work storeReset(ZramFiles zram, ControlInput in, OpenFile file) throws ErrnoException {
        if (Numbers.kstrtou16(in.text(), 10) == 0) {
            throw invalid("anything but 0 resets");
        }
        if (zram.device.busy()) {
            throw new ErrnoException(Errno.EBUSY, zram.device.name() + " is in use");
        }
        long bytes = zram.device.disksizeBytes();
        zram.device.reset();
        zram.logCapacity(bytes, 0);
        return Work.DONE;
    }

    private static Work storeCompact(ZramFiles zram, ControlInput in, OpenFile file) throws ErrnoException {
        needInitialised(zram);
        return Work.DONE;
    }

    /** PAGE_ALIGN overflows: the largest values end as no limit. */
    private static Work storeMemLimit(ZramFiles zram, ControlInput in, OpenFile file) throws ErrnoException {
        Numbers.Memparse parsed = Numbers.memparse(in.text(), 0);
        if (parsed.end() == 0) {
            throw invalid("expected a size");
        }
        zram.device.setMemLimitPages(Units.bytesToPages(parsed.value() + Units.PAGE_SIZE - 1));
        return Work.DONE;
    }

    private static Work storeMemUsedMax(ZramFiles zram, ControlInput in, OpenFile file) throws ErrnoException {
        if (Kept.base10(in.text()) != 0) {
            throw invalid("only 0 is taken");
        }
        if (zram.device.initialised()) {
            zram.device.resetMemUsedMax();
        }
        return Work.DONE;
    }

    private static Work storeIdle(ZramFiles zram, ControlInput in, OpenFile file) throws ErrnoException {
        boolean all = in.is("all");
        long ageSeconds = all ? 0 : ageSeconds(in.text());
        needInitialised(zram);
        if (all) {
            zram.device.markIdle();
        } else {
            zram.device.markIdle(ageSeconds);
        }
        return ZramFiles.waitFor(zram.device.scanNs());
    }

    private static long ageSeconds(String text) throws ErrnoException {
        try {
            return Numbers.kstrtouint(text, 0);
        } catch (ErrnoException e) {
            throw invalid("expected \"all\" or seconds");
        }
    }

    // ---- writeback settings ----

    private static Work storeBackingDev(ZramFiles zram, ControlInput in, OpenFile file) throws ErrnoException {
        zram.needUninitialised("Can't setup backing device for initialized device");
        String path = in.text();
        zram.setBackingDev(path.endsWith("\n") ? path.substring(0, path.length() - 1) : path);
        return Work.DONE;
    }

    private static Work storeWritebackLimit(ZramFiles zram, ControlInput in, OpenFile file) throws ErrnoException {
        zram.settings.setWritebackLimitPages(Kept.base10(in.text()));
        return Work.DONE;
    }

    private static Work storeWritebackLimitEnable(ZramFiles zram, ControlInput in, OpenFile file)
            throws ErrnoException {
        zram.settings.setWritebackLimited(Kept.base10(in.text()) != 0);
        return Work.DONE;
    }

    private static Work storeWritebackBatchSize(ZramFiles zram, ControlInput in, OpenFile file) throws ErrnoException {
        long size = Kept.base10(in.text());
        if (size == 0 || Long.compareUnsigned(size, U32_MAX) > 0) {
            throw invalid("expected 1 to 2^32 - 1");
        }
        zram.settings.setWritebackBatchSize(size);
        return Work.DONE;
    }

    private static Work storeCompressedWriteback(ZramFiles zram, ControlInput in, OpenFile file) throws ErrnoException {
        boolean on = in.bool();
        needUninitialised(zram);
        zram.settings.setCompressedWriteback(on);
        return Work.DONE;
    }

    // ---- statistics ----

    private static void ioStat(ZramFiles zram, SeqFile out, OpenFile file) {
        ZramStats stats = zram.device.stats();
        out.padded(stats.failedReads(), 8).space().padded(stats.failedWrites(), 8);
        out.text(" 0 ").padded(stats.notifyFree(), 8).newline();
    }

    private static void bdStat(ZramFiles zram, SeqFile out, OpenFile file) {
        ZramStats stats = zram.device.stats();
        out.padded(stats.backingPages(), 8).space().padded(stats.backingReads(), 8);
        out.space().padded(stats.backingWrites(), 8).newline();
    }

    private static void mmStat(ZramFiles zram, SeqFile out, OpenFile file) {
        ZramStats stats = zram.device.stats();
        out.padded(stats.origDataBytes(), 8).space().padded(stats.comprDataBytes(), 8);
        out.space()
                .padded(stats.memUsedTotalBytes(), 8)
                .space()
                .padded(Units.pagesToBytes(zram.settings.memLimitPages()), 8);
        out.space().padded(stats.memUsedMaxBytes(), 8).space().padded(stats.samePages(), 8);
        out.text("        0 "); // pages_compacted
        out.padded(stats.hugePages(), 8)
                .space()
                .padded(stats.hugePagesSince(), 8)
                .newline();
    }
}
