package org.reclaimfs.mm;

import java.util.List;

/** One NUMA node: its zones, and where its requests go when it is full (pg_data_t, build_zonelists). */
public final class Node {
    public final int id;
    /** By zone type: DMA32, Normal, Movable; some without pages. */
    private final List<Zone> zones;
    /** Indexes of the zones that have pages, in the order an allocation from this node tries them. */
    int[] zonelist = {};

    /** The node's kswapd is awake: others look elsewhere first. */
    private boolean kswapdAwake;

    long numaHit;
    long numaMiss;
    long numaForeign;

    Node(int id, List<Zone> zones) {
        this.id = id;
        this.zones = zones;
    }

    public List<Zone> zones() {
        return zones;
    }

    public Zone zone(int type) {
        return zones.get(type);
    }

    /** Indexes of zones for {@link Memory#zone}, nearest first. Not to be changed. */
    public int[] zonelist() {
        return zonelist;
    }

    public long managedPages() {
        long sum = 0;
        for (Zone zone : zones) {
            sum += zone.managedPages;
        }
        return sum;
    }

    public long freePages() {
        long sum = 0;
        for (Zone zone : zones) {
            sum += zone.freePages;
        }
        return sum;
    }

    public long lruPages(int list) {
        long sum = 0;
        for (Zone zone : zones) {
            sum += zone.lruPages[list];
        }
        return sum;
    }

    public boolean kswapdAwake() {
        return kswapdAwake;
    }

    public void setKswapdAwake(boolean awake) {
        kswapdAwake = awake;
        for (Zone zone : zones) {
            zone.setReclaimActive(awake);
        }
    }

    /** Pages allocated here as wished, here though wished elsewhere, elsewhere though wished here. */
    void forgetNumaCounts() {
        numaHit = 0;
        numaMiss = 0;
        numaForeign = 0;
    }

    public long numaHit() {
        return numaHit;
    }

    public long numaMiss() {
        return numaMiss;
    }

    public long numaForeign() {
        return numaForeign;
    }

    /** Some zone is above HIGH: kswapd has nothing to do here (pgdat_balanced). */
    public boolean balanced() {
        boolean any = false;
        for (Zone zone : zones) {
            if (zone.managedPages > 0) {
                any = true;
                if (zone.freePages > zone.highWmark + zone.boostPages + zone.lowmemReserve[Memory.NORMAL]) {
                    return true;
                }
            }
        }
        return !any;
    }

    public long boostPages() {
        long sum = 0;
        for (Zone zone : zones) {
            sum += zone.boostPages;
        }
        return sum;
    }
}
