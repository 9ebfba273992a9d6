package org.reclaimfs.memcg;

import org.reclaimfs.mm.VmStat;

/** Who reclaims: chooses the pgscan_* and pgsteal_* counters (spec/10 section 2). */
public enum ReclaimReason {
    KSWAPD(MemoryStat.PGSCAN_KSWAPD, MemoryStat.PGSTEAL_KSWAPD, VmStat.PGSCAN_KSWAPD, VmStat.PGSTEAL_KSWAPD),
    DIRECT(MemoryStat.PGSCAN_DIRECT, MemoryStat.PGSTEAL_DIRECT, VmStat.PGSCAN_DIRECT, VmStat.PGSTEAL_DIRECT),
    PROACTIVE(
            MemoryStat.PGSCAN_PROACTIVE,
            MemoryStat.PGSTEAL_PROACTIVE,
            VmStat.PGSCAN_PROACTIVE,
            VmStat.PGSTEAL_PROACTIVE);

    public final MemoryStat scan;
    public final MemoryStat steal;
    public final VmStat vmScan;
    public final VmStat vmSteal;

    ReclaimReason(MemoryStat scan, MemoryStat steal, VmStat vmScan, VmStat vmSteal) {
        this.scan = scan;
        this.steal = steal;
        this.vmScan = vmScan;
        this.vmSteal = vmSteal;
    }
}
