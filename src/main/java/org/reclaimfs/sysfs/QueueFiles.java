package org.reclaimfs.sysfs;

import static org.reclaimfs.kernfs.FileSpec.ro;
import static org.reclaimfs.kernfs.Shapes.always;
import static org.reclaimfs.kernfs.Shapes.single;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.abi.ErrnoException;
import org.reclaimfs.abi.Units;
import org.reclaimfs.kernfs.ControlInput;
import org.reclaimfs.kernfs.FileSpec;
import org.reclaimfs.kernfs.OpenFile;
import org.reclaimfs.kernfs.SeqFile;
import org.reclaimfs.kernfs.Store;
import org.reclaimfs.kernfs.Work;

/** The queue directory of a disk (block/blk-sysfs.c, 7.2): limits as captured from a zram and a virtio device. */
final class QueueFiles {
    private static final long U32_MAX = 0xffff_ffffL;
    static final String QUEUE =
            "a disk takes 256 requests (sata, hdd: 64) and merges neighbours up to 128 KiB, whatever this says";
    private static final String[] SCHEDULERS = {"none", "mq-deadline", "kyber"};

    /** What a RAM disk has otherwise than a zram device. */
    private static final Map<String, String> OF_RAM_DISK = Map.of(
            "hw_sector_size", "512",
            "logical_block_size", "512",
            "max_hw_sectors_kb", "127",
            "max_sectors_kb", "127",
            "optimal_io_size", "0",
            "stable_writes", "0",
            "write_zeroes_max_bytes", "0");

    private QueueFiles() {}

    /** All of them. */
    static List<FileSpec<BlockDir>> rows() {
        List<FileSpec<BlockDir>> rows = new ArrayList<>(limits());
        rows.addAll(settings());
        return rows;
    }

    /** Name, text of a zram device, text of a disk. */
    private static List<FileSpec<BlockDir>> limits() {
        return List.of( // spotless:off
            fixed("atomic_write_boundary_bytes", "0", "0"),
            fixed("atomic_write_max_bytes", "0", "0"),
            fixed("atomic_write_unit_max_bytes", "0", "0"),
            fixed("atomic_write_unit_min_bytes", "0", "0"),
            fixed("chunk_sectors", "0", "0"),
            fixed("dax", "0", "0"),
            fixed("discard_granularity", "4096", "512"),
            fixed("discard_max_hw_bytes", "2199023255040", "2147483136"),
            fixed("discard_zeroes_data", "0", "0"),
            fixed("dma_alignment", "511", "511"),
            fixed("fua", "0", "0"),
            fixed("hw_sector_size", "4096", "512"),
            fixed("logical_block_size", "4096", "512"),
            fixed("max_discard_segments", "1", "1"),
            fixed("max_hw_sectors_kb", "124", "2147483647"),
            fixed("max_integrity_segments", "0", "0"),
            fixed("max_segment_size", "65536", "4294967295"),
            fixed("max_segments", "128", "254"),
            fixed("max_write_streams", "0", "0"),
            fixed("minimum_io_size", "4096", "512"),
            fixed("nr_zones", "0", "0"),
            fixed("optimal_io_size", "4096", "0"),
            fixed("physical_block_size", "4096", "512"),
            fixed("virt_boundary_mask", "0", "0"),
            fixed("write_same_max_bytes", "0", "0"),
            fixed("write_stream_granularity", "0", "0"),
            fixed("write_zeroes_max_bytes", "2199023255040", "2147483136"),
            fixed("write_zeroes_unmap_max_hw_bytes", "0", "0"),
            fixed("zone_append_max_bytes", "0", "0"),
            fixed("zone_write_granularity", "0", "0"),
            fixed("zoned", "none", "none"));
    } // spotless:on

    /** The same with what a write does. */
    private static List<FileSpec<BlockDir>> settings() {
        return List.of( // spotless:off
            kept("add_random", "0", "0", Kept.flag("add_random")),
            onDisk(kept("async_depth", "-", "256", Kept.unsigned("async_depth", 1, U32_MAX))),
            kept("discard_max_bytes", "2199023255040", "2147483136", Kept.unsigned("discard_max_bytes", 0, Long.MAX_VALUE)),
            FileSpec.<BlockDir>rw("io_poll", always(), single(d -> "0"), QueueFiles::refuse).withoutEffect(QUEUE),
            kept("io_poll_delay", "-1", "-1", Kept.integer("io_poll_delay", -1)),
            kept("iostats", "0", "1", Kept.flag("iostats")),
            kept("iostats_passthrough", "0", "0", Kept.flag("iostats_passthrough")),
            kept("max_sectors_kb", "124", "4096", Kept.unsigned("max_sectors_kb", 1, U32_MAX)),
            kept("nomerges", "0", "0", Kept.unsigned("nomerges", 0, 2)),
            onDisk(FileSpec.<BlockDir>rw("nr_requests", always(), single(d -> d.kept("nr_requests", Integer.toString(d.queueRequests()))), Kept.unsigned("nr_requests", 1, U32_MAX)).withoutEffect(QUEUE)),
            FileSpec.<BlockDir>rw("read_ahead_kb", always(), single(QueueFiles::readAhead), QueueFiles::storeReadAhead).withoutEffect(QUEUE),
            FileSpec.<BlockDir>rw("rotational", always(), single(d -> d.kept("rotational", d.solidState() ? "0" : "1")), Kept.flag("rotational")).withoutEffect("swap asks the device, not this file"),
            onDisk(kept("rq_affinity", "-", "1", Kept.unsigned("rq_affinity", 0, 2))),
            onDisk(FileSpec.<BlockDir>rw("scheduler", always(), QueueFiles::scheduler, Kept.word("scheduler", SCHEDULERS)).withoutEffect(QUEUE)),
            kept("stable_writes", "1", "0", Kept.flag("stable_writes")),
            kept("write_cache", "write through", "write back", Kept.word("write_cache", "write through", "write back")),
            kept("write_zeroes_unmap_max_bytes", "0", "0", Kept.unsigned("write_zeroes_unmap_max_bytes", 0, Long.MAX_VALUE)));
    } // spotless:on

    private static String text(BlockDir dir, String name, String ofZram, String ofDisk) {
        return dir.isDisk() ? ofDisk : dir.isRamDisk() ? OF_RAM_DISK.getOrDefault(name, ofZram) : ofZram;
    }

    private static FileSpec<BlockDir> fixed(String name, String ofZram, String ofDisk) {
        return ro(name, always(), single(d -> text(d, name, ofZram, ofDisk)));
    }

    private static FileSpec<BlockDir> kept(String name, String ofZram, String ofDisk, Store<BlockDir> store) {
        return FileSpec.<BlockDir>rw(name, always(), single(d -> d.kept(name, text(d, name, ofZram, ofDisk))), store)
                .withoutEffect(QUEUE);
    }

    /** A file that only disks with a request queue have. */
    private static FileSpec<BlockDir> onDisk(FileSpec<BlockDir> row) {
        return row.where(BlockDir::isDisk);
    }

    /** The same as in the device's bdi directory. */
    static String readAhead(BlockDir dir) {
        return dir.kept("read_ahead_kb", dir.isDisk() ? "8192" : "128");
    }

    /** Kept in pages. */
    static void setReadAhead(BlockDir dir, long kib) {
        dir.keep("read_ahead_kb", Long.toUnsignedString(kib & -Units.pagesToKiB(1)));
    }

    private static Work storeReadAhead(BlockDir dir, ControlInput in, OpenFile file) throws ErrnoException {
        setReadAhead(dir, Kept.bounded(in.text(), 0, U32_MAX));
        return Work.DONE;
    }

    private static void scheduler(BlockDir dir, SeqFile out, OpenFile file) {
        String chosen = dir.kept("scheduler", "none");
        for (String name : SCHEDULERS) {
            out.text(name.equals(chosen) ? "[" + name + "] " : name + " ");
        }
        out.newline();
    }

    private static Work refuse(BlockDir dir, ControlInput in, OpenFile file) throws ErrnoException {
        throw new ErrnoException(Errno.EINVAL, "the device cannot be polled");
    }
}
