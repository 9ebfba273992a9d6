package org.reclaimfs.machine;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Errno;
import org.reclaimfs.memcg.MemCgroup;
import org.reclaimfs.memcg.MemoryStat;
import org.reclaimfs.zswap.ZswapWriteback;

/**
 * A write of {@code source=zswap} to memory.reclaim: patch series B v5, part 4 (zswap_proactive_writeback; spec/05
 * section 12). The budget is in compressed bytes.
 */
final class ProactiveWriteback extends Activity {
    private final Core core;
    private final MemCgroup target;
    private final long wantedBytes;
    private final ShrinkWalk walk = new ShrinkWalk();
    private long writtenBytes;
    private @Nullable MemCgroup at;

    ProactiveWriteback(Core core, MemCgroup target, long wantedBytes) {
        super(() -> core.cgroups.root());
        this.core = core;
        this.target = target;
        this.wantedBytes = wantedBytes;
    }

    @Override
    public long step(long nowNs) {
        core.effort.begin(nowNs);
        // Unsigned: "17E" saturates to 2^64 - 1.
        while (Long.compareUnsigned(writtenBytes, wantedBytes) < 0) {
            if (signalled()) {
                return fail(Errno.EINTR);
            }
            if (!core.effort.goesOn(SLICE_NS)) {
                return sliceEnd(core.effort);
            }
            at = MemCgroup.next(target, at);
            long r = at == null ? walk.passEnded() : scan(at);
            if (r == ShrinkWalk.BUSY) {
                return fail(Errno.EAGAIN);
            }
            writtenBytes += r;
        }
        return DONE;
    }

    private long scan(MemCgroup memcg) {
        long bytes = core.zswapWriteback.shrinkMemcgOutsideReclaim(memcg, ShrinkWalk.BATCH);
        if (bytes == ZswapWriteback.NO_ENTRY) {
            return 0;
        }
        if (bytes > 0) {
            memcg.add(MemoryStat.ZSWPWB_PROACTIVE_B, bytes);
        }
        return walk.scanned(bytes);
    }
}
