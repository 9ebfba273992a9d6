package org.reclaimfs.zswap;

import org.reclaimfs.mm.Costs;
import org.reclaimfs.mm.Zsmalloc;

/** The objects compressed by one compressor. An old pool lives on until its last entry is gone. */
final class ZswapPool {
    final Costs.Algorithm compressor;
    final Zsmalloc objects = new Zsmalloc();
    /** Which one it is of all that there have been; the first is 1. */
    final int number;

    long entries;

    ZswapPool(Costs.Algorithm compressor, int number) {
        this.compressor = compressor;
        this.number = number;
    }
}
