package org.reclaimfs.machine;

import org.reclaimfs.abi.Errno;
import org.reclaimfs.zram.Rework;

/** A zram device's writeback or recompression, on behalf of who wrote the command. No signal ends it. */
final class ReworkActivity extends Activity {
    private final Core core;
    private final Rework rework;
    private boolean over;

    ReworkActivity(Core core, Rework rework) {
        super(() -> core.cgroups.root());
        this.core = core;
        this.rework = rework;
    }

    @Override
    public long step(long nowNs) {
        if (!over) {
            over = !rework.step(core.effort, SLICE_NS);
            return Math.max(1, sliceEnd(core.effort));
        }
        Errno error = rework.error();
        return error == null ? DONE : fail(error);
    }
}
