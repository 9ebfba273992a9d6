package org.reclaimfs.sysfs;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.reclaimfs.machine.BlockDevice;
import org.reclaimfs.machine.Machine;
import org.reclaimfs.swap.Disk;
import org.reclaimfs.zram.ZramDevice;

/** What the generic files of one block device show. Lock: the machine's. */
final class BlockDir {
    private enum Kind {
        DISK,
        RAM,
        ZRAM
    }

    private final Supplier<BlockDevice> device;
    private final Kind kind;
    private final boolean solidState;
    private final int diskseq;
    private final int queueRequests;
    private final Map<String, String> kept = new HashMap<>();

    private BlockDir(Supplier<BlockDevice> device, Kind kind, boolean solidState, int diskseq, int queueRequests) {
        this.device = device;
        this.kind = kind;
        this.solidState = solidState;
        this.diskseq = diskseq;
        this.queueRequests = queueRequests;
    }

    static BlockDir ofDisk(Machine machine, Disk disk, int index, int diskseq) {
        return new BlockDir(
                () -> machine.nodeNumbers().shown(BlockDevice.of(disk, index, machine.nowNs())),
                disk.inRam() ? Kind.RAM : Kind.DISK,
                disk.solidState(),
                diskseq,
                disk.queueRequests());
    }

    static BlockDir ofZram(Machine machine, ZramDevice device, int diskseq) {
        return new BlockDir(() -> machine.nodeNumbers().shown(BlockDevice.of(device)), Kind.ZRAM, true, diskseq, 0);
    }

    BlockDevice now() {
        return device.get();
    }

    boolean isZram() {
        return kind == Kind.ZRAM;
    }

    boolean isRamDisk() {
        return kind == Kind.RAM;
    }

    /** One with a request queue, which is on a bus. */
    boolean isDisk() {
        return kind == Kind.DISK;
    }

    boolean solidState() {
        return solidState;
    }

    /** nr_requests of its queue; a zram device has none. */
    int queueRequests() {
        return queueRequests;
    }

    int diskseq() {
        return diskseq;
    }

    /** The text a user set, or the one given. */
    String kept(String name, String first) {
        return kept.getOrDefault(name, first);
    }

    void keep(String name, String text) {
        kept.put(name, text);
    }
}
