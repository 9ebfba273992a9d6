package org.reclaimfs.mm;

import java.util.List;
import org.reclaimfs.abi.Units;

/**
 * The settings that watermarks follow from, and their formulas (calculate_min_free_kbytes, __setup_per_zone_wmarks,
 * setup_per_zone_lowmem_reserve; 7.2, spec/01 sections 3 to 5).
 */
public final class Watermarks {
    private static final int THP_PAGES_PER_ZONE = 512 * 11;
    private static final long THP_MIN_RAM_PAGES = Units.bytesToPages(512L << 20);
    private static final long MOVABLE_MIN = 32;

    private final List<Node> nodes;
    private final long managedPages;
    private final int cpusPerNode;
    private long minFreeKiB;
    private int scaleFactor = 10;
    private long boostFactor = 15_000;
    private long perCpuHighFraction;
    private final int[] lowmemReserveRatio = {256, 32, 0};

    Watermarks(List<Node> nodes, int cpus) {
        this.nodes = nodes;
        this.managedPages = nodes.stream().mapToLong(Node::managedPages).sum();
        this.cpusPerNode = Math.max(1, cpus / nodes.size());
        this.minFreeKiB = automaticMinFreeKiB();
        compute();
    }

    /** The square-root rule, plus the raise that transparent huge pages ask for. */
    private long automaticMinFreeKiB() {
        long lowmemKiB = Units.pagesToKiB(managedPages);
        long byRoot = Math.max(128, Math.min((long) Math.sqrt((double) lowmemKiB * 16), 262144));
        if (managedPages < THP_MIN_RAM_PAGES) {
            return byRoot;
        }
        long populated = 0;
        for (Node node : nodes) {
            populated += node.zones().stream().filter(z -> z.managedPages > 0).count();
        }
        long thp = Math.min(populated * THP_PAGES_PER_ZONE, managedPages / 20);
        return Math.max(byRoot, Units.pagesToKiB(thp));
    }

    private void compute() {
        long minPages = minFreeKiB / 4;
        for (Node node : nodes) {
            for (Zone zone : node.zones()) {
                setMarks(zone, minPages);
            }
            setReserves(node);
        }
    }

    private void setMarks(Zone zone, long minPages) {
        zone.boostPages = 0;
        if (zone.managedPages == 0) {
            zone.minWmark = zone.name.equals("Movable") ? MOVABLE_MIN : 0;
            zone.lowWmark = zone.minWmark;
            zone.highWmark = zone.minWmark;
            return;
        }
        zone.minWmark = minPages * zone.managedPages / managedPages;
        long delta = Math.max(zone.minWmark / 4, zone.managedPages * scaleFactor / 10_000);
        zone.lowWmark = zone.minWmark + delta;
        zone.highWmark = zone.lowWmark + delta;
        for (PerCpuPages list : zone.perCpu) {
            list.setBounds(zone.lowWmark, zone.managedPages, cpusPerNode, perCpuHighFraction);
        }
    }

    private void setReserves(Node node) {
        for (int i = 0; i < Memory.ZONES; i++) {
            Zone zone = node.zone(i);
            long above = 0;
            for (int j = i + 1; j < Memory.ZONES; j++) {
                above += node.zone(j).managedPages;
                int ratio = lowmemReserveRatio[i];
                zone.lowmemReserve[j] = ratio == 0 || zone.managedPages == 0 ? 0 : above / ratio;
            }
        }
    }

    /** vm.min_free_kbytes. */
    public long minFreeKiB() {
        return minFreeKiB;
    }

    public void setMinFreeKiB(long kib) {
        minFreeKiB = kib;
        compute();
    }

    /** vm.watermark_scale_factor, in ten thousandths. */
    public int scaleFactor() {
        return scaleFactor;
    }

    public void setScaleFactor(int factor) {
        scaleFactor = factor;
        compute();
    }

    /** vm.watermark_boost_factor, in ten thousandths of HIGH. */
    public long boostFactor() {
        return boostFactor;
    }

    public void setBoostFactor(long factor) {
        boostFactor = factor;
    }

    /** vm.percpu_pagelist_high_fraction: the lists of all CPUs may hold one in so many pages; 0: as the marks say. */
    public long perCpuHighFraction() {
        return perCpuHighFraction;
    }

    public void setPerCpuHighFraction(long fraction) {
        perCpuHighFraction = fraction;
        compute();
    }

    /** vm.lowmem_reserve_ratio of a zone type; 0 is no reserve. */
    public int lowmemReserveRatio(int zoneType) {
        return lowmemReserveRatio[zoneType];
    }

    public void setLowmemReserveRatio(int zoneType, int ratio) {
        lowmemReserveRatio[zoneType] = ratio;
        compute();
    }

    /** totalreserve_pages: what MemAvailable leaves out. */
    long totalReservePages() {
        long sum = 0;
        for (Node node : nodes) {
            for (Zone zone : node.zones()) {
                long most = 0;
                for (long reserve : zone.lowmemReserve) {
                    most = Math.max(most, reserve);
                }
                sum += zone.managedPages == 0 ? 0 : Math.min(zone.managedPages, most + zone.highWmark);
            }
        }
        return sum;
    }

    long lowPages() {
        long sum = 0;
        for (Node node : nodes) {
            for (Zone zone : node.zones()) {
                sum += zone.managedPages == 0 ? 0 : zone.lowWmark;
            }
        }
        return sum;
    }
}
