package org.reclaimfs.zswap;

import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Zsmalloc;

/** The objects compressed by one compressor. An old pool lives on until its last entry is gone. */
final class ZswapPool {
    final Costs.Algorithm compressor;
    final Zsmalloc objects = new Zsmalloc();
    long entries;

    ZswapPool(Costs.Algorithm compressor) {
        this.compressor = compressor;
    }
}
