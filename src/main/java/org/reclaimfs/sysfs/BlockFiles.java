package org.reclaimfs.sysfs;

import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.FileSpec.stub;
import static org.reclaimfs.kernfs.Shapes.always;
import static org.reclaimfs.kernfs.Shapes.number;
import static org.reclaimfs.kernfs.Shapes.single;
import static org.reclaimfs.kernfs.Shapes.unsigned;

import java.util.List;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.machine.BlockDevice;
import org.reclaimfs.swap.IoCounts;

/** The generic attributes of a disk (block/genhd.c, block/disk-events.c, 7.2; spec/23 section 8). */
final class BlockFiles {
    private BlockFiles() {}

    /** What every block device has; constants are those of the captured devices. */
    static List<FileSpec<BlockDir>> rows() {
        return List.of( // spotless:off
            ro("alignment_offset",  always(), single(d -> "0")),
            ro("capability",        always(), single(d -> "0")),
            ro("dev",               always(), BlockFiles::dev),
            ro("discard_alignment", always(), single(d -> "0")),
            ro("diskseq",           always(), number(BlockDir::diskseq)),
            ro("events",            always(), BlockFiles::nothing),
            ro("events_async",      always(), BlockFiles::nothing),
            FileSpec.<BlockDir>rw("events_poll_msecs", always(), single(d -> d.kept("events_poll_msecs", "-1")), Kept.integer("events_poll_msecs", -1)).withoutEffect("no media changes"),
            ro("ext_range",         always(), single(d -> d.isZram() ? "1" : "256")),
            ro("hidden",            always(), single(d -> "0")),
            ro("inflight",          always(), BlockFiles::inflight),
            ro("partscan",          always(), single(d -> d.isZram() ? "0" : "1")),
            ro("range",             always(), single(d -> d.isDisk() ? "16" : "1")),
            ro("removable",         always(), single(d -> "0")),
            ro("ro",                always(), single(d -> "0")),
            ro("size",              always(), unsigned(d -> d.now().sectors())),
            ro("stat",              always(), BlockFiles::stat),
            Uevents.row(BlockFiles::uevent));
    } // spotless:on

    /** What a virtio disk has besides. */
    static List<FileSpec<BlockDir>> diskRows() {
        return List.of( // spotless:off
            FileSpec.<BlockDir>rw("cache_type", always(), single(d -> d.kept("cache_type", "write back")), Kept.word("cache_type", "write through", "write back")).withoutEffect("disks have no cache"),
            stub("serial", 0444, always(), "", "disks have no serial number"));
    } // spotless:on

    /** A disk without removable media has no events to name. */
    private static void nothing(BlockDir dir, SeqFile out, OpenFile file) {}

    private static void dev(BlockDir dir, SeqFile out, OpenFile file) {
        out.num(dir.now().major()).ch(':').num(dir.now().minor()).newline();
    }

    private static void inflight(BlockDir dir, SeqFile out, OpenFile file) {
        IoCounts io = dir.now().io();
        out.padded(io.readsInFlight(), 8).space().padded(io.writesInFlight(), 8).newline();
    }

    private static void stat(BlockDir dir, SeqFile out, OpenFile file) {
        long[] fields = dir.now().stat();
        out.padded(fields[0], 8);
        for (int i = 1; i < fields.length; i++) {
            out.space().padded(fields[i], 8);
        }
        out.newline();
    }

    private static void uevent(BlockDir dir, SeqFile out, OpenFile file) {
        BlockDevice now = dir.now();
        out.text("MAJOR=").num(now.major()).text("\nMINOR=").num(now.minor());
        out.text("\nDEVNAME=").text(now.name()).text("\nDEVTYPE=disk\nDISKSEQ=").num(dir.diskseq());
        out.newline();
    }
}
