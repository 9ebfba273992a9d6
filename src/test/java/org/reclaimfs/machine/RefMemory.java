package org.reclaimfs.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * RAM of the reference model, page by page: nodes, watermarks, per-CPU lists, boost and the kernel's own pages (spec/01
 * sections 3 to 8, spec/06 section 3). The duel's machines are below 512 MiB, so each node is one zone, with no reserve
 * for others.
 */
final class RefMemory {
    /** One page block: what a boost adds, and a fourth of the smallest zone that is boosted. */
    private static final int PAGEBLOCK = 512;

    /** A node and its only zone. */
    static final class Node {
        final int id;
        final long managed;
        long free;
        long zspages;
        long kernel;
        long min;
        long low;
        long high;
        long boost;
        boolean kswapdAwake;
        private long batch;
        private long cpuHighMin;
        private long cpuHighMax;
        final List<CpuList> cpus = new ArrayList<>();

        Node(int id, long managed) {
            this.id = id;
            this.managed = managed;
            this.free = managed;
        }

        private void sizeCpuLists(int count, int local) {
            long b = Math.min(managed / 4096, 64);
            batch = b <= 1 ? 1 : Long.highestOneBit(b + b / 2) - 1;
            cpuHighMin = Math.max(low / local, 4 * batch);
            cpuHighMax = Math.max(Math.max(managed / 8 / local, 4 * batch), cpuHighMin);
            for (int cpu = 0; cpu < count; cpu++) {
                CpuList list = new CpuList();
                list.high = cpuHighMin;
                cpus.add(list);
            }
        }

        long onCpuLists() {
            return cpus.stream().mapToLong(list -> list.count).sum();
        }

        boolean balanced() {
            return free > high + boost;
        }
    }

    /** A CPU's list of free pages of a node. */
    static final class CpuList {
        long count;
        long high;
        int portion;

        /** Boot leaves between half and all of a quarter of what the list may hold, 2000 pages at most. */
        private void fillAtBoot(Node node, SplittableRandom random) {
            int most = (int) Math.min(node.cpuHighMax / 4, 2000);
            count = most - random.nextInt(most / 2 + 1);
            high = Math.max(high, count);
            node.free -= count;
        }
    }

    /** Small objects of a kind, in as few pages as can hold them. */
    final class Slab {
        private final int objectBytes;
        long objects;
        long pages;

        Slab(int objectBytes) {
            this.objectBytes = objectBytes;
        }

        /** Whether one more object can be had; a page taken for it stays. */
        boolean room() {
            if ((objects + 1) * objectBytes <= pages * 4096) {
                return true;
            }
            if (!takeKernel(true)) {
                return false;
            }
            pages++;
            return true;
        }

        void add() {
            objects++;
        }

        void remove() {
            objects--;
            while (pages > (objects * objectBytes + 4095) / 4096) {
                pages--;
                giveKernel();
            }
        }
    }

    final List<Node> nodes = new ArrayList<>();
    final Slab memcgIds = new Slab(1024);
    long swapTables;
    private final SplittableRandom random;
    private final int cpus;

    RefMemory(long ramBytes, long reservedBytes, int nodeCount, int cpus, long seed) {
        this.random = new SplittableRandom(seed);
        this.cpus = cpus;
        long present = ramBytes / 4096;
        long boot = Math.min(reservedBytes / 4096, present / 32);
        for (int id = 0; id < nodeCount; id++) {
            long here = present * (id + 1) / nodeCount - present * id / nodeCount;
            nodes.add(new Node(id, here - here * 64 / 4096 - (id == 0 ? boot : 0)));
        }
        long minFreeKiB = Math.max(128, (long) Math.sqrt(4.0 * totalPages() * 16));
        for (Node node : nodes) {
            node.min = minFreeKiB / 4 * node.managed / totalPages();
            long delta = Math.max(node.min / 4, node.managed / 1000);
            node.low = node.min + delta;
            node.high = node.low + delta;
        }
        for (Node node : nodes) {
            node.sizeCpuLists(cpus, Math.max(1, cpus / nodeCount));
        }
        for (Node node : nodes) {
            node.cpus.forEach(list -> list.fillAtBoot(node, random));
        }
    }

    long totalPages() {
        return nodes.stream().mapToLong(n -> n.managed).sum();
    }

    long freePages() {
        return nodes.stream().mapToLong(n -> n.free).sum();
    }

    /** Nodes in the order that a request from one of them tries them. */
    List<Node> from(int id) {
        List<Node> order = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            order.add(nodes.get((id + i) % nodes.size()));
        }
        return order;
    }

    int nodeOfCpu(int cpu) {
        return cpu * nodes.size() / cpus;
    }

    // ---- user pages ----

    /** Where a page for {@code from} may come from with LOW kept, preferably where kswapd sleeps; -1 for nowhere. */
    int aboveLow(int from) {
        for (boolean onlyCalm : new boolean[] {true, false}) {
            for (Node node : from(from)) {
                if (!(onlyCalm && node.kswapdAwake) && node.free > node.low + node.boost) {
                    return node.id;
                }
            }
        }
        return -1;
    }

    int aboveMin(int from, long extra) {
        for (Node node : from(from)) {
            if (node.free + extra > node.min + node.boost) {
                return node.id;
            }
        }
        return -1;
    }

    boolean anyAboveHigh(int from) {
        return from(from).stream().anyMatch(Node::balanced);
    }

    /** A frame for a page that reclaim itself writes back: whatever is left; others keep MIN. -1 for none. */
    int forWriteback(int from, boolean inReclaim) {
        for (Node node : from(from)) {
            if (node.free > node.low + node.boost) {
                return node.id;
            }
        }
        int node = aboveMin(from, 0);
        if (node < 0 && inReclaim) {
            return from(from).stream()
                    .filter(n -> n.free > 0)
                    .map(n -> n.id)
                    .findFirst()
                    .orElse(-1);
        }
        return node;
    }

    void takeUser(int id, int cpu) {
        Node node = nodes.get(id);
        CpuList list = node.cpus.get(cpu);
        if (list.count == 0) {
            refill(node, list);
        }
        list.count--;
    }

    private void refill(Node node, CpuList list) {
        long batch = node.batch;
        long limit = node.kswapdAwake ? Math.min(4 * batch, list.high) : list.high;
        long n = Math.min(Math.min(batch << list.portion, Math.max(limit - batch, batch)), node.free);
        if (n == 0) {
            throw new IllegalStateException("no page left on node " + node.id);
        }
        if (node.free > node.high) {
            list.high = Math.min(list.high + batch, node.cpuHighMax);
        }
        if (batch << list.portion <= Math.max(list.high - batch, batch) && list.portion < 5) {
            list.portion++;
        }
        node.free -= n;
        list.count = n;
        maySteal(node);
    }

    void takeUserDirect(int id) {
        nodes.get(id).free--;
    }

    void give(int id) {
        nodes.get(id).free++;
    }

    void drain() {
        for (Node node : nodes) {
            if (node.onCpuLists() == 0) {
                continue;
            }
            node.free += node.onCpuLists();
            for (CpuList list : node.cpus) {
                list.count = 0;
                list.portion = 0;
                list.high = node.cpuHighMin;
            }
        }
    }

    /** Whether so many pages are left at all, if need be after a drain. */
    boolean anyFree(long pages) {
        if (freePages() < pages) {
            drain();
        }
        return freePages() >= pages;
    }

    // ---- pools and the kernel's own pages ----

    /** Pages for a pool, nearest first and past all marks; all or none. */
    boolean takeZspages(int near, long pages) {
        if (pages > 0 && !anyFree(pages)) {
            return false;
        }
        for (long i = 0; i < pages; i++) {
            Node node = anyWithFree(near);
            node.free--;
            node.zspages++;
        }
        return true;
    }

    void giveZspages(long pages) {
        for (long i = 0; i < pages; i++) {
            Node node = nodes.stream().filter(n -> n.zspages > 0).findFirst().orElseThrow();
            node.zspages--;
            node.free++;
        }
    }

    private Node anyWithFree(int near) {
        return from(near).stream().filter(n -> n.free > 0).findFirst().orElseThrow();
    }

    /** A page for the kernel, past all marks; {@code unmovable} unless it is vmalloc's. */
    boolean takeKernel(boolean unmovable) {
        if (!anyFree(1)) {
            return false;
        }
        Node node = anyWithFree(0);
        node.free--;
        node.kernel++;
        if (unmovable) {
            maySteal(node);
        }
        return true;
    }

    void giveKernel() {
        Node node = nodes.stream().filter(n -> n.kernel > 0).findFirst().orElseThrow();
        node.kernel--;
        node.free++;
    }

    /** With little free, one request in four takes from a page block of another type, and the node is boosted. */
    private void maySteal(Node node) {
        if (node.free < 4 * PAGEBLOCK && random.nextInt(4) == 0 && node.managed >= 4 * PAGEBLOCK) {
            node.boost = Math.min(node.boost + PAGEBLOCK, Math.max(PAGEBLOCK, node.high * 15_000 / 10_000));
        }
    }

    /** A page and a kilobyte of slab for a swap cluster; half of MIN must stay free, unless it is swapon that asks. */
    boolean takeSwapTable(boolean swapon) {
        if (swapon) {
            takeKernel(true);
            memcgIds.room();
        } else {
            Node node = nodes.stream()
                    .filter(n -> n.free > n.min - n.min / 2)
                    .findFirst()
                    .orElse(null);
            if (node == null) {
                return false;
            }
            node.free--;
            node.kernel++;
            maySteal(node);
            if (!memcgIds.room()) {
                giveKernel();
                return false;
            }
        }
        memcgIds.add();
        swapTables++;
        return true;
    }

    void giveSwapTable() {
        memcgIds.remove();
        giveKernel();
        swapTables--;
    }
}
