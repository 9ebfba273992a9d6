package org.reclaimfs.machine;

import org.reclaimfs.abi.Units;
import org.reclaimfs.klog.Klog;
import org.reclaimfs.klog.RateLimit;
import org.reclaimfs.swap.SwapDevice;
import org.reclaimfs.swap.SwapDiscard;
import org.reclaimfs.swap.SwapFile;

/** What swapping leaves in the log (mm/swapfile.c, mm/page_io.c 7.2; spec/06). */
final class SwapLog {
    private static final int PAGE_SECTORS = 8;

    private final Klog log;
    private final Devices devices;
    private final RateLimit writeErrors = new RateLimit("__end_swap_bio_write");

    SwapLog(Klog log, Devices devices) {
        this.log = log;
        this.devices = devices;
    }

    void added(SwapDevice device, SwapDiscard discard, long nowNs) {
        long kib = Units.pagesToKiB(device.usablePages());
        log.info(
                nowNs,
                "Adding " + kib + "k swap on " + device.path + ".  Priority:" + device.priority + " extents:1 across:"
                        + kib + "k " + (device.backend.solidState() ? "SS" : "") + discard.logged());
    }

    /** Pages from {@code slot} on could not be written: each would be a line. */
    void writeFailed(SwapDevice device, int slot, int pages, long nowNs) {
        for (int i = 0; i < pages; i++) {
            if (!writeErrors.allows(log, nowNs)) {
                writeErrors.miss(pages - i - 1L);
                return;
            }
            long sector = (slot + (long) i) * PAGE_SECTORS;
            log.alert(nowNs, "Write-error on swap-device (" + number(device, nowNs) + ":" + sector + ")");
        }
    }

    private String number(SwapDevice device, long nowNs) {
        for (BlockDevice block : BlockDevice.all(devices.disks(), devices.zrams(), nowNs)) {
            String path = device.backend instanceof SwapFile file
                    ? "/dev/" + file.disk().name()
                    : device.path;
            if (path.equals("/dev/" + block.name())) {
                return block.major() + ":" + block.minor();
            }
        }
        return "0:0";
    }
}
