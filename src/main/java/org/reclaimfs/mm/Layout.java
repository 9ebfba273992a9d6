package org.reclaimfs.mm;

import java.util.ArrayList;
import java.util.List;
import org.reclaimfs.abi.Units;

/**
 * How the RAM is laid out: nodes of zones by address, and where each node's requests go when it is full (free_area_init,
 * build_zonelists; 7.2, spec/01 section 2). The part of {@link Memory} that never changes.
 */
abstract class Layout {
    /** Zone types of the build: DMA32, Normal, Movable (as the captured kernel: no DMA zone, Movable empty). */
    public static final int ZONES = 3;

    public static final int DMA32 = 0;
    public static final int NORMAL = 1;
    public static final int MOVABLE = 2;

    /** Zones of a node that can hold frames: DMA32 and Normal. */
    static final int FRAME_ZONES = 2;

    /** As many as a page's flags can name. */
    public static final int MAX_NODES = 16;

    private static final long DMA32_PAGES = Units.bytesToPages(4L << 30);
    private static final long STRUCT_PAGE_BYTES = 64;
    private static final long MIN_RESERVED_SHARE = 32;

    final List<Node> nodes = new ArrayList<>();
    /** Zones with room for frames: node * 2 + type. */
    final List<Zone> zones = new ArrayList<>();

    private final int cpus;
    private final int[] nodeOfCpu;
    private final long totalPages;
    private final long bootReservedPages;

    Layout(long ramBytes, long reservedBytes, int nodes, int cpus) {
        this.cpus = cpus;
        nodeOfCpu = new int[cpus];
        for (int cpu = 0; cpu < cpus; cpu++) {
            nodeOfCpu[cpu] = (int) ((long) cpu * nodes / cpus);
        }
        long present = Units.bytesToPages(ramBytes);
        long boot = Math.min(Units.bytesToPages(reservedBytes), present / MIN_RESERVED_SHARE);
        long start = 0;
        for (int id = 0; id < nodes; id++) {
            long end = present * (id + 1) / nodes;
            addNode(id, start, end, id == 0 ? boot : 0);
            start = end;
        }
        for (Node node : this.nodes) {
            node.zonelist = zonelist(node.id);
        }
        totalPages = this.nodes.stream().mapToLong(Node::managedPages).sum();
        bootReservedPages = present - totalPages;
    }

    private void addNode(int id, long start, long end, long boot) {
        long dma32 = Math.max(0, Math.min(end, DMA32_PAGES) - start);
        long normal = end - start - dma32;
        long fromDma32 = Math.min(boot, dma32);
        zones.add(zone(id, DMA32, "DMA32", start, dma32, fromDma32));
        zones.add(zone(id, NORMAL, "Normal", start + dma32, normal, boot - fromDma32));
        Zone movable = new Zone(-1, id, "Movable", 0, 0, 0, cpus);
        nodes.add(new Node(id, List.of(zones.get(zones.size() - 2), zones.get(zones.size() - 1), movable)));
    }

    private Zone zone(int node, int type, String name, long start, long present, long boot) {
        long structs = present * STRUCT_PAGE_BYTES / Units.PAGE_SIZE;
        return new Zone(node * FRAME_ZONES + type, node, name, start, present, present - structs - boot, cpus);
    }

    /** All remote nodes are equally far; each node begins with another, so that the load spreads. */
    private int[] zonelist(int from) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get((from + i) % nodes.size());
            for (int type = NORMAL; type >= DMA32; type--) {
                if (node.zone(type).managedPages > 0) {
                    order.add(node.zone(type).index);
                }
            }
        }
        return order.stream().mapToInt(Integer::intValue).toArray();
    }

    public List<Node> nodes() {
        return nodes;
    }

    public Node node(int id) {
        return nodes.get(id);
    }

    /** The node a zone belongs to. */
    public static int nodeOf(int zone) {
        return zone / FRAME_ZONES;
    }

    /** The node whose memory is nearest to a CPU. */
    public int nodeOfCpu(int cpu) {
        return nodeOfCpu[cpu];
    }

    /** Every zone that could hold frames, by index: node * 2 + type. */
    public List<Zone> zones() {
        return zones;
    }

    public Zone zone(int index) {
        return zones.get(index);
    }

    /** totalram_pages: what MemTotal shows. */
    public long totalPages() {
        return totalPages;
    }

    public long bootReservedPages() {
        return bootReservedPages;
    }

    public long lruPages(int list) {
        long sum = 0;
        for (int zone = 0; zone < zones.size(); zone++) {
            sum += zones.get(zone).lruPages[list];
        }
        return sum;
    }
}
