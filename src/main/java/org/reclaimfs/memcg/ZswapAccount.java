package org.reclaimfs.memcg;

import org.jspecify.annotations.Nullable;
import org.reclaimfs.abi.Units;

/**
 * What a cgroup has in zswap, and what it may: memory.zswap.* (obj_cgroup_charge_zswap, obj_cgroup_may_zswap,
 * mem_cgroup_zswap_writeback_enabled; 7.2, spec/05). NOT thread safe.
 */
public final class ZswapAccount {
    private final MemCgroup memcg;
    private final @Nullable ZswapAccount parent;
    private boolean writeback = true;
    private long maxPages = PageCounter.MAX;
    private long ownBytes;
    /** Of the subtree: every store asks for it. */
    private long bytes;

    ZswapAccount(MemCgroup memcg, @Nullable ZswapAccount parent) {
        this.memcg = memcg;
        this.parent = parent;
    }

    /** The cgroup is gone: what it left in zswap has no limits of its own. */
    void retire() {
        maxPages = PageCounter.MAX;
        writeback = true;
    }

    /** memory.zswap.writeback of this cgroup alone. */
    public boolean writeback() {
        return writeback;
    }

    public void setWriteback(boolean on) {
        writeback = on;
    }

    /** The AND of memory.zswap.writeback over this cgroup and all its ancestors. */
    public boolean writebackAllowed() {
        for (ZswapAccount at = this; at != null; at = at.parent) {
            if (!at.writeback) {
                return false;
            }
        }
        return true;
    }

    /** memory.zswap.max, in pages. */
    public long max() {
        return maxPages;
    }

    public void setMax(long pages) {
        maxPages = pages;
    }

    /** Compressed bytes in zswap of this subtree: memory.zswap.current. */
    public long bytes() {
        return bytes;
    }

    /** Pages that go to zswap before some level's memory.zswap.max refuses, each {@code length} bytes long. */
    public long margin(int length) {
        long margin = Long.MAX_VALUE;
        for (ZswapAccount at = this; at != null && at.parent != null; at = at.parent) {
            if (at.maxPages == PageCounter.MAX) {
                continue;
            }
            // A store passes while floor(bytes / 4096) < max, so the last one may start just below it.
            long room = Units.pagesToBytes(at.maxPages) - at.bytes;
            margin = Math.min(margin, room <= 0 ? 0 : (room + length - 1) / length);
        }
        return margin;
    }

    /** Charges (or with negative numbers gives back) compressed bytes of {@code pages} entries; the root's are not charged. */
    public void charge(long moreBytes, long pages, boolean incompressible) {
        if (parent == null) {
            return;
        }
        long before = Units.bytesToPagesUp(ownBytes);
        ownBytes += moreBytes;
        memcg.add(MemoryStat.ZSWAP, moreBytes);
        for (ZswapAccount at = this; at != null; at = at.parent) {
            at.bytes += moreBytes;
        }
        memcg.add(MemoryStat.ZSWAPPED, pages);
        if (incompressible) {
            memcg.add(MemoryStat.ZSWAP_INCOMP, pages);
        }
        memcg.chargeKernel(Units.bytesToPagesUp(ownBytes) - before);
    }
}
