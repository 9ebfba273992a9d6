package org.reclaimfs.machine;

import org.reclaimfs.abi.Errno;
import org.reclaimfs.mm.Content;
import org.reclaimfs.zram.ZramDevice;

/** Direct I/O to pages of a zram device, one request a page, as a program does it. Fails with EIO if any page fails. */
public final class BlockIo extends Activity {
    /** What is done to the pages. */
    public enum Kind {
        READ,
        WRITE,
        DISCARD
    }

    private final Core core;
    private final ZramDevice device;
    private final Kind kind;
    private final Content content;
    private final int end;
    private int page;
    private boolean failed;

    BlockIo(Core core, ZramDevice device, Kind kind, int page, int end, Content content) {
        super(() -> core.cgroups.root());
        this.core = core;
        this.device = device;
        this.kind = kind;
        this.page = page;
        this.end = end;
        this.content = content;
        device.open();
    }

    @Override
    public long step(long nowNs) {
        while (page < end && core.effort.goesOn(SLICE_NS) && !signalled()) {
            switch (kind) {
                case READ -> read();
                case WRITE -> write();
                default -> {
                    device.free(page, end - page);
                    page = end;
                }
            }
        }
        if (core.effort.spentNs() > 0 && !signalled()) {
            return Math.max(1, sliceEnd(core.effort));
        }
        device.close();
        return page < end ? fail(Errno.EINTR) : failed ? fail(Errno.EIO) : DONE;
    }

    private void read() {
        core.effort.spend(device.readCostNs(page, 1));
        core.effort.blockUntil(device.submitNs(false, page, 1, core.effort.nowNs()), true);
        device.noteRead(page, 1);
        page++;
    }

    private void write() {
        core.effort.spend(device.writeCostNs(content));
        failed |= device.write(page, content, 1, 0) == 0;
        page++;
    }
}
